// A field for files: they are uploaded when they are chosen, and can be taken out again.

import { upload } from "../api.js";
import { size } from "../blocks/media.js";
import { button, complain, fill, h } from "../dom.js";
import { state } from "../store.js";
import { named } from "./named.js";

/** A file input of a form. */
export function fileInput(element, block, ctx) {
  let chosen = [...(ctx.held(block, element) || [])];
  const most = element.max_files || 10;
  const list = h("ul", { class: "files" });
  const accept = (element.filetypes || []).map((each) => `.${each}`).join(",");
  const input = h("input", { ...named(element, block, ctx), type: "file", multiple: most > 1, accept: accept || null, "aria-label": ctx.field?.label });
  function told() {
    fill(list, chosen.map((file) => h("li", {}, `📎 ${file.name} `, h("span", { class: "muted" }, size(file.size)), " ",
      button("Remove", () => { chosen = chosen.filter((each) => each !== file); told(); ctx.change(block, element, chosen); }, { "aria-label": `Remove ${file.name}` }))));
  }
  input.addEventListener("change", async () => {
    for (const file of input.files) {
      if (chosen.length >= most) {
        complain(`No more than ${most} files.`);
        break;
      }
      try {
        chosen.push({ id: await upload(state.user, file), name: file.name, size: file.size });
      } catch (error) {
        complain(`${file.name} could not be uploaded: ${error.message}`);
      }
    }
    input.value = "";
    told();
    ctx.change(block, element, chosen);
  });
  told();
  return h("div", { class: "file-input" }, input, list);
}
