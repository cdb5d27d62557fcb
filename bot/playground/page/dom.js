// Makes elements of the page; what is data becomes text, never markup.

/** An element: properties by name, `on` for listeners, `data` for data attributes, null ones left out. */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, work] of Object.entries(value)) made.addEventListener(event, work);
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name === "class") made.className = value;
    else if (name === "value") made.value = value;
    else if (name === "checked" || name === "selected") made[name] = true;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

/** Put other children in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
}

/** A button with words, and what it does. */
export function button(text, work, props = {}) {
  return h("button", { type: "button", ...props, on: { click: work, ...(props.on || {}) } }, text);
}

/** A button that shows a sign only; its name is for those who do not see it and stands in the tip. */
export function iconButton(sign, name, work, props = {}) {
  return button(h("span", { "aria-hidden": "true" }, sign), work, { class: "icon", "aria-label": name, title: name, ...props });
}

/** Say something to a screen reader. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

let fading = 0;
/** Show for some seconds what could not be done. */
export function complain(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { place.textContent = ""; }, 8000);
}

let count = 0;
/** A fresh id for an element. */
export const newId = (prefix = "id") => `${prefix}-${++count}`;
