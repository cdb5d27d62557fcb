// Pieces that Slack's markup and Markdown share: mentions, links, emoji, entities.

import { h } from "./dom.js";
import { person, state } from "./store.js";

const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", eyes: "👀", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", tada: "🎉", heart: "❤️", smile: "😄", wave: "👋", rocket: "🚀", fire: "🔥", thinking_face: "🤔", bulb: "💡",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", arrows_counterclockwise: "🔄", stop_button: "⏹️", lock: "🔒", key: "🔑",
  memo: "📝", paperclip: "📎", mag: "🔍", chart_with_upwards_trend: "📈", robot_face: "🤖", sparkles: "✨", speech_balloon: "💬",
  no_entry: "⛔", information_source: "ℹ️", question: "❓", exclamation: "❗", clap: "👏", pray: "🙏", art: "🎨", microphone: "🎤",
};

/** An emoji by its name: as a picture where we know it, else its name between colons. */
export const emoji = (name) => EMOJI[name.split("::")[0]] || `:${name}:`;
/** The names of reactions that are offered first. */
export const REACTIONS = ["+1", "eyes", "white_check_mark", "heart", "tada"];

/** Text as it is read: Slack's three entities and no others. */
export const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A link that leaves the page; only to the web or to mail. */
export function link(address, ...children) {
  const safe = /^(https?:|mailto:|tel:)/i.test(address);
  const inside = children.flat().length ? children : [address];
  return safe ? h("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, inside) : h("span", {}, inside);
}

/** Somebody who is named. */
export function mention(id) {
  const who = person(id);
  return h("span", { class: who.name === state.user ? "mention own" : "mention" }, `@${who.bot ? who.real_name : who.name}`);
}

/** A channel that is named. */
export function channelMention(id) {
  const found = state.channels.find((each) => each.id === id);
  return h("span", { class: "mention" }, `#${found?.name || id}`);
}

const long = { year: "numeric", month: "long", day: "numeric" };
const short = { ...long, month: "short" };
const FORMS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" }, date: long, date_pretty: long, date_short: short, date_short_pretty: short,
  date_long: { ...long, weekday: "long" }, date_long_pretty: { ...long, weekday: "long" },
  time: { hour: "numeric", minute: "2-digit" }, time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/** A moment in the form that Slack's markup asks for, in the time zone of who looks; what stands in for it where the form is unknown. */
function moment(seconds, form = "", ...rest) {
  const label = rest.at(-1), when = new Date(Number(seconds) * 1000);
  const written = form.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!FORMS[name]) return whole;
    if (name.endsWith("_pretty") && when.toDateString() === new Date().toDateString()) return "today";
    return new Intl.DateTimeFormat(undefined, FORMS[name]).format(when);
  });
  return h("time", { title: label || "" }, /\{\w+\}/.test(written) && label ? label : written);
}

/** What stands between < and > in Slack's markup. */
export function token(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1));
  if (target.startsWith("!date^")) return moment(...target.split("^").slice(1), label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${target.slice(1)}`);
  return link(unescaped(target), ...(label ? [unescaped(label)] : []));
}

/** Read text by rules of [pattern, make(match)]: the first match decides, of several the first rule; the rest is plain. */
export function read(text, rules, plain) {
  const searches = rules.map(([pattern, make]) => ({ pattern: new RegExp(pattern.source, `${pattern.flags}g`), make, found: undefined }));
  const nodes = [];
  let at = 0;
  for (;;) {
    let best = null;
    for (const each of searches) {
      if (each.found === undefined || (each.found && each.found.index < at)) {
        each.pattern.lastIndex = at;
        each.found = each.pattern.exec(text);
      }
      if (each.found && (!best || each.found.index < best.found.index)) best = each;
    }
    if (!best) break;
    if (best.found.index > at) nodes.push(plain(text.slice(at, best.found.index)));
    nodes.push(best.make(best.found));
    at = best.found.index + best.found[0].length;
  }
  if (at < text.length) nodes.push(plain(text.slice(at)));
  return nodes;
}
