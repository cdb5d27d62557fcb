// Blocks that one clicks or types into: rows of elements, and the labelled fields of a form.

import { drawElement } from "../elements/draw.js";
import { h } from "../dom.js";
import { plain, words } from "../mrkdwn.js";

//: Elements of several controls: a group with a legend instead of a label.
const GROUPS = new Set(["checkboxes", "radio_buttons", "file_input", "multi_static_select", "multi_users_select", "multi_channels_select", "multi_conversations_select"]);

function row(block, ctx) {
  return h("div", { class: "row" }, block.elements.map((each) => drawElement(each, block, ctx)));
}

function input(block, ctx) {
  const element = block.element;
  const id = `${ctx.id}-${block.block_id}`;
  const error = ctx.errors?.[block.block_id];
  const ids = [block.hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  const named = [...words(block.label), block.optional ? h("span", { class: "muted" }, " (optional)") : null];
  const control = drawElement(element, block, { ...ctx, field: { id, label: plain(block.label), describedby: ids || null, invalid: Boolean(error), required: !block.optional } });
  const inside = [control, block.hint ? h("div", { id: `${id}-hint`, class: "hint" }, words(block.hint)) : null,
    error ? h("div", { id: `${id}-error`, class: "field-error", role: "alert" }, h("span", { "aria-hidden": "true" }, "⚠ "), error) : null];
  if (GROUPS.has(element.type)) return h("fieldset", { class: "input" }, h("legend", {}, named), inside);
  return h("div", { class: "input" }, h("label", { for: id }, named), inside);
}

function provider(block, ctx) {
  return h("div", { class: "named" }, h("strong", {}, words(block.name)), block.is_connected ? " (connected) " : " (not connected) ", words(block.description));
}

export const inputs = { actions: row, context_actions: row, input, auth_provider: provider };
