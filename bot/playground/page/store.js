// What the page knows: who acts, what lies open, and what that person sees there; kept new by waiting for news.

import { look } from "./api.js";

export const state = {
  user: "ada", channel: "C0GENERAL", thread: null, tab: "messages", people: new Map(), channels: [], app: {},
  bot: "", messages: [], session: null, replies: [], threadSession: null, stack: [], home: null, lost: false, seen: {},
};

const listeners = new Set();
let waiting = null;

/** Be told whenever something is different. */
export const onChange = (work) => listeners.add(work);
const tell = () => { for (const work of listeners) work(state); };

/** The person who acts. */
export const me = () => [...state.people.values()].find((each) => each.name === state.user || each.id === state.user);
/** Somebody by id. */
export const person = (id) => state.people.get(id) || { id, name: id, real_name: id };
/** The bot's user id in the workspace of who acts; undefined where the app is not installed. */
export const botHere = () => {
  const own = state.app.installed?.[me()?.team];
  return own || (me()?.stranger ? state.bot : undefined);
};
/** The channel that lies open. */
export const place = () => state.channels.find((each) => each.id === state.channel);
/** Whether these are somebody's direct messages with the bot. */
export const isAgent = (channel = place()) => channel?.kind === "im" && channel.members.some((id) => person(id).bot);
/** What a channel is called by who sees it. */
export function nameOf(channel) {
  if (!channel) return "";
  if (channel.kind !== "im") return channel.name;
  return person(channel.members.find((id) => id !== me()?.id) || channel.members[0]).real_name;
}

/** Open something: any of user, channel, thread, tab. */
export function open(change) {
  if (change.user && change.user !== state.user) Object.assign(state, { thread: null, tab: "messages", messages: [], stack: [], home: null });
  if (change.channel && change.channel !== state.channel) Object.assign(state, { thread: null, messages: [], session: null, tab: "messages" });
  if ("thread" in change && change.thread !== state.thread) Object.assign(state, { replies: [], threadSession: null });
  Object.assign(state, change);
  remember();
  tell();
  waiting?.abort();
}

function remember() {
  const parts = [state.user, state.channel, state.thread || (state.tab === "home" ? "home" : "")].filter(Boolean);
  history.replaceState(null, "", `${location.pathname}${location.search}#${parts.join("/")}`);
}

/** Take up what the address names. */
export function recall() {
  const [user, channel, last] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (!user) return;
  state.user = user;
  if (channel) state.channel = channel;
  if (last === "home") state.tab = "home";
  else if (last) state.thread = last;
}

async function refresh(signal) {
  const { user } = state;
  const [{ people, bot_user_id: bot }, app, { channels }] = await Promise.all(
    [look("people", {}, signal), look("app", {}, signal), look("channels", { user }, signal)]);
  Object.assign(state, { people: new Map(people.map((each) => [each.id, each])), app, bot, channels });
  if (!place()) Object.assign(state, { channel: channels[0]?.id, thread: null, tab: "messages" });
  const channel = state.channel;
  const [seen, thread, home] = await Promise.all([
    channel ? look("see", { user, channel }, signal) : null,
    state.thread ? look("see", { user, channel, thread_ts: state.thread }, signal).catch(gone) : null,
    isAgent() ? look("home", { user }, signal) : null,
  ]);
  Object.assign(state, { messages: seen?.messages || [], session: seen?.session, home: home?.view || null });
  Object.assign(state, { replies: thread?.messages || [], threadSession: thread?.session });
  if (state.thread && !thread) state.thread = null;
  state.seen[`${user} ${channel}`] = place()?.latest;
}

function gone(error) {
  if (error.name === "AbortError") throw error;
  return null;
}

/** Keep everything new for as long as the page is open. */
export async function live() {
  let version = -1;
  for (;;) {
    waiting = new AbortController();
    try {
      const news = await look("views", { user: state.user, since: version, seconds: 25 }, waiting.signal);
      await refresh(waiting.signal);
      version = news.version;
      Object.assign(state, { stack: news.stack, lost: false });
      tell();
    } catch (error) {
      version = -1;
      if (error.name === "AbortError") continue;
      state.lost = error instanceof TypeError;
      if (!state.lost) console.warn(error);
      tell();
      await new Promise((done) => { setTimeout(done, 1000); });
    }
  }
}
