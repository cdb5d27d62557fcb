// Cards: steps of a task, plans of them, cards with pictures and buttons, carousels, containers.

import { drawElement } from "../elements/draw.js";
import { h } from "../dom.js";
import { link } from "../marks.js";
import { words } from "../mrkdwn.js";
import { picture } from "./media.js";
import { richText } from "./rich.js";

const STATES = { pending: ["○", "waiting"], in_progress: ["◐", "in progress"], complete: ["●", "done"], error: ["✗", "failed"] };

function task(block) {
  const [sign, said] = STATES[block.status] || STATES.pending;
  const more = [block.details ? h("div", {}, richText(block.details)) : null, block.output ? h("div", { class: "output" }, richText(block.output)) : null,
    block.sources?.length ? h("div", { class: "row" }, block.sources.map((each) => link(each.url, each.text || each.url))) : null].filter(Boolean);
  const title = [h("span", { role: "img", "aria-label": said, class: `state ${block.status}` }, sign), " ", words(block.title)];
  return more.length ? h("details", { class: "task", open: true }, h("summary", {}, title), more) : h("div", { class: "task" }, title);
}

function plan(block) {
  return h("div", { class: "plan" }, h("div", { class: "title" }, words(block.title || "Plan")), (block.tasks || []).map(task));
}

function card(block, ctx) {
  return h("div", { class: "card", role: "group" }, block.hero_image ? picture(block.hero_image, ctx) : null,
    h("div", { class: "row" }, block.icon ? picture(block.icon, ctx, "tiny") : null, h("div", {},
      block.title ? h("div", { class: "title" }, words(block.title)) : null, block.subtitle ? h("div", { class: "muted" }, words(block.subtitle)) : null)),
    block.body ? h("div", {}, words(block.body)) : null,
    block.actions ? h("div", { class: "row" }, block.actions.map((each) => drawElement(each, block, ctx))) : null);
}

function container(block, ctx, draw) {
  const title = block.title ? words(block.title) : richText(block.rich_text_title);
  const inside = [block.subtitle ? h("div", { class: "muted" }, words(block.subtitle)) : null, block.child_blocks.map((each) => draw(each, ctx))];
  if (block.is_collapsible) return h("details", { class: "container", open: !block.default_collapsed }, h("summary", {}, title), inside);
  return h("div", { class: "container" }, h("div", { class: "title" }, title), inside);
}

export const cards = {
  task_card: task,
  plan,
  card,
  container,
  carousel: (block, ctx) => h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, block.elements.map((each) => card(each, ctx))),
};
