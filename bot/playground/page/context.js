// Where blocks stand, and what their elements do there: click in messages and tabs, keep what is typed in forms.

import { act } from "./api.js";
import { complain } from "./dom.js";
import { state } from "./store.js";

const MANY = ["selected_options", "selected_users", "selected_conversations", "selected_channels", "files"];
const HELD = ["value", "rich_text_value", "selected_option", "selected_user", "selected_conversation", "selected_channel",
  "selected_date", "selected_time", "selected_date_time", ...MANY];

/** What a state of Slack's holds: text, an option, an id, a number, or a list of those. */
export function holds(said) {
  if (!said) return undefined;
  const name = HELD.find((each) => each in said);
  return name ? said[name] ?? undefined : undefined;
}

/** What an element holds when nobody touched it. */
export function initial(element) {
  const name = Object.keys(element).find((each) => each.startsWith("initial_"));
  return name ? element[name] : undefined;
}

/** A value as the control API takes it: options by their value, files by their id. */
export function sent(value) {
  if (Array.isArray(value)) return value.map(sent);
  if (value && typeof value === "object") return value.type === "rich_text" ? value : value.value ?? value.id;
  return value ?? null;
}

/** A context of a message or a Home tab: every choice is told to the app at once. */
export function clicking(id, where, values = {}) {
  return {
    id,
    where,
    held: (block, element) => holds(values[block.block_id]?.[element.action_id]) ?? initial(element),
    change: (block, element, value) => clicked(where, block, element, sent(value)),
    act: (block, element, value) => clicked(where, block, element, sent(value)),
  };
}

/** Tell the app of a click; says what went wrong. */
export async function clicked(where, block, element, value) {
  try {
    const told = await act("click", { user: state.user, ...where, block_id: block.block_id, action_id: element.action_id, value });
    if (!told.ok) throw new Error(told.error || "it did not answer");
    return true;
  } catch (error) {
    complain(`${state.app.name} did not take that: ${error.message}.`);
    return false;
  }
}

/** The options that the app offers for what is typed into an element. */
export async function suggested(where, block, element, query) {
  const told = await act("suggest", { user: state.user, ...where, block_id: block.block_id, action_id: element.action_id, query });
  return told.options;
}
