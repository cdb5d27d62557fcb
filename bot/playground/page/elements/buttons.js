// Elements that one presses: buttons, links as buttons, feedback, icons, and menus of more.

import { h } from "../dom.js";
import { confirmed, openMenu } from "../menu.js";
import { plain, words } from "../mrkdwn.js";
import { state } from "../store.js";

/** Do it once at a time, after asking where the element wants that. */
export async function press(made, element, work) {
  if (made.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await confirmed(element.confirm))) return;
  made.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    made.removeAttribute("aria-busy");
  }
}

function hidden(element) {
  return element.visible_to_user_ids && !element.visible_to_user_ids.includes([...state.people.values()].find((each) => each.name === state.user)?.id);
}

function button(element, block, ctx) {
  const made = h("button", {
    type: "button", class: element.style || "", "aria-label": element.accessibility_label || null, hidden: hidden(element),
    data: { key: `${block.block_id}|${element.action_id}`, action: element.action_id },
  }, words(element.text), element.url ? h("span", { class: "unseen" }, " (opens a web page)") : null);
  made.addEventListener("click", () => press(made, element, async () => {
    if (element.url && /^https?:/.test(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
    await ctx.act(block, element, element.value);
  }));
  return made;
}

function icon(element, block, ctx) {
  const made = button({ ...element, text: { type: "plain_text", text: element.icon === "trash" ? "🗑" : element.icon } }, block, ctx);
  made.setAttribute("aria-label", element.accessibility_label || plain(element.text));
  made.title = plain(element.text);
  return made;
}

function feedback(element, block, ctx) {
  return h("span", { class: "row feedback" }, [["positive_button", "👍"], ["negative_button", "👎"]].map(([name, sign]) => {
    const each = element[name];
    const made = h("button", { type: "button", "aria-label": each.accessibility_label || plain(each.text), "aria-pressed": "false", title: plain(each.text),
      data: { key: `${block.block_id}|${element.action_id}|${name}`, action: element.action_id } }, h("span", { "aria-hidden": "true" }, sign));
    made.addEventListener("click", () => press(made, element, async () => {
      if (await ctx.act(block, element, each.value)) {
        for (const other of made.parentElement.children) other.setAttribute("aria-pressed", String(other === made));
      }
    }));
    return made;
  }));
}

function overflow(element, block, ctx) {
  const made = h("button", { type: "button", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
    data: { key: `${block.block_id}|${element.action_id}`, action: element.action_id } }, "⋯");
  made.addEventListener("click", () => openMenu(made, "More actions", element.options.map((option) => ({
    text: plain(option.text), detail: plain(option.description), work: () => press(made, element, () => ctx.act(block, element, option.value)),
  }))));
  return made;
}

export const buttons = { button, workflow_button: button, icon_button: icon, feedback_buttons: feedback, overflow };
