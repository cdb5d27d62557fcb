"""Forms as pure functions: a declaration becomes a view, and a view's state becomes raw values."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import fields as f
from bot.errors import Invalid
from bot.module import Module, Operation
from bot.slack.audience import audience_input
from bot.slack.connections import CONNECTION, LINK, connection_block, connection_input
from bot.slack.elements import ACTION, MOST_TYPED, actions, button, menu, option, plain, written
from bot.slack.form import Form
from bot.slack.inputs import ADD, LEAVE, REMOVE, attached_block, blocks_of, groups, inputs
from bot.slack.text import clip, for_mrkdwn
from bot.usage import words_of

__all__ = [
    "ADD",
    "ADVANCED",
    "CONNECTION",
    "LEAVE",
    "LINK",
    "OPERATION",
    "REMOVE",
    "RUN",
    "Form",
    "attached",
    "block_of",
    "chosen",
    "filled",
    "typed",
    "view",
]

Json = dict[str, Any]
ADVANCED, OPERATION = "form.advanced", "form.operation"
RUN = "form.run"
#: Blocks of a modal; a title and a button of it; a section's text (docs.slack.dev/reference/views).
BLOCKS, SHORT, SECTION = 100, 24, 3000


def filled(form: Form, operation: Operation, values: Mapping[str, Any]) -> Form:
    """The form with room for what is known already: groups, long texts, advanced settings."""
    for each in operation.fields:
        given = values.get(each.name)
        if isinstance(each, f.Several | f.Items):
            while len(form.shown(each)) < len(groups(each, given)):
                form = form.with_row(each)
        if each.advanced and given is not None:
            form = form.unfolded()
        for block, kind, value in inputs(form, each, given):
            if isinstance(kind, f.Text | f.Json):
                form = form.with_parts(block, -(-len(written(kind, value)) // MOST_TYPED))
    return form


def view(
    form: Form,
    module: Module,
    operation: Operation,
    values: Mapping[str, Any],
    *,
    connections: Sequence[tuple[str, str]] = (),
    connection: str | None = None,
    operations: Sequence[Operation] | None = None,
    attached: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> Json:
    """The modal of an operation.

    `values` fill it (make the form by `filled`); `connections` are (id, name), the chosen one is named by
    either; `operations` are those that the person may change to; `attached` names the files that are in Slack
    already, by field. Raises Invalid where it does not fit into a modal.
    """
    blocks: list[Json] = []
    if problem:
        blocks.append(
            {"type": "section", "text": {"type": "mrkdwn", "text": clip(for_mrkdwn(problem), SECTION)}}
        )
    offered = module.operations if operations is None else operations
    if len(offered) > 1 and form.below is None:
        chosen = menu([option(each.title, each.name) for each in offered], operation.name)
        blocks.append(actions("operation", [chosen | {"action_id": OPERATION}]))
    blocks.append(
        {"type": "context", "elements": [{"type": "mrkdwn", "text": for_mrkdwn(operation.summary)}]}
    )
    for each in operation.fields:
        if form.advanced or not each.advanced:
            blocks += blocks_of(form, each, values.get(each.name), (attached or {}).get(each.name))
    blocks += audience_input(form, operation)
    if operation.needs_api and connections:
        blocks.append(connection_input(form, connections, connection))
    if not form.advanced and any(each.advanced for each in operation.fields):
        blocks.append(actions("advanced", [button("Advanced settings", ADVANCED, "show")]))
    if len(blocks) > BLOCKS:
        raise Invalid("This is too much for one form. Attach the longest text as a file, or ask in a thread.")
    return {
        "type": "modal",
        "callback_id": RUN,
        "private_metadata": form.packed(),
        "title": plain(operation.title, SHORT),
        "submit": plain("Run" if operation.needs_api else operation.title.split()[0], SHORT),
        "close": plain("Cancel", SHORT),
        "blocks": blocks,
    }


def attached(form: Form, view: Json) -> dict[str, str]:
    """How a form that is open names the files that are in Slack already, by field."""
    shown = {each.get("block_id"): each for each in view["blocks"]}
    return {
        name: str(shown[attached_block(name)]["elements"][0]["text"])
        for name in form.files
        if attached_block(name) in shown
    }


def chosen(form: Form, state: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The connection that is chosen in a form."""
    said = (state.get(connection_block(form)) or {}).get(LINK) or {}
    return (said.get("selected_option") or {}).get("value")


def typed(operation: Operation, form: Form, state: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in a form: raw values by field, groups in their order; files as Slack describes them."""
    raw: dict[str, Any] = {}
    for kind in operation.fields:
        at = form.block(kind.name)
        read = {block: _read(state, form, block) for block, _, _ in inputs(form, kind, None)}
        match kind:
            case f.Items():
                raw[kind.name] = [
                    {each.name: value for each in kind.fields if (value := read[f"{at}.{row}.{each.name}"])}
                    for row in form.shown(kind)
                ]
            case f.Several():
                texts = [value or "" for value in read.values()]
                raw[kind.name] = texts if any(texts) else None
            case f.Files():
                known: dict[str, Json] = {each: {"id": each} for each in form.files.get(kind.name, ())}
                raw[kind.name] = [*(known | {each["id"]: each for each in read[at] or ()}).values()]
            case _:
                raw[kind.name] = read[at]
    return {name: value for name, value in raw.items() if value}


def _read(state: Mapping[str, Mapping[str, Any]], form: Form, block: str) -> Any:
    said = (state.get(block) or {}).get(ACTION) or {}
    if option := said.get("selected_option"):
        return option["value"]
    if "selected_user" in said:
        return said["selected_user"]
    if "files" in said:
        return said["files"]
    blocks = [block, *(f"{block}~{at}" for at in range(1, form.parts.get(block, 1)))]
    return "".join(((state.get(each) or {}).get(ACTION) or {}).get("value") or "" for each in blocks)


def block_of(operation: Operation, form: Form, place: str) -> str:
    """The block on which an error is shown; `place` is a field, or field.number.field as `check` says it."""
    name, _, rest = place.partition(".")
    kind = next((each for each in operation.fields if each.name == name), None)
    if not isinstance(kind, f.Several | f.Items):
        return form.block(name)
    name, shown = form.block(name), form.shown(kind)
    number, _, inner = rest.partition(".")
    row = shown[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(shown) else shown[0]
    if isinstance(kind, f.Several):
        return f"{name}.{row}"
    into = (
        next((each for each in kind.fields if each.name == inner), None) or words_of(kind) or kind.fields[0]
    )
    return f"{name}.{row}.{into.name}"
