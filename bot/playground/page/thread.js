// A thread beside the channel: its messages, what the app says it does, and the button that stops it.

import { act } from "./api.js";
import { Composer } from "./composer.js";
import { button, complain, fill, h, iconButton } from "./dom.js";
import { MessageList } from "./list.js";
import { nameOf, open, place, state } from "./store.js";

const list = new MessageList("Messages of the thread", { thread: true });
const composer = new Composer("composer-thread", "Reply", () => state.thread);
const status = h("div", { class: "status", role: "status" });
const title = h("span", { class: "muted" });
let shown = null;
let drawn = "";

/** Draw it anew. */
export function drawThread() {
  const panel = document.getElementById("thread");
  if (!panel.children.length) {
    panel.append(h("header", { class: "head" }, h("h2", {}, "Thread"), title, h("span", { class: "grow" }), iconButton("✕", "Close thread", close)), list.element, status, composer.element);
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && !composer.complete.open && !event.defaultPrevented) close(); });
  }
  panel.hidden = !state.thread;
  document.body.classList.toggle("thread-open", Boolean(state.thread));
  if (!state.thread) {
    shown = null;
    return;
  }
  title.textContent = state.threadSession?.title || nameOf(place());
  list.show(state.channel, state.replies, `${state.user} ${state.thread}`);
  drawStatus();
  if (shown !== state.thread && !document.querySelector("dialog[open]")) composer.field.focus();
  shown = state.thread;
}

function drawStatus() {
  const session = state.threadSession;
  const writing = state.replies.some((each) => each.streaming);
  const working = writing || session?.state === "processing";
  const said = session?.status || (writing ? "is writing…" : working ? "is working…" : "");
  const now = JSON.stringify([said, session?.loading, working, state.thread]);
  if (now === drawn) return;
  drawn = now;
  fill(status, said ? h("span", {}, h("span", { class: "dots", "aria-hidden": "true" }), ` ${state.app.name} ${said}`, session?.loading?.[0] ? h("em", {}, ` ${session.loading[0]}`) : null) : null,
    working ? button("Stop", stop, { class: "stop", data: { key: "stop" } }) : null);
}

function stop() {
  act("stop", { user: state.user, channel: state.channel, thread_ts: state.thread }).catch((error) => complain(error.message));
}

function close() {
  const from = state.thread;
  open({ thread: null });
  document.querySelector(`#main [data-ts="${CSS.escape(from)}"] .replies, #composer-main`)?.focus();
}
