// Beside the page: each request between Slack, the bot and OpenAI as it happens, with its time.

import { look, openai } from "./api.js";
import { button, fill, h, iconButton } from "./dom.js";
import { drawFaults, refreshFaults } from "./faults.js";
import { state } from "./store.js";

const EVERY = 700; // milliseconds between two looks while it is open
const MOST = 300;
const list = h("ol", { class: "requests", tabindex: "0", "aria-label": "Requests, the newest first" });
const numbers = { slack: 0, openai: 0 };
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
let shown = false;
let paused = false;
let timer = 0;

const WAYS = { "slack in": ["bot → Slack", "out"], "slack out": ["Slack → bot", "in"], "openai in": ["bot → OpenAI", "out"], "openai out": ["OpenAI → bot", "in"] };

function row(world, entry) {
  const [way, side] = WAYS[`${world} ${entry.direction}`];
  const status = entry.status === null || entry.status === undefined ? "no answer" : entry.status;
  const wrong = status === "no answer" || status >= 400 || /^\{"ok":\s*false/.test(entry.answered);
  const path = entry.path.replace(/^https?:\/\/[^/]+/, "");
  return h("li", { class: `${side}${wrong ? " wrong" : ""}`, data: { time: entry.time } }, h("details", {}, h("summary", {},
    h("span", { class: "way" }, way), h("code", {}, `${entry.method} ${path}`), h("span", { class: "outcome" }, wrong ? `✗ ${status}` : String(status)), h("span", { class: "ms" }, `${Math.round(entry.ms)} ms`)),
  h("div", { class: "muted" }, clock.format(new Date(entry.time * 1000))), h("h4", {}, "Asked"), h("pre", { tabindex: "0" }, entry.asked || "(nothing)"), h("h4", {}, "Answered"), h("pre", { tabindex: "0" }, entry.answered || "(nothing)")));
}

async function news() {
  clearTimeout(timer);
  if (!shown) return;
  try {
    const [slack, api] = await Promise.all([look("log", { after: numbers.slack }), openai("GET", "log", null, { after: numbers.openai })]);
    if (!paused) take([...slack.entries.map((each) => ["slack", each]), ...api.entries.map((each) => ["openai", each])]);
    await refreshFaults();
  } catch (error) {
    console.info("The playground's log cannot be read now.", error.message);
  }
  timer = setTimeout(news, EVERY);
}

function take(entries) {
  entries.sort(([, one], [, other]) => one.time - other.time);
  for (const [world, entry] of entries) {
    numbers[world] = Math.max(numbers[world], entry.number);
    list.prepend(row(world, entry));
  }
  while (list.children.length > MOST) list.lastChild.remove();
}

/** Open or close it. */
export function toggleInspector() {
  shown = !shown;
  document.getElementById("inspector").hidden = !shown;
  document.body.classList.toggle("inspector-open", shown);
  if (shown) {
    drawInspector();
    document.querySelector("#inspector .icon")?.focus();
    news();
  } else document.querySelector('[data-key="inspector"]')?.focus();
}

/** Draw it where it is open; its rows come by themselves. */
export function drawInspector() {
  const panel = document.getElementById("inspector");
  if (!shown) return;
  if (!panel.children.length) {
    const pause = button("Pause", () => { paused = !paused; pause.textContent = paused ? "Go on" : "Pause"; pause.setAttribute("aria-pressed", String(paused)); }, { "aria-pressed": "false" });
    const faults = h("div", { class: "faults" });
    fill(panel, h("header", { class: "head" }, h("h2", {}, "Inspector"), h("span", { class: "grow" }), pause, button("Clear", () => list.replaceChildren()), iconButton("✕", "Close inspector", toggleInspector)), faults, h("h3", {}, "Requests"), list);
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") toggleInspector(); });
    drawFaults(faults);
  }
  panel.querySelector('[data-key="kill"]').disabled = !state.app.killable;
}
