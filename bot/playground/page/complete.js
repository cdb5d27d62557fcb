// What a composer offers while one types: commands after a slash, people after an at sign.

import { h, newId } from "./dom.js";
import { put } from "./menu.js";
import { person, state } from "./store.js";

const MOST = 20;

function commands(typed) {
  const wanted = typed.slice(1).toLowerCase();
  return (state.app.commands || []).filter((each) => each.command.slice(1).includes(wanted))
    .map((each) => ({ text: each.command, hint: each.usage_hint || "", detail: each.description, insert: `${each.command} ` }));
}

function people(typed, channel) {
  const wanted = typed.slice(1).toLowerCase();
  const members = channel ? channel.members.map(person) : [];
  const all = [...new Set([...members, ...[...state.people.values()].filter((who) => !who.bot || who.id === state.bot)])];
  return all.filter((who) => who.id !== "USLACKBOT" && (who.name.startsWith(wanted) || who.real_name.toLowerCase().includes(wanted)))
    .map((who) => ({ text: `@${who.name}`, hint: who.real_name + (who.bot ? " (app)" : ""), detail: members.includes(who) ? "" : "Not in this channel", insert: `@${who.name} ` }));
}

/** Offers completions for a field while one types into it. */
export class Completion {
  constructor(field, channel) {
    this.field = field;
    this.channel = channel;
    this.id = newId("complete");
    this.list = h("ul", { id: this.id, role: "listbox", class: "menu options", popover: "manual", "aria-label": "Suggestions" });
    this.offered = [];
    this.active = 0;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("input", () => this.offer());
    field.addEventListener("blur", () => this.close());
  }

  /** Whether something is offered. */
  get open() { return this.list.matches(":popover-open"); }

  offer() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const found = /^\/\S*$/.exec(before) || /(?<!\S)@\S*$/.exec(before);
    this.offered = !found ? [] : (found[0][0] === "/" ? commands(found[0]) : people(found[0], this.channel())).slice(0, MOST);
    if (!this.offered.length) { this.close(); return; }
    this.from = before.length - found[0].length;
    this.list.replaceChildren(...this.offered.map((each, at) => h("li", { id: `${this.id}-${at}`, role: "option", "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); this.take(at); } } },
      h("span", {}, h("strong", {}, each.text), " ", h("span", { class: "muted" }, each.hint)), each.detail ? h("small", {}, each.detail) : null)));
    if (!this.open) this.list.showPopover();
    this.list.style.width = `${this.field.getBoundingClientRect().width}px`;
    put(this.list, this.field, { above: true });
    this.mark(0);
  }

  mark(at) {
    this.active = (at + this.offered.length) % this.offered.length;
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
  }

  take(at = this.active) {
    const { field } = this;
    const insert = this.offered[at].insert;
    field.setRangeText(insert, this.from, field.selectionStart, "end");
    this.close();
    field.focus();
    field.dispatchEvent(new Event("typed"));
  }

  close() {
    if (this.open) this.list.hidePopover();
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Take a key; true when it was for the list. A command that is written out already is sent, not completed. */
  key(event) {
    if (!this.open) return false;
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
    if (event.key in moves) this.mark(moves[event.key]);
    else if (event.key === "Tab" || (event.key === "Enter" && !this.offered.some((each) => each.text === this.field.value.trim()))) this.take();
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }
}
