// The attributes by which a field is found, named and described, by a program and by a person.

/** Attributes of the one control of an element. */
export function named(element, block, ctx) {
  const data = { key: `${block.block_id}|${element.action_id}`, action: element.action_id };
  if (!ctx.field) return { "aria-label": element.placeholder?.text || "Choose", data };
  const { id, describedby, invalid, required } = ctx.field;
  return { id, "aria-describedby": describedby, "aria-invalid": invalid ? "true" : null, "aria-required": required ? "true" : null, data };
}

/** Attributes of one of several controls of an element. */
export function part(element, block, ctx, at) {
  return { data: { key: `${block.block_id}|${element.action_id}|${at}`, action: element.action_id }, "aria-describedby": ctx.field?.describedby };
}
