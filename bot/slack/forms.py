"""Forms as pure functions: a declaration becomes a view, and a view's state becomes raw values."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import fields as f
from bot.errors import Invalid
from bot.module import Module, Operation
from bot.slack.elements import ACTION, MOST_TYPED, actions, button, menu, option, plain, written
from bot.slack.form import Form
from bot.slack.inputs import ADD, REMOVE, blocks_of, groups, inputs
from bot.slack.text import clip, for_mrkdwn
from bot.usage import words_of

__all__ = [
    "ADD",
    "ADVANCED",
    "CONNECTION",
    "OPERATION",
    "REMOVE",
    "RUN",
    "Form",
    "block_of",
    "filled",
    "typed",
    "view",
]

Json = dict[str, Any]
ADVANCED, OPERATION = "form.advanced", "form.operation"
RUN = "form.run"
CONNECTION = "connection"
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
    problem: str | None = None,
) -> Json:
    """The modal of an operation.

    `values` fill it (make the form by `filled`); `connections` are (id, name), the chosen one is named by
    either. Raises Invalid where it does not fit into a modal.
    """
    blocks: list[Json] = []
    if problem:
        blocks.append(
            {"type": "section", "text": {"type": "mrkdwn", "text": clip(for_mrkdwn(problem), SECTION)}}
        )
    if len(module.operations) > 1:
        chosen = menu([option(each.title, each.name) for each in module.operations], operation.name)
        blocks.append(actions("operation", [chosen | {"action_id": OPERATION}]))
    blocks.append(
        {"type": "context", "elements": [{"type": "mrkdwn", "text": for_mrkdwn(operation.summary)}]}
    )
    for each in operation.fields:
        if form.advanced or not each.advanced:
            blocks += blocks_of(form, each, values.get(each.name))
    if operation.needs_api and connections:
        blocks.append(_connection(connections, connection))
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


def _connection(connections: Sequence[tuple[str, str]], chosen: str | None) -> Json:
    options = [option(name, number) for number, name in connections]
    named = next((number for number, name in connections if chosen in (number, name)), None)
    # One that is not there is not replaced by another: the person chooses.
    element = menu(options, options[0]["value"] if chosen is None else named)
    return {"type": "input", "block_id": CONNECTION, "label": plain("Connection", 2000), "element": element}


def typed(operation: Operation, form: Form, state: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in a form: raw values by field, groups in their order; files as Slack describes them."""
    raw: dict[str, Any] = {}
    for kind in operation.fields:
        read = {block: _read(state, form, block) for block, _, _ in inputs(form, kind, None)}
        match kind:
            case f.Items():
                raw[kind.name] = [
                    {
                        each.name: value
                        for each in kind.fields
                        if (value := read[f"{kind.name}.{row}.{each.name}"])
                    }
                    for row in form.shown(kind)
                ]
            case f.Several():
                texts = [value or "" for value in read.values()]
                raw[kind.name] = texts if any(texts) else None
            case _:
                raw[kind.name] = read[kind.name]
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
        return name
    shown, (number, _, inner) = form.shown(kind), rest.partition(".")
    row = shown[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(shown) else shown[0]
    if isinstance(kind, f.Several):
        return f"{name}.{row}"
    into = (
        next((each for each in kind.fields if each.name == inner), None) or words_of(kind) or kind.fields[0]
    )
    return f"{name}.{row}.{into.name}"
