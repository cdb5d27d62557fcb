// The field in which one writes: messages with mentions and files, and commands.

import { act, upload } from "./api.js";
import { Completion } from "./complete.js";
import { button, complain, fill, h, iconButton } from "./dom.js";
import { shortcut } from "./message.js";
import { openMenu } from "./menu.js";
import { open, place, isAgent, state } from "./store.js";

/** Names of people as Slack's composer sends them. */
function mentions(text) {
  return text.replace(/(?<![\w@<])@([\w.-]+\w)/g, (all, name) => {
    const found = [...state.people.values()].find((who) => who.name === name.toLowerCase());
    return found ? `<@${found.id}>` : all;
  });
}

/** A composer; `thread()` gives the thread that it writes into, null for the channel. */
export class Composer {
  constructor(id, label, thread) {
    this.thread = thread;
    this.files = [];
    this.field = h("textarea", { id, rows: "1", "aria-label": label, placeholder: label, data: { key: id } });
    this.complete = new Completion(this.field, place);
    this.hint = h("div", { class: "hint usage", role: "status" });
    this.list = h("ul", { class: "files" });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to attach" });
    this.more = iconButton("+", "Attach a file, or use a shortcut", () => this.offer(), { "aria-haspopup": "menu", "aria-expanded": "false" });
    this.element = h("div", { class: "composer" }, this.hint, h("div", { class: "box" }, this.field, this.list,
      h("div", { class: "row" }, this.more, this.picker, h("span", { class: "muted grow keys" }, "Shift + Enter begins a new line"), button("Send", () => this.send(), { class: "primary" }))), this.complete.list);
    this.listen();
  }

  listen() {
    this.picker.addEventListener("change", () => { this.attach([...this.picker.files]); this.picker.value = ""; });
    this.field.addEventListener("keydown", (event) => {
      if (this.complete.key(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    for (const kind of ["input", "typed"]) this.field.addEventListener(kind, () => this.typed());
    this.field.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); this.attach([...event.clipboardData.files]); } });
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", (event) => { event.preventDefault(); this.attach([...event.dataTransfer.files]); });
  }

  /** The field grows with its text; a command that is written out shows how it is used. */
  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(200, this.field.scrollHeight)}px`;
    const name = /^(\/\S+)\s/.exec(this.field.value)?.[1];
    const known = (state.app.commands || []).find((each) => each.command === name);
    fill(this.hint, known ? [h("strong", {}, known.command), ` ${known.usage_hint || ""} – ${known.description}`] : []);
  }

  offer() {
    const all = (state.app.shortcuts || []).filter((each) => each.type === "global");
    const items = [{ text: "Upload from your computer", work: () => this.picker.click() }];
    if (all.length) items.push(null, ...all.map((each) => ({ text: each.name, detail: each.description, work: () => shortcut(each.callback_id) })));
    openMenu(this.more, "Attach and shortcuts", items);
  }

  async attach(files) {
    for (const file of files) {
      try {
        this.files.push({ id: await upload(state.user, file), name: file.name });
      } catch (error) {
        complain(`${file.name} could not be uploaded: ${error.message}`);
      }
    }
    this.drawFiles();
    this.field.focus();
  }

  drawFiles() {
    fill(this.list, this.files.map((file) => h("li", {}, `📎 ${file.name} `, button("Remove", () => {
      this.files = this.files.filter((each) => each !== file);
      this.drawFiles();
    }, { "aria-label": `Remove ${file.name}` }))));
  }

  async send() {
    const text = this.field.value.trim();
    if (!text && !this.files.length) return;
    const [before, files] = [this.field.value, this.files];
    this.complete.close();
    this.field.value = "";
    this.files = [];
    this.drawFiles();
    this.typed();
    try {
      await this.say(text, files);
    } catch (error) {
      if (!this.field.value) [this.field.value, this.files] = [before, files];
      this.drawFiles();
      this.typed();
      complain(error.message);
    }
  }

  async say(text, files) {
    const { user, channel } = state;
    const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
    const thread = this.thread();
    if (command) {
      await act("command", { user, channel, command: command[1], text: command[2], thread_ts: thread });
      return;
    }
    const told = await act("message", { user, channel, text: mentions(text), thread_ts: thread, files: files.map((each) => each.id) });
    // An agent answers under what was said, so that is where one wants to look.
    if (!thread && isAgent()) open({ thread: told.ts });
  }
}
