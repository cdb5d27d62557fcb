// Draws any block: looks up who draws its kind; what nobody knows becomes a named box, never nothing.

import { h } from "../dom.js";
import { cards } from "./cards.js";
import { inputs } from "./inputs.js";
import { media } from "./media.js";
import { rich } from "./rich.js";
import { tables } from "./tables.js";
import { texts } from "./texts.js";

const KINDS = { ...texts, ...rich, ...tables, ...cards, ...media, ...inputs };

/** One block as an element. `ctx` says where it stands and what clicking does: see context.js. */
export function drawBlock(block, ctx) {
  const draw = KINDS[block.type];
  let made;
  try {
    made = draw ? draw(block, ctx, drawBlock) : unknown(block.type, block);
  } catch (error) {
    console.warn(error);
    made = unknown(block.type, block);
  }
  made.classList.add("block");
  made.dataset.kind = block.type;
  return made;
}

/** What cannot be drawn, with its name and what it holds. */
export function unknown(kind, value) {
  return h("details", { class: "unknown" }, h("summary", {}, `Unknown block: ${kind}`), h("pre", { tabindex: "0" }, JSON.stringify(value, null, 2)));
}

/** Blocks from top to bottom. */
export const drawBlocks = (blocks, ctx) => blocks.map((block) => drawBlock(block, ctx));
