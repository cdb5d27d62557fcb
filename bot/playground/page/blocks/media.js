// Pictures, videos and files: those of the workspace are shown, those of the web are named with their address.

import { fileAddress } from "../api.js";
import { h } from "../dom.js";
import { link } from "../marks.js";
import { words } from "../mrkdwn.js";
import { state } from "../store.js";

const SIZES = ["B", "kB", "MB", "GB"];

/** A number of bytes as people read it. */
export function size(bytes) {
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${SIZES[step]}`;
}

/** Show a file's bytes in an element that has a src. */
function load(made, id) {
  fileAddress(state.user, id).then((address) => { made.src = address; }, () => made.replaceWith(h("span", { class: "named" }, "This file cannot be shown.")));
  return made;
}

/** An image block or element: a file of the workspace, or an address of the web, which is not fetched. */
export function picture(part, ctx, kind = "") {
  const id = part.slack_file?.id || /-(F[A-Z0-9]+)(?:\/|$)/.exec(part.slack_file?.url || "")?.[1];
  if (id) return load(h("img", { alt: part.alt_text || "", class: kind }), id);
  return h("span", { class: "named" }, "🖼 ", link(part.image_url || "", part.alt_text || part.image_url || "picture"));
}

async function save(file) {
  const address = await fileAddress(state.user, file.id);
  h("a", { href: address, download: file.name }).click();
}

/** A file that a message shares. */
export function drawFile(file) {
  const alt = file.alt_txt || file.title || file.name;
  const named = h("button", { type: "button", class: "link", on: { click: () => save(file) } }, file.title || file.name);
  const line = h("figcaption", {}, named, h("span", { class: "muted" }, ` ${file.pretty_type || ""} · ${size(file.size)}`));
  const kind = file.mimetype.split("/")[0];
  const shown = { image: () => h("img", { alt }), audio: () => h("audio", { controls: true, "aria-label": alt }), video: () => h("video", { controls: true, "aria-label": alt }) }[kind];
  return h("figure", { class: `file ${kind}` }, line, shown ? load(shown(), file.id) : null);
}

export const media = {
  image: (block, ctx) => h("figure", {}, block.title ? h("figcaption", {}, words(block.title)) : null, picture(block, ctx)),
  video: (block) => h("div", { class: "named" }, "🎬 ", link(block.title_url || block.video_url, ...words(block.title)), h("div", {}, words(block.description))),
  file: (block) => h("div", { class: "named" }, `📄 ${block.external_id || block.file_id || "file"}`),
};
