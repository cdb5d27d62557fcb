// Markdown as models write it and Slack's markdown block shows it: paragraphs, lists, tables, quotes, code.

import { h } from "./dom.js";
import { emoji, link, read, token, unescaped } from "./marks.js";

const RULES = [
  [/\\([\\`*_{}[\]()#+\-.!~|<>])/, (found) => found[1]],
  [/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/, (found) => h("code", {}, unescaped(found[2].trim() || found[2]))],
  [/!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/, (found) => link(found[2], `🖼 ${found[1] || found[2]}`)],
  [/\[((?:[^[\]]|\[[^\]]*\])*)\]\(<?([^)\s>]*)>?(?:\s+"[^"]*")?\)/, (found) => link(unescaped(found[2]), ...inline(found[1]))],
  [/<([@#!][^<>\n]+|https?:[^<>\n]+)>/, (found) => token(found[1])],
  [/(?:&lt;|(?<![\w/"]))(https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]}'"*_~&])(?:&gt;)?/, (found) => link(found[1])],
  [/\*\*\*(\S(?:[\s\S]*?\S)?)\*\*\*/, (found) => h("strong", {}, h("em", {}, inline(found[1])))],
  [/\*\*(\S(?:[\s\S]*?\S)?)\*\*/, (found) => h("strong", {}, inline(found[1]))],
  [/(?<!\w)__(\S(?:[\s\S]*?\S)?)__(?!\w)/, (found) => h("strong", {}, inline(found[1]))],
  [/~~(\S(?:[\s\S]*?\S)?)~~/, (found) => h("s", {}, inline(found[1]))],
  [/\*([^\s*](?:[^*]*[^\s*])?)\*/, (found) => h("em", {}, inline(found[1]))],
  [/(?<!\w)_([^\s_](?:[^_]*[^\s_])?)_(?!\w)/, (found) => h("em", {}, inline(found[1]))],
  [/:([a-z][a-z0-9_]*):/, (found) => emoji(found[1])],
  [/(?: {2}|\\)\n/, () => h("br")],
];
const BREAK = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])\s+(.*)$/;
const FENCE = /^(\s*)(`{3,}|~{3,})\s*(\S*).*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const QUOTE = /^ {0,3}(?:>|&gt;) ?/;
const RULER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** One run of Markdown as nodes. */
export const inline = (text) => read(text, RULES, unescaped);

/** A whole text as nodes. */
export const markdown = (text) => blocks(text.replaceAll("\r\n", "\n").split("\n"));

function blocks(lines) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = block(lines, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

function block(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  const fence = FENCE.exec(line);
  if (fence) return code(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading) return [h("p", { class: `heading h${heading[1].length}`, role: "heading", "aria-level": String(Math.min(6, heading[1].length + 3)) }, inline(heading[2])), at + 1];
  if (BREAK.test(line)) return [h("hr"), at + 1];
  if (QUOTE.test(line)) return quote(lines, at);
  if (ITEM.test(line)) return list(lines, at);
  if (line.includes("|") && RULER.test(lines[at + 1] || "") && (lines[at + 1] || "").includes("-")) return table(lines, at);
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !starts(lines, end)) end += 1;
  return [h("p", {}, lineBreaks(lines.slice(at, end))), end];
}

const starts = (lines, at) => [FENCE, HEADING, BREAK, QUOTE, ITEM].some((pattern) => pattern.test(lines[at]))
  || (lines[at].includes("|") && RULER.test(lines[at + 1] || "") && (lines[at + 1] || "").includes("|"));

// Slack keeps single line breaks.
const lineBreaks = (lines) => inline(lines.map((line) => line.trimStart()).join("  \n"));

function code(lines, at, [, indent, mark, language]) {
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  const inside = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return [h("pre", { tabindex: "0", "aria-label": language ? `${language} code` : "Code", role: "region" }, h("code", {}, unescaped(inside.join("\n")))), end + 1];
}

function quote(lines, at) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  return [h("blockquote", {}, blocks(lines.slice(at, end).map((line) => line.replace(QUOTE, "")))), end];
}

function list(lines, at) {
  const first = ITEM.exec(lines[at]);
  const ordered = /\d/.test(first[2]);
  const depth = first[1].length;
  const items = [];
  let end = at;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end]);
    if (found && found[1].length <= depth + 1) {
      if (found[1].length < depth || /\d/.test(found[2]) !== ordered || BREAK.test(lines[end])) break;
      items.push([found[3]]);
    } else if (lines[end].trim() && (found || /^\s{2,}/.test(lines[end]) || lines[end - 1].trim())) {
      items.at(-1).push(lines[end].replace(new RegExp(`^\\s{0,${depth + 2 + (ordered ? 1 : 0)}}`), ""));
    } else if (!lines[end].trim() && /^\s{2,}\S|^\s*(?:[-*+•]|\d{1,9}[.)])\s/.test(lines[end + 1] || "")) {
      items.at(-1).push("");
    } else break;
    end += 1;
  }
  const start = ordered ? Number.parseInt(first[2], 10) : 1;
  return [h(ordered ? "ol" : "ul", start !== 1 ? { start } : {}, items.map(item)), end];
}

function item([first, ...more]) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(first);
  const words = task ? [h("span", { role: "img", "aria-label": task[1] === " " ? "open" : "done" }, task[1] === " " ? "☐ " : "☑ "), inline(task[2])] : inline(first);
  return h("li", {}, words, blocks(more).flatMap((node) => (node.tagName === "P" && more.length === 1 ? [" ", ...node.childNodes] : [node])));
}

function cells(line) {
  const inside = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function table(lines, at) {
  const sides = cells(lines[at + 1]).map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : null));
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) end += 1;
  const row = (line, kind) => h("tr", {}, cells(line).map((cell, column) => h(kind, { class: sides[column], scope: kind === "th" ? "col" : null }, inline(cell))));
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  return [h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body))), end];
}
