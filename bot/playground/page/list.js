// A list of messages: keeps the elements of those that did not change, follows what is written, tells what is new.

import { announce, fill, h } from "./dom.js";
import { drawMessage } from "./message.js";
import { person, state } from "./store.js";

/** A list that is given messages again and again. */
export class MessageList {
  constructor(label, options = {}) {
    this.element = h("div", { class: "messages", tabindex: "0", role: "log", "aria-live": "off", "aria-label": label });
    this.options = options;
    this.drawn = new Map(); // ts -> {signature, element}
    this.place = "";
    this.spoken = new Set();
    this.below = true; // whether one sees the end, and so wants to see what comes
    this.element.addEventListener("scroll", () => { this.below = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 60; });
    this.element.addEventListener("load", () => this.follow(), true); // a picture makes its message longer when it is there
    this.element.addEventListener("redraw", (event) => {
      this.drawn.delete(event.target.dataset.ts);
      this.show(this.last.channel, this.last.messages, this.last.place);
    });
  }

  /** Show these messages of a channel; another place starts anew. */
  show(channel, messages, place) {
    const moved = place !== this.place;
    if (moved || this.answers(messages.at(-1))) this.below = true;
    if (moved) this.drawn.clear();
    this.last = { channel, messages, place };
    const kept = new Map();
    const rows = messages.map((message) => {
      const signature = JSON.stringify([message, state.people.size, state.user, state.app.shortcuts?.length]);
      const known = this.drawn.get(message.ts);
      const same = known && (known.signature === signature || known.element.dataset.editing);
      const row = same ? known.element : this.redrawn(known?.element, drawMessage(message, channel, this.options));
      kept.set(message.ts, { signature: same ? known.signature : signature, element: row });
      return row;
    });
    this.drawn = kept;
    this.put(rows);
    this.speak(messages, moved);
    this.place = place;
    this.follow();
  }

  /** Whether a message is new, and one's own or for oneself alone: that is what one waits for. */
  answers(message) {
    return message && !this.drawn.has(message.ts) && (message.ephemeral || person(message.user).name === state.user);
  }

  /** Stay at the end where one is there. */
  follow() {
    if (this.below) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Put the rows where they differ, so that nothing that stays loses its focus. */
  put(rows) {
    if (!rows.length) {
      fill(this.element, this.options.empty?.() || []);
      return;
    }
    const wanted = new Set(rows);
    for (const child of [...this.element.children]) if (!wanted.has(child)) child.remove();
    rows.forEach((row, at) => { if (this.element.children[at] !== row) this.element.insertBefore(row, this.element.children[at] || null); });
  }

  /** Keep the focus on the same control of a message that is drawn anew. */
  redrawn(before, after) {
    const focused = before?.contains(document.activeElement) ? document.activeElement : null;
    if (focused) {
      const key = focused.dataset.key ? `[data-key="${CSS.escape(focused.dataset.key)}"]` : focused.getAttribute("aria-label") && `[aria-label="${CSS.escape(focused.getAttribute("aria-label"))}"]`;
      if (key) queueMicrotask(() => after.querySelector(key)?.focus());
    }
    return after;
  }

  /** Tell a screen reader of whole messages of others that have come. */
  speak(messages, moved) {
    for (const message of messages) {
      if (message.streaming || this.spoken.has(message.ts)) continue;
      this.spoken.add(message.ts);
      if (!moved && person(message.user).name !== state.user) announce(`${person(message.user).real_name}: ${message.plain.slice(0, 500)}`);
    }
  }
}
