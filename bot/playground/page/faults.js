// Things that go wrong on request: answers that are slow, refused or cut, events twice, a bot that dies.

import { act, look, openai, set } from "./api.js";
import { announce, button, complain, fill, h } from "./dom.js";

//: The API's own words for what it refuses, so that the bot tells the person what it would tell.
const failure = (type, message) => ({ error: { type, code: type, message, param: null } });
const CHAT = "POST /v1/(chat/completions|responses)";
const OPENAI = {
  slow: ["is slow: 8 seconds before it answers", { match: "POST /v1/", do: "delay", seconds: 8 }],
  limited: ["refuses: 429, too many requests", { match: "POST /v1/", do: "status", status: 429, headers: { "retry-after": "1" }, body: failure("rate_limit_exceeded", "Rate limit reached.") }],
  broken: ["fails: 500", { match: "POST /v1/", do: "status", status: 500, body: failure("server_error", "The server had an error.") }],
  cut: ["breaks off in the middle of an answer", { match: CHAT, do: "cut", bytes: 1500 }],
  stalled: ["stops in the middle of an answer, and stays connected", { match: CHAT, do: "stall", bytes: 1500 }],
  html: ["answers with a web page", { match: "POST /v1/", do: "html" }],
};
const SLACK = {
  slow: ["is slow: 4 seconds a call", { match: "/api/", do: "delay", seconds: 4 }],
  limited: ["refuses: 429, too many requests", { match: "/api/(chat|assistant|views)", do: "status", status: 429, headers: { "retry-after": "2" }, body: { ok: false, error: "ratelimited" } }],
  broken: ["fails: 500", { match: "/api/", do: "status", status: 500 }],
  lost: ["does it, and its answer is lost", { match: "/api/chat", do: "drop_after" }],
};
const WORLDS = { openai: ["OpenAI", OPENAI, (method, body) => openai(method, "faults", body)], slack: ["Slack", SLACK, (method, body) => (method === "GET" ? look("faults") : set("faults", body, method))] };
const rules = h("ul", { class: "rules", "aria-label": "Faults that wait" });
let drawn = "";

function chooser(name) {
  const [title, kinds, ask] = WORLDS[name];
  const kind = h("select", { "aria-label": `What ${title} does` }, Object.entries(kinds).map(([value, [text]]) => h("option", { value }, text)));
  const times = h("select", { "aria-label": `How often ${title} does it` }, [["1", "once"], ["3", "3 times"], ["", "from now on"]].map(([value, text]) => h("option", { value }, text)));
  const add = async () => {
    await ask("POST", { ...kinds[kind.value][1], times: times.value ? Number(times.value) : null });
    announce(`${title} ${kinds[kind.value][0]}`);
    await refreshFaults();
  };
  return h("div", { class: "row" }, h("strong", {}, title), kind, times, button("Add", () => add().catch((error) => complain(error.message)), { "aria-label": `Add fault to ${title}` }));
}

async function deed(name, said) {
  try {
    await act(name, {});
    announce(said);
  } catch (error) {
    complain(error.message);
  }
}

/** Draw the controls. */
export function drawFaults(element) {
  const clear = async () => {
    await Promise.all(Object.values(WORLDS).map(([, , ask]) => ask("DELETE")));
    await refreshFaults();
  };
  fill(element, h("h3", {}, "Let something go wrong"), chooser("openai"), chooser("slack"),
    h("div", { class: "row" }, h("strong", {}, "Bot"), button("Deliver last event again", () => deed("redeliver", "delivered again")),
      button("Kill the bot", () => deed("kill", "killed; it starts again"), { class: "danger", data: { key: "kill" }, title: "As a machine that fails; make run starts it again" })),
    rules, button("Clear faults", () => clear().catch((error) => complain(error.message)), { data: { key: "clear-faults" } }));
}

/** Show which faults wait and how often they hit. */
export async function refreshFaults() {
  const all = await Promise.all(Object.entries(WORLDS).map(async ([, [title, , ask]]) => (await ask("GET")).rules.map((rule) => [title, rule])));
  const now = JSON.stringify(all);
  if (now === drawn) return;
  drawn = now;
  fill(rules, all.flat().map(([title, rule]) => h("li", { class: rule.times !== null && rule.done >= rule.times ? "muted" : "" },
    `${title}: ${rule.do}${rule.status ? ` ${rule.status}` : ""}${rule.seconds ? ` ${rule.seconds} s` : ""} on `, h("code", {}, rule.match), `, hit ${rule.done}${rule.times === null ? "" : ` of ${rule.times}`}`)));
}
