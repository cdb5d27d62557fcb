// Draws any element that one can click or type into; what nobody knows becomes a named box.

import { h } from "../dom.js";
import { picture } from "../blocks/media.js";
import { buttons } from "./buttons.js";
import { choices } from "./choices.js";
import { fileInput } from "./files.js";
import { combobox } from "./search.js";
import { typed } from "./typed.js";

const KINDS = { ...buttons, ...choices, ...typed, file_input: fileInput, external_select: combobox, multi_external_select: combobox, image: picture };

/** One element; `block` is where it stands. */
export function drawElement(element, block, ctx) {
  const draw = KINDS[element.type];
  if (!draw) return h("span", { class: "named" }, `Unknown element: ${element.type}`);
  return element.type === "image" ? picture(element, ctx, "accessory") : draw(element, block, ctx);
}
