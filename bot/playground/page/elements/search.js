// A select whose options the app suggests for what is typed; of one option, or of several.

import { button, fill, h, newId } from "../dom.js";
import { suggested } from "../context.js";
import { put } from "../menu.js";
import { plain } from "../mrkdwn.js";
import { named } from "./named.js";

const PAUSE = 200; // milliseconds without typing, after which the app is asked

/** An external select; keeps the chosen options as they came. */
export function combobox(element, block, ctx) {
  const many = element.type.startsWith("multi_");
  const held = ctx.held(block, element);
  let chosen = many ? [...(held || [])] : held ? [held] : [];
  const listId = newId("options");
  const input = h("input", {
    ...named(element, block, ctx), type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list",
    placeholder: element.placeholder ? plain(element.placeholder) : "Type to search", value: many || !chosen[0] ? "" : plain(chosen[0].text),
  });
  const list = h("ul", { id: listId, role: "listbox", class: "menu options", popover: "manual", "aria-label": ctx.field?.label || "Options" });
  const chips = h("div", { class: "row chips" });
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  function close() {
    if (list.matches(":popover-open")) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }
  function mark(at) {
    active = options.length ? (at + options.length) % options.length : -1;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === active)));
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `${listId}-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }
  function show(note) {
    fill(list, options.length ? options.map((option, at) => h("li", {
      id: `${listId}-${at}`, role: "option", "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); take(option); } },
    }, plain(option.text), option.description ? h("small", {}, plain(option.description)) : null)) : h("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, note));
    if (!list.matches(":popover-open")) list.showPopover();
    put(list, input);
    list.style.minWidth = `${input.getBoundingClientRect().width}px`;
    input.setAttribute("aria-expanded", "true");
    active = -1;
  }
  async function ask() {
    const query = input.value;
    const number = ++asked;
    if (query.length < (element.min_query_length ?? 3)) { close(); return; }
    try {
      const found = await suggested(ctx.where, block, element, !many && query === plain(chosen[0]?.text) ? "" : query);
      if (number !== asked || document.activeElement !== input) return;
      options = found;
      show("Nothing found");
    } catch (error) {
      options = [];
      show(`Could not load: ${error.message}`);
    }
  }
  function told() {
    drawChips();
    ctx.change(block, element, many ? chosen : chosen[0]);
  }
  function take(option) {
    if (many && chosen.some((each) => each.value === option.value)) return;
    chosen = many ? [...chosen, option] : [option];
    input.value = many ? "" : plain(option.text);
    close();
    told();
  }
  function drawChips() {
    if (many) fill(chips, chosen.map((option) => button(`${plain(option.text)} ✕`, () => { chosen = chosen.filter((each) => each !== option); told(); }, { class: "chip", "aria-label": `Remove ${plain(option.text)}` })));
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    if (!many && !input.value && chosen.length) { chosen = []; told(); }
  });
  input.addEventListener("click", ask);
  input.addEventListener("blur", () => {
    close();
    if (!many) input.value = chosen[0] ? plain(chosen[0].text) : "";
  });
  input.addEventListener("keydown", (event) => {
    const open = list.matches(":popover-open");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) mark(active < 0 && event.key === "ArrowUp" ? -1 : active + (event.key === "ArrowDown" ? 1 : -1));
      else ask();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && options[Math.max(0, active)]) take(options[Math.max(0, active)]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  drawChips();
  return h("div", { class: "search" }, chips, input, list);
}
