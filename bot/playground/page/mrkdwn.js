// Slack's own markup: *bold*, _italic_, ~struck~, `code`, quotes, and <tokens>.

import { h } from "./dom.js";
import { emoji, read, token, unescaped } from "./marks.js";

const RULES = [
  [/`([^`\n]+)`/, (found) => h("code", {}, unescaped(found[1]))],
  [/<([^<>\n]+)>/, (found) => token(found[1])],
  [/(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])/, (found) => h("strong", {}, inline(found[1]))],
  [/(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])/, (found) => h("em", {}, inline(found[1]))],
  [/(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/, (found) => h("s", {}, inline(found[1]))],
  [/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/, (found) => emoji(found[1])],
];

/** One run of markup as nodes. */
export const inline = (text) => read(text, RULES, unescaped);

/** A text with lines, quotes and code blocks as nodes. */
export function mrkdwn(text) {
  return text.split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((part, at) => (at % 2 ? h("pre", {}, h("code", {}, unescaped(part))) : lines(part)));
}

function lines(text) {
  if (!text) return [];
  const nodes = [];
  let quote = null;
  const all = text.replace(/\n$/, "").split("\n");
  all.forEach((line, at) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) nodes.push(quote = h("blockquote"));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1]));
      return;
    }
    quote = null;
    nodes.push(...inline(line));
    if (at < all.length - 1) nodes.push(h("br"));
  });
  return nodes;
}

/** A text object of Block Kit: plain_text or mrkdwn, or a bare string. */
export function words(part) {
  if (part === null || part === undefined) return [];
  if (typeof part === "string") return [part];
  if (part.type === "mrkdwn") return mrkdwn(part.text);
  return read(part.text || "", part.emoji === false ? [] : [[/:([a-z0-9_+-]+):/, (found) => emoji(found[1])]], (text) => text);
}

/** A text object as it is read, without marks. */
export const plain = (part) => (typeof part === "string" ? part : part?.text || "");
