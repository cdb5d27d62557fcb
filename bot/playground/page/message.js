// Draws one message: who, when, what, its files, its reactions, and what one can do with it.

import { act } from "./api.js";
import { drawBlocks } from "./blocks/draw.js";
import { drawFile } from "./blocks/media.js";
import { clicking } from "./context.js";
import { button, complain, fill, h, iconButton } from "./dom.js";
import { emoji, REACTIONS } from "./marks.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { me, open, person, state } from "./store.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** One message as an element; `thread` says that it stands in a thread. */
export function drawMessage(message, channel, { thread = false } = {}) {
  const name = person(message.user).real_name;
  const when = new Date(Number(message.ts) * 1000);
  const made = h("article", { class: classes(message), data: { ts: message.ts }, "aria-label": `${name}, ${clock.format(when)}`, "aria-busy": message.streaming ? "true" : null });
  made.append(avatar(message.user, name), h("div", { class: "said" },
    h("div", { class: "who" }, h("strong", {}, name), message.bot_id ? h("span", { class: "badge" }, "App") : null,
      h("time", { datetime: when.toISOString(), title: day.format(when) }, clock.format(when)),
      message.ephemeral ? h("span", { class: "muted" }, "Only visible to you") : null, message.streaming ? h("span", { class: "muted live" }, "is writing…") : null),
    body(message, channel), message.files.map(drawFile), reactions(message, channel), thread ? null : threadLine(message)),
  tools(message, channel, made, thread));
  return made;
}

function classes(message) {
  return ["message", message.ephemeral ? "ephemeral" : "", message.streaming ? "streaming" : "", message.subtype === "tombstone" ? "tombstone" : ""].filter(Boolean).join(" ");
}

function body(message, channel) {
  const where = { channel, ts: message.ts };
  // What people type is told as words in rich text; its marks are read as Slack's composer reads them.
  const typed = !message.bot_id && message.blocks.every((block) => block.type === "rich_text");
  const edited = message.edited ? h("span", { class: "muted" }, " (edited) ") : null;
  const inside = typed || !message.blocks.length ? h("div", { class: "text" }, mrkdwn(message.text), edited)
    : [h("div", { class: "blocks" }, drawBlocks(message.blocks, clicking(`m${message.ts}`, where, message.values))), edited];
  const attached = (message.attachments || []).map((each) => h("div", { class: "attachment" }, each.title ? h("strong", {}, each.title) : null, mrkdwn(each.text || each.fallback || ""),
    drawBlocks(each.blocks || [], clicking(`a${message.ts}`, where, message.values))));
  return [inside, attached];
}

function reactions(message, channel) {
  const all = Object.entries(message.reactions);
  if (!all.length) return null;
  return h("div", { class: "row reactions" }, all.map(([name, users]) => {
    const own = users.includes(me()?.id);
    const who = users.map((id) => person(id).real_name).join(", ");
    return button(`${emoji(name)} ${users.length}`, () => react(message, channel, name, own), { "aria-pressed": String(own), "aria-label": `${name}: ${who}`, title: `${who} reacted with :${name}:` });
  }));
}

const react = (message, channel, name, remove = false) => tell("react", { channel, ts: message.ts, name, remove });

function threadLine(message) {
  if (!message.replies) return null;
  return button(`${message.replies} ${message.replies === 1 ? "reply" : "replies"}`, () => open({ thread: message.ts }), { class: "link replies" });
}

async function tell(name, said) {
  try {
    return await act(name, { user: state.user, ...said });
  } catch (error) {
    complain(error.message);
    return null;
  }
}

function tools(message, channel, made, thread) {
  const more = iconButton("⋯", "More actions", () => openMenu(more, "Message", menuOf(message, channel, made)), { "aria-haspopup": "menu", "aria-expanded": "false" });
  const smile = iconButton("☺", "Add a reaction", () => openMenu(smile, "Reactions", REACTIONS.map((name) => ({ text: `${emoji(name)} ${name}`, work: () => react(message, channel, name) }))), { "aria-haspopup": "menu", "aria-expanded": "false" });
  const reply = thread || message.ephemeral ? null : iconButton("💬", "Reply in thread", () => open({ thread: message.thread_ts || message.ts }));
  return h("div", { class: "tools" }, message.ephemeral ? null : smile, reply, more);
}

function menuOf(message, channel, made) {
  const where = { channel, ts: message.ts };
  const own = message.user === me()?.id;
  const items = [];
  const shortcuts = message.ephemeral ? [] : (state.app.shortcuts || []).filter((each) => each.type === "message");
  for (const each of shortcuts) items.push({ text: each.name, detail: state.app.name, work: () => shortcut(each.callback_id, where) });
  if (shortcuts.length) items.push(null);
  items.push({ text: "Copy text", work: () => navigator.clipboard?.writeText(message.plain).catch(() => complain("The browser does not let this page copy.")) });
  if (own && !message.ephemeral) items.push({ text: "Edit message", work: () => edit(message, where, made) });
  if (own || message.ephemeral || me()?.admin) items.push({ text: message.ephemeral ? "Dismiss" : "Delete message", danger: true, work: () => tell("delete", where) });
  return items;
}

/** Choose a shortcut of the app, of a message or of none. */
export async function shortcut(callback, where = {}) {
  const told = await tell("shortcut", { callback_id: callback, ...where });
  if (told && !told.ok) complain(`${state.app.name} did not take that: ${told.error}.`);
}

function edit(message, where, made) {
  const field = h("textarea", { "aria-label": "Edit message", rows: "3", value: message.plain });
  const done = () => { delete made.dataset.editing; made.dispatchEvent(new CustomEvent("redraw", { bubbles: true })); };
  const save = async () => { if (await tell("edit", { ...where, text: field.value })) done(); };
  made.dataset.editing = "yes";
  fill(made.querySelector(".said"), field, h("div", { class: "row" }, button("Cancel", done), button("Save", save, { class: "primary" })));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(); }
  });
  field.focus();
}
