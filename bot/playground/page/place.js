// The middle of the page: a channel or direct messages, and of the app its Home tab and what it is.

import { act } from "./api.js";
import { Composer } from "./composer.js";
import { button, complain, fill, h, iconButton } from "./dom.js";
import { drawHome } from "./home.js";
import { toggleInspector } from "./inspector.js";
import { MessageList } from "./list.js";
import { toggleSidebar } from "./sidebar.js";
import { botHere, isAgent, me, nameOf, open, place, person, state } from "./store.js";

const composer = new Composer("composer-main", "Message", () => null);
const list = new MessageList("Messages", { empty: () => h("p", { class: "empty" }, isAgent() ? state.app.about || "Write something." : "Nothing was said here yet. Mention @patchbay, or type / for its commands.") });
const home = h("div", { class: "home", tabindex: "0", role: "tabpanel", "aria-label": "Home" });
const prompts = h("div", { class: "prompts" });
const lost = h("p", { class: "banner", role: "alert", hidden: true }, "The playground does not answer. This page goes on as soon as it does.");
const head = h("header", { class: "head" });
let drawnHead = "";
let opened = "";

function act_(name, said) {
  act(name, { user: state.user, ...said }).catch((error) => complain(error.message));
}

/** Draw it anew. */
export function drawPlace() {
  const main = document.getElementById("main");
  if (!main.children.length) main.append(head, lost, home, list.element, prompts, composer.element);
  lost.hidden = !state.lost;
  const channel = place();
  if (!channel) {
    fill(head, navigation(), h("h2", {}, "No channel"), tools());
    list.show("", [], "none");
    return;
  }
  drawHead(channel);
  const agent = isAgent(channel);
  const atHome = agent && state.tab === "home";
  home.hidden = !atHome;
  list.element.hidden = atHome;
  composer.element.hidden = atHome;
  if (atHome) drawHome(home);
  else list.show(channel.id, state.messages, `${state.user} ${channel.id}`);
  drawPrompts(agent && !atHome);
  const label = `Message ${channel.kind === "im" ? nameOf(channel) : `#${channel.name}`}`;
  composer.field.placeholder = label;
  composer.field.setAttribute("aria-label", label);
  tellOpened(agent, channel);
}

/** The app hears which of its tabs somebody looks at. */
function tellOpened(agent, channel) {
  const now = `${state.user} ${channel.id} ${state.tab}`;
  if (now === opened) return;
  opened = now;
  if (agent) act_("home", { tab: state.tab });
}

function navigation() {
  return iconButton("☰", "Channels", () => toggleSidebar(), { class: "icon narrow" });
}

function tools() {
  return button("Inspector", toggleInspector, { title: "Every request, and what can go wrong", data: { key: "inspector" } });
}

function drawHead(channel) {
  const agent = isAgent(channel);
  const bot = botHere();
  const now = JSON.stringify([state.user, channel, state.tab, bot, state.people.size]);
  if (now === drawnHead) return;
  drawnHead = now;
  const focused = document.activeElement?.dataset.key;
  const title = channel.kind === "im" ? nameOf(channel) : `${channel.kind === "group" ? "🔒" : "#"} ${channel.name}`;
  const people = channel.members.map((id) => person(id).real_name).join(", ");
  const missing = bot && !channel.members.includes(bot) && channel.kind !== "im";
  fill(head, navigation(), h("h2", { title: people }, title), channel.kind === "im" ? null : h("span", { class: "muted", title: people }, `${channel.members.length} members`),
    h("span", { class: "grow" }), missing ? button(`Invite ${state.app.name}`, () => act_("invite", { channel: channel.id, who: bot })) : null, tools(), agent ? tabs() : null);
  document.title = `${title} · ${state.app.teams[me()?.team] || "Playground"}`;
  if (focused) head.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function tabs() {
  const names = [["messages", "Messages"], ["home", "Home"]];
  const made = names.map(([tab, text]) => button(text, () => open({ tab }), { role: "tab", "aria-selected": String(state.tab === tab), tabindex: state.tab === tab ? "0" : "-1", data: { key: `tab-${tab}` } }));
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": state.app.name }, made);
  bar.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const next = made[(made.indexOf(document.activeElement) + 1) % made.length];
    next.focus();
    next.click();
  });
  return bar;
}

let drawnPrompts = "";
function drawPrompts(shown) {
  const offered = shown ? (state.session?.prompts?.length ? state.session.prompts : state.app.prompts) || [] : [];
  const now = JSON.stringify(offered);
  if (now === drawnPrompts) return;
  drawnPrompts = now;
  fill(prompts, offered.map((each) => button(each.title, () => {
    // A prompt that is to be completed is put into the field, a whole one is sent.
    composer.field.value = each.message;
    composer.typed();
    if (/[:\s]$/.test(each.message)) composer.field.focus();
    else composer.send();
  }, { class: "prompt", title: each.message })));
}
