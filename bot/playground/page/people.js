// How people look: their picture, their name, and what kind of person they are.

import { h } from "./dom.js";
import { person } from "./store.js";

// Each dark enough for white letters (4.5 to 1).
const COLORS = ["#8a3b5c", "#2f5d8a", "#7a4f01", "#5b3f8c", "#1f6b52", "#9a3412", "#44515e", "#6b2f7f"];

/** A picture of somebody; says nothing to those who hear the name beside it. */
export function avatar(id, name) {
  const who = person(id);
  const called = name || who.real_name;
  const letters = called.split(/\s+/).map((word) => word[0] || "").slice(0, 2).join("").toUpperCase();
  if (who.bot && who.id !== "USLACKBOT") return h("span", { class: "avatar app", "aria-hidden": "true" });
  const made = h("span", { class: "avatar", "aria-hidden": "true" }, letters);
  made.style.backgroundColor = COLORS[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLORS.length];
  return made;
}

/** What somebody is in the workspace, in a word. */
export function kindOf(who) {
  if (who.admin) return "admin";
  if (who.guest) return "guest";
  return who.stranger ? "another organization" : "member";
}
