// Elements that one chooses in: menus, people, channels, boxes to tick.

import { h } from "../dom.js";
import { confirmed } from "../menu.js";
import { plain, words } from "../mrkdwn.js";
import { me, nameOf, state } from "../store.js";
import { named, part } from "./named.js";

const textOf = (option) => plain(option.text) + (option.description ? ` – ${plain(option.description)}` : "");
const valueOf = (each) => (each && typeof each === "object" ? each.value : each);

function peopleOptions() {
  const team = me()?.team;
  return [...state.people.values()].filter((who) => who.team === team || !who.bot).map((who) => ({ value: who.id, text: `${who.real_name}${who.bot ? " (app)" : ""}` }));
}

function channelOptions(element) {
  const wanted = element.type.includes("channels") ? ["channel"] : (element.filter?.include || ["public", "private", "im", "mpim"]).map((kind) => ({ public: "channel", private: "group" }[kind] || kind));
  return state.channels.filter((each) => wanted.includes(each.kind)).map((each) => ({ value: each.id, text: each.kind === "im" ? nameOf(each) : `#${each.name}` }));
}

function groupsOf(element) {
  if (element.type.includes("users")) return [[null, peopleOptions()]];
  if (/channels|conversations/.test(element.type)) return [[null, channelOptions(element)]];
  if (element.option_groups) return element.option_groups.map((group) => [plain(group.label), group.options]);
  return [[null, element.options || []]];
}

async function told(element, made, before, work) {
  if (element.confirm && !(await confirmed(element.confirm))) before();
  else await work();
}

function menu(element, block, ctx) {
  const held = valueOf(ctx.held(block, element)) ?? "";
  const made = h("select", named(element, block, ctx));
  made.append(h("option", { value: "" }, element.placeholder ? plain(element.placeholder) : "Choose…"));
  const all = new Map();
  for (const [label, options] of groupsOf(element)) {
    const rows = options.map((option) => {
      all.set(option.value, option);
      return h("option", { value: option.value, selected: option.value === held }, typeof option.text === "string" ? option.text : textOf(option));
    });
    made.append(...(label ? [h("optgroup", { label }, rows)] : rows));
  }
  made.addEventListener("change", () => {
    const chosen = all.get(made.value);
    told(element, made, () => { made.value = held; }, () => ctx.change(block, element, typeof chosen?.text === "string" ? chosen.value : chosen));
  });
  return made;
}

/** Boxes to tick, or one of several to choose. */
function boxes(type) {
  return (element, block, ctx) => {
    const held = ctx.held(block, element);
    const chosen = new Set((Array.isArray(held) ? held : [held]).map(valueOf));
    const name = `${ctx.id}-${block.block_id}-${element.action_id}`;
    const options = groupsOf(element).flatMap(([, each]) => each);
    const change = () => {
      const ticked = options.filter((each) => chosen.has(each.value)).map((each) => (typeof each.text === "string" ? each.value : each));
      return told(element, null, () => {}, () => ctx.change(block, element, type === "radio" ? ticked[0] : ticked));
    };
    const rows = options.map((option, at) => {
      const box = h("input", { type, name, value: option.value, checked: chosen.has(option.value), ...part(element, block, ctx, at) });
      box.addEventListener("change", () => {
        if (type === "radio") chosen.clear();
        if (box.checked) chosen.add(option.value);
        else chosen.delete(option.value);
        change();
      });
      return h("label", { class: "choice" }, box, h("span", {}, typeof option.text === "string" ? option.text : words(option.text), option.description ? h("small", {}, words(option.description)) : null));
    });
    return h("div", { class: `choices${rows.length > 8 ? " long" : ""}`, role: ctx.field ? null : "group", "aria-label": ctx.field ? null : element.placeholder?.text || "Choices" }, rows);
  };
}

const several = boxes("checkbox");
export const choices = {
  static_select: menu, users_select: menu, channels_select: menu, conversations_select: menu,
  multi_static_select: several, multi_users_select: several, multi_channels_select: several, multi_conversations_select: several,
  checkboxes: several, radio_buttons: boxes("radio"),
};
