// Forms: the topmost of the stack in a dialog; what is typed stays while the app changes the form.

import { act } from "./api.js";
import { drawBlocks } from "./blocks/draw.js";
import { clicked, holds, initial, sent } from "./context.js";
import { button, complain, fill, h, iconButton } from "./dom.js";
import { plain, words } from "./mrkdwn.js";
import { state } from "./store.js";

const dialog = h("dialog", { id: "modal", "aria-labelledby": "modal-title" });
let drafts = new Map(); // by view, then by block and action: what was typed and not told yet
let drawn = "";
let shownId = null;
let before = null;

const keyOf = (block, element) => `${block.block_id}|${element.action_id}`;
const draftsOf = (id) => drafts.get(id) || drafts.set(id, new Map()).get(id);

/** Draw the form that lies on top, or none. */
export function drawModal() {
  if (!dialog.isConnected) {
    document.body.append(dialog);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); if (event.target === dialog) close(); });
  }
  const view = state.stack.at(-1);
  const now = view ? JSON.stringify([view.id, view.hash, view.errors, state.stack.length]) : "";
  if (now === drawn) return;
  drawn = now;
  drafts = new Map([...drafts].filter(([id]) => state.stack.some((each) => each.id === id)));
  if (!view) {
    dialog.close();
    before?.focus?.();
    before = shownId = null;
    return;
  }
  if (!dialog.open) {
    before = document.activeElement;
    dialog.showModal();
  }
  show(view);
}

function show(view) {
  const same = view.id === shownId;
  const active = same && dialog.contains(document.activeElement) ? document.activeElement : null;
  const kept = active && { key: active.dataset.key, from: active.selectionStart, to: active.selectionEnd };
  const top = same ? dialog.querySelector(".fields")?.scrollTop : 0;
  const close_ = state.stack.length > 1 ? iconButton("←", "Back", close) : null;
  const fields = h("div", { class: "fields", tabindex: "-1" }, drawBlocks(view.blocks, contextOf(view)));
  const submit = view.submit ? h("button", { type: "submit", class: "primary", data: { key: "submit" } }, words(view.submit)) : null;
  const form = h("form", { novalidate: true, "aria-labelledby": "modal-title" }, fields, h("div", { class: "row end foot" },
    button(plain(view.close) || (view.submit ? "Cancel" : "Close"), close, { data: { key: "close" } }), submit));
  form.addEventListener("submit", (event) => { event.preventDefault(); if (submit) send(view, submit); });
  fill(dialog, h("header", { class: "head" }, close_, h("h2", { id: "modal-title", tabindex: "-1" }, plain(view.title)), h("span", { class: "grow" }), iconButton("✕", "Close", close)), form);
  shownId = view.id;
  if (top) fields.scrollTop = top;
  focus(form, kept);
}

function focus(form, kept) {
  const wrong = form.querySelector('[aria-invalid="true"], .field-error');
  const again = kept?.key ? dialog.querySelector(`[data-key="${CSS.escape(kept.key)}"]`) : null;
  const first = form.querySelector("[autofocus], .fields :is(input, textarea, select)") || form.querySelector("button");
  const chosen = again && again.dataset.key !== "submit" ? again : wrong?.matches("[aria-invalid]") ? wrong : again || first;
  chosen?.focus();
  if (again && kept.from !== null && kept.from !== undefined && again.setSelectionRange && /text|search|url|tel|textarea/.test(again.type)) again.setSelectionRange(kept.from, kept.to);
}

function contextOf(view) {
  const where = { view_id: view.id };
  const values = view.state?.values || {};
  const mine = draftsOf(view.id);
  const keep = (block, element, value) => mine.set(keyOf(block, element), { block, element, value, told: false });
  return {
    id: `v${view.id}`,
    where,
    errors: view.errors,
    held: (block, element) => {
      const draft = mine.get(keyOf(block, element));
      return draft ? draft.value : holds(values[block.block_id]?.[element.action_id]) ?? (values[block.block_id] ? undefined : initial(element));
    },
    type: keep,
    change: async (block, element, value) => {
      if (block.type === "input") keep(block, element, value);
      if (block.type === "input" && !block.dispatch_action) return true;
      if (block.type === "input") mine.get(keyOf(block, element)).told = true;
      return (await tellDrafts(view)) && clicked(where, block, element, sent(value));
    },
    act: async (block, element, value) => {
      if (block.type === "input" && mine.has(keyOf(block, element))) mine.get(keyOf(block, element)).told = true;
      return (await tellDrafts(view)) && clicked(where, block, element, value);
    },
  };
}

/** What was typed and not told yet, by block. */
function untold(view) {
  const here = new Set(view.blocks.filter((block) => block.type === "input").map((block) => keyOf(block, block.element)));
  return [...draftsOf(view.id)].filter(([key, draft]) => here.has(key) && !draft.told).map(([, draft]) => draft);
}

/** An app that hears of a click also hears what stands in the form. */
async function tellDrafts(view) {
  const all = untold(view);
  if (!all.length) return true;
  try {
    await act("fill", { user: state.user, view_id: view.id, values: valuesOf(all) });
    for (const draft of all) draft.told = true;
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}

const valuesOf = (all) => Object.fromEntries(all.map(({ block, value }) => [block.block_id, sent(value)]));

async function send(view, submit) {
  if (submit.getAttribute("aria-busy")) return;
  submit.setAttribute("aria-busy", "true");
  try {
    const told = await act("submit", { user: state.user, view_id: view.id, values: valuesOf(untold(view)) });
    if (!told.ok) throw new Error(told.error || "it did not answer");
    if (told.errors) dialog.querySelector('[aria-invalid="true"]')?.focus();
  } catch (error) {
    complain(`We had some trouble connecting. Try again? (${error.message})`);
  } finally {
    submit.removeAttribute("aria-busy");
  }
}

function close() {
  const view = state.stack.at(-1);
  if (view) act("close", { user: state.user, view_id: view.id }).catch((error) => complain(error.message));
}
