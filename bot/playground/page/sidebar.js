// The workspace at the left: who acts, the channels, the direct messages, the app.

import { act } from "./api.js";
import { button, complain, fill, h } from "./dom.js";
import { avatar, kindOf } from "./people.js";
import { botHere, me, nameOf, open, person, state } from "./store.js";

const SIGNS = { channel: "#", group: "🔒", im: "" };
let drawn = "";

/** On a phone: show the channels, or put them away. */
export function toggleSidebar(shown = !document.body.classList.contains("menu-open")) {
  if (shown === document.body.classList.contains("menu-open")) return;
  document.body.classList.toggle("menu-open", shown);
  document.querySelector(shown ? "#acting" : "#main .narrow")?.focus();
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) toggleSidebar(false); });
document.getElementById("main").addEventListener("click", (event) => { if (!event.target.closest(".narrow")) toggleSidebar(false); });

/** Draw it where something is different. */
export function drawSidebar() {
  const { people, channels, app, user, channel, seen } = state;
  const now = JSON.stringify([[...people.keys()], channels, app.installed, user, channel, seen]);
  if (now === drawn || !people.size) return;
  drawn = now;
  const bar = document.getElementById("sidebar");
  const focused = document.activeElement?.dataset.key;
  fill(bar, workspace(), acting(), lists());
  if (focused) bar.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function workspace() {
  const team = me()?.stranger ? "Shared with your organization" : state.app.teams[me()?.team];
  return h("h1", {}, team || "Playground");
}

function acting() {
  const select = h("select", { id: "acting", data: { key: "acting" }, on: { change: (event) => open({ user: event.target.value }) } });
  for (const [id, name] of Object.entries(state.app.teams)) {
    const here = [...state.people.values()].filter((who) => who.team === id && !who.bot);
    const options = here.map((who) => h("option", { value: who.name, selected: who.name === state.user }, `${who.real_name} (${kindOf(who)})`));
    select.append(h("optgroup", { label: name }, options));
  }
  return h("div", { class: "acting" }, h("label", { for: "acting" }, "You are"), select);
}

function lists() {
  const mine = state.channels.filter((each) => each.kind !== "im");
  const direct = state.channels.filter((each) => each.kind === "im");
  const parts = [section("Channels", mine), section("Direct messages", direct)];
  if (!botHere() && !me()?.stranger) {
    parts.push(h("p", { class: "note" }, `${state.app.name} is not installed in this workspace.`),
      button(`Install ${state.app.name}`, () => act("install", { user: state.user }).then(() => act("home", { user: state.user, tab: "messages" })).catch((error) => complain(error.message)), { class: "wide" }));
  }
  return parts;
}

function section(title, channels) {
  const id = `list-${title[0]}`;
  return [h("h2", { id }, title), h("ul", { "aria-labelledby": id }, channels.map((each) => h("li", {}, link(each))))];
}

function link(channel) {
  const open_ = channel.id === state.channel;
  const last = state.seen[`${state.user} ${channel.id}`];
  const unread = !open_ && channel.latest && channel.latest !== last;
  const other = channel.members.find((id) => id !== me()?.id) || channel.members[0];
  return h("button", {
    type: "button", class: unread ? "unread" : "", "aria-current": open_ ? "page" : null, data: { key: channel.id },
    on: { click: () => { toggleSidebar(false); open({ channel: channel.id }); } },
  }, channel.kind === "im" ? avatar(other) : h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[channel.kind] || "#"),
  h("span", { class: "name" }, nameOf(channel)), person(other).bot && channel.kind === "im" ? h("span", { class: "badge" }, "App") : null,
  channel.shared ? h("span", { class: "badge" }, "Shared") : null, unread ? h("span", { class: "unseen" }, " (unread)") : null);
}
