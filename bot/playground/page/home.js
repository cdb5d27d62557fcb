// The app's Home tab.

import { drawBlocks } from "./blocks/draw.js";
import { clicking } from "./context.js";
import { fill, h } from "./dom.js";
import { state } from "./store.js";

let drawn = "";

/** Draw the Home tab of who acts into its place. */
export function drawHome(element) {
  const view = state.home;
  const now = JSON.stringify([state.user, view?.hash, view?.state]);
  if (now === drawn && element.children.length) return;
  drawn = now;
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const values = view?.state?.values || {};
  fill(element, view ? drawBlocks(view.blocks, clicking("home", { view_id: view.id }, values)) : h("p", { class: "empty" }, `${state.app.name} has not shown anything here yet.`));
  if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
