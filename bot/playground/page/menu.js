// Menus that open at a button: walked through with the arrow keys, closed by Escape or a click elsewhere.

import { h } from "./dom.js";

/** Open a menu of {text, work, detail?} at an element; a null is a line between groups. */
export function openMenu(anchor, label, items) {
  const buttons = [];
  const rows = items.map((item) => {
    if (!item) return h("hr", {});
    const made = h("button", { type: "button", role: "menuitem", tabindex: "-1", class: item.danger ? "danger" : "", on: { click: () => { close(); item.work(); } } },
      item.text, item.detail ? h("small", {}, item.detail) : null);
    buttons.push(made);
    return made;
  });
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" }, rows);
  function close() {
    if (menu.isConnected) menu.hidePopover();
  }
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed") {
      const inside = menu.contains(document.activeElement) || document.activeElement === document.body;
      menu.remove();
      anchor.setAttribute("aria-expanded", "false");
      if (inside && anchor.isConnected) anchor.focus();
    }
  });
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      buttons[(next + buttons.length) % buttons.length].focus();
    } else if (event.key === "Tab") close();
  });
  (anchor.closest("dialog") || document.body).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.showPopover();
  put(menu, anchor);
  buttons[0]?.focus();
}

/** Put something that floats beside what it belongs to, within the window. */
export function put(floating, anchor, { above = false } = {}) {
  const at = anchor.getBoundingClientRect();
  const size = floating.getBoundingClientRect();
  const room = innerHeight - at.bottom;
  const top = above || room < size.height + 8 ? Math.max(8, at.top - size.height - 4) : at.bottom + 4;
  floating.style.top = `${top}px`;
  floating.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
}

/** Ask before something is done, in Slack's words for it; whether the person agreed. */
export function confirmed(asked) {
  return new Promise((done) => {
    const words = (part, usual) => part?.text || usual;
    const dialog = h("dialog", { class: "small", "aria-labelledby": "confirm-title" });
    const answer = (yes) => () => { dialog.close(); dialog.remove(); done(yes); };
    dialog.append(h("h2", { id: "confirm-title" }, words(asked.title, "Are you sure?")), h("p", {}, words(asked.text, "")),
      h("div", { class: "row end" }, h("button", { type: "button", on: { click: answer(false) } }, words(asked.deny, "Cancel")),
        h("button", { type: "button", class: asked.style === "danger" ? "danger" : "primary", on: { click: answer(true) } }, words(asked.confirm, "Yes"))));
    dialog.addEventListener("cancel", answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
