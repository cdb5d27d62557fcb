// Blocks that carry words: section, header, context, markdown, divider, alert.

import { drawElement } from "../elements/draw.js";
import { h } from "../dom.js";
import { markdown } from "../markdown.js";
import { plain, words } from "../mrkdwn.js";
import { picture } from "./media.js";

const LEVELS = { info: "ℹ️ Note", warning: "⚠️ Warning", error: "⛔ Error", success: "✅ Done", default: "" };

function section(block, ctx) {
  return h("div", { class: "section" }, h("div", { class: "grow" },
    block.text ? h("div", { class: "text" }, words(block.text)) : null,
    block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, words(field)))) : null),
  block.accessory ? h("div", { class: "accessory" }, drawElement(block.accessory, block, ctx)) : null);
}

function context(block, ctx) {
  return h("div", { class: "context" }, block.elements.map((each) => (each.type === "image"
    ? picture(each, ctx, "tiny") : h("span", {}, words(each)))));
}

export const texts = {
  section,
  context,
  header: (block) => h("div", { class: "header", role: "heading", "aria-level": "4" }, words(block.text)),
  divider: () => h("hr"),
  markdown: (block) => h("div", { class: "markdown" }, markdown(block.text)),
  alert: (block) => h("div", { class: `alert ${block.level || "default"}`, role: "note" },
    LEVELS[block.level] ? h("strong", {}, LEVELS[block.level], " ") : null, words(block.text)),
  call: (block) => h("div", { class: "named" }, `Call ${plain(block.call_id)}`),
};
