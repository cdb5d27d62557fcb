// Rich text: sections, lists, quotes and code out of styled pieces.

import { h } from "../dom.js";
import { channelMention, emoji, link, mention } from "../marks.js";

const MARKS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function styled(node, style = {}) {
  return Object.entries(MARKS).reduce((inside, [name, tag]) => (style[name] ? h(tag, {}, inside) : inside), node);
}

function leaf(part) {
  switch (part.type) {
    case "text": return part.text.split("\n").flatMap((line, at) => (at ? [h("br"), line] : [line]));
    case "link": return [link(part.url, part.text || part.url)];
    case "user": return [mention(part.user_id)];
    case "channel": return [channelMention(part.channel_id)];
    case "broadcast": return [h("span", { class: "mention" }, `@${part.range}`)];
    case "emoji": return [emoji(part.name)];
    case "date": return [h("time", {}, part.fallback || new Date(part.timestamp * 1000).toLocaleString())];
    case "color": return [h("code", {}, part.value)];
    case "usergroup": return [h("span", { class: "mention" }, `@${part.usergroup_id}`)];
    default: return [h("span", { class: "named" }, part.text || part.fallback || part.type)];
  }
}

const pieces = (parts) => parts.map((part) => styled(h("span", {}, leaf(part)), part.style));

function element(part) {
  switch (part.type) {
    case "rich_text_section": return h("div", {}, pieces(part.elements));
    case "rich_text_preformatted": return h("pre", { tabindex: "0" }, h("code", {}, pieces(part.elements)));
    case "rich_text_quote": return h("blockquote", {}, pieces(part.elements));
    case "rich_text_list": {
      const items = part.elements.map((each) => h("li", {}, pieces(each.elements || [])));
      return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent || 0}`, start: part.offset ? part.offset + 1 : null }, items);
    }
    default: return h("div", {}, pieces([part]));
  }
}

/** A rich_text object as nodes. */
export const richText = (value) => (value?.elements || []).map(element);

export const rich = { rich_text: (block) => h("div", { class: "rich" }, richText(block)) };
