// Elements that one types into: texts, numbers, addresses, dates and times.

import { h } from "../dom.js";
import { plain } from "../mrkdwn.js";
import { named } from "./named.js";

const PAUSE = 500; // milliseconds without typing, after which an app that hears every letter is told

/** Tell what was typed: to the form at once, to an app that wants to know when its time has come. */
function listen(made, element, block, ctx, read = () => made.value) {
  let timer = 0;
  const when = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  made.addEventListener("input", () => {
    ctx.type?.(block, element, read());
    if (!block.dispatch_action || !when.includes("on_character_entered")) return;
    clearTimeout(timer);
    timer = setTimeout(() => ctx.act(block, element, read()), PAUSE);
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || made.tagName === "TEXTAREA") return;
    if (!block.dispatch_action || !when.includes("on_enter_pressed")) return;
    event.preventDefault();
    ctx.act(block, element, read());
  });
  return made;
}

function attributes(element, block, ctx) {
  return { ...named(element, block, ctx), placeholder: element.placeholder ? plain(element.placeholder) : null, autofocus: element.focus_on_load ? true : null };
}

function text(element, block, ctx) {
  const value = ctx.held(block, element) ?? "";
  const props = attributes(element, block, ctx);
  if (element.multiline) return listen(h("textarea", { ...props, rows: Math.min(12, Math.max(4, String(value).split("\n").length)), value }), element, block, ctx);
  return listen(h("input", { ...props, type: "text", autocomplete: "off", value }), element, block, ctx);
}

function richTextInput(element, block, ctx) {
  const held = ctx.held(block, element);
  const value = typeof held === "string" ? held : (held?.elements || []).map((each) => (each.elements || []).map((piece) => piece.text || piece.url || "").join("")).join("\n");
  return listen(h("textarea", { ...attributes(element, block, ctx), rows: element.min_lines || 4, value }), element, block, ctx);
}

function number(element, block, ctx) {
  const bounds = [element.min_value !== undefined ? `from ${element.min_value}` : "", element.max_value !== undefined ? `to ${element.max_value}` : ""].filter(Boolean).join(" ");
  const props = attributes(element, block, ctx);
  const made = h("input", { ...props, type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", autocomplete: "off", value: ctx.held(block, element) ?? "", placeholder: props.placeholder || bounds || null });
  return listen(made, element, block, ctx);
}

const simple = (type) => (element, block, ctx) => listen(h("input", { ...attributes(element, block, ctx), type, autocomplete: "off", value: ctx.held(block, element) ?? "" }), element, block, ctx);

function chosen(type) {
  return (element, block, ctx) => {
    const made = h("input", { ...named(element, block, ctx), type, value: ctx.held(block, element) ?? "" });
    made.addEventListener("change", () => ctx.change(block, element, made.value || null));
    return made;
  };
}

function moment(element, block, ctx) {
  const held = ctx.held(block, element);
  const shift = new Date().getTimezoneOffset() * 60;
  const value = held ? new Date((held - shift) * 1000).toISOString().slice(0, 16) : "";
  const made = h("input", { ...named(element, block, ctx), type: "datetime-local", value });
  made.addEventListener("change", () => ctx.change(block, element, made.value ? Math.floor(new Date(made.value).getTime() / 1000) : null));
  return made;
}

export const typed = {
  plain_text_input: text, rich_text_input: richTextInput, number_input: number, email_text_input: simple("email"), url_text_input: simple("url"),
  datepicker: chosen("date"), timepicker: chosen("time"), datetimepicker: moment,
};
