// Tables: of text, numbers or rich text; those of data can be paged through.

import { button, fill, h } from "../dom.js";
import { richText } from "./rich.js";

function cell(value) {
  if (!value) return "";
  if (value.type === "rich_text") return richText(value);
  return String(value.text ?? value.value ?? "");
}

function frame(label, ...inside) {
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": label }, inside);
}

function table(block) {
  const settings = block.column_settings || [];
  const row = (cells, kind) => h("tr", {}, cells.map((each, at) => h(kind, {
    class: `${settings[at]?.align || "left"}${settings[at]?.is_wrapped === false ? " nowrap" : ""}`, scope: kind === "th" ? "col" : null,
  }, cell(each))));
  const [head, ...rest] = block.rows;
  return frame("Table", h("table", {}, h("thead", {}, row(head, "th")), h("tbody", {}, rest.map((each) => row(each, "td")))));
}

function dataTable(block) {
  const [head, ...rest] = block.rows;
  const size = block.page_size || rest.length || 1;
  const body = h("tbody");
  const where = h("span", { "aria-live": "polite" });
  let page = 0;
  const last = Math.max(0, Math.ceil(rest.length / size) - 1);
  const line = (cells) => h("tr", {}, cells.map((each, at) => (at === block.row_header_column_index
    ? h("th", { scope: "row" }, cell(each)) : h("td", { class: each?.type === "raw_number" ? "right" : "" }, cell(each)))));
  function show(next) {
    page = Math.min(last, Math.max(0, next));
    fill(body, rest.slice(page * size, (page + 1) * size).map(line));
    where.textContent = `Page ${page + 1} of ${last + 1}`;
  }
  show(0);
  const caption = h("caption", {}, block.caption || "");
  const all = frame(block.caption || "Table", h("table", {}, caption, h("thead", {}, h("tr", {}, head.map((each) => h("th", { scope: "col" }, cell(each))))), body));
  return h("div", {}, all, last ? h("div", { class: "row" }, button("Back", () => show(page - 1)), where, button("Next", () => show(page + 1))) : null);
}

export const tables = { table, data_table: dataTable };
