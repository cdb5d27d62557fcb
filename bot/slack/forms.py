"""Forms as pure functions: a declaration becomes a view, and a view's state becomes raw values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from bot import fields as f
from bot.module import Module, Operation
from bot.slack.elements import ACTION, actions, button, field_input, option, plain

Json = dict[str, Any]
ADD, REMOVE, ADVANCED, OPERATION = "form.add", "form.remove", "form.advanced", "form.operation"
RUN = "form.run"
CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form shows beside what is typed; kept in its metadata: names, ids and counts, nothing typed."""

    module: str
    operation: str
    channel: str | None = None
    thread_ts: str | None = None
    advanced: bool = False
    #: The numbers of the groups that are shown, by field.
    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def packed(self) -> str:
        """As private metadata."""
        return orjson.dumps(
            {"m": self.module, "o": self.operation, "c": self.channel, "t": self.thread_ts, "a": self.advanced,
             "r": {name: list(rows) for name, rows in self.rows.items()}}
        ).decode()  # fmt: skip

    @classmethod
    def unpacked(cls, metadata: str) -> "Form":
        """From private metadata. Raises ValueError or KeyError when it is not ours."""
        said = orjson.loads(metadata)
        return cls(said["m"], said["o"], said.get("c"), said.get("t"), bool(said.get("a")), said.get("r") or {})

    def shown(self, kind: f.Several | f.Items) -> Sequence[int]:
        """The numbers of the groups of a field."""
        return self.rows.get(kind.name) or list(range(kind.low))

    def with_row(self, kind: f.Several | f.Items) -> "Form":
        """One group more."""
        rows = list(self.shown(kind))
        return replace(self, rows={**self.rows, kind.name: [*rows, max(rows, default=-1) + 1]})

    def without_row(self, kind: f.Several | f.Items, row: int) -> "Form":
        """One group less."""
        left = [each for each in self.shown(kind) if each != row]
        return replace(self, rows={**self.rows, kind.name: left})


def filled(form: Form, operation: Operation, values: Mapping[str, Any]) -> Form:
    """The form with room for what is known already."""
    rows = dict(form.rows)
    for each in operation.fields:
        given = values.get(each.name)
        if isinstance(each, f.Several | f.Items) and isinstance(given, list) and len(given) > len(form.shown(each)):
            rows[each.name] = list(range(len(given)))
    advanced = form.advanced or any(each.advanced and each.name in values for each in operation.fields)
    return replace(form, rows=rows, advanced=advanced)


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
    """The modal of an operation. `values` fill it; `connections` are (id, name), the chosen one named by its id."""
    blocks: list[Json] = []
    if problem:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": problem[:3000]}})
    if len(module.operations) > 1:
        blocks.append(_operations(module, operation))
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": operation.summary}]})
    for each in operation.fields:
        if not each.advanced or form.advanced:
            blocks += _field(form, each, values.get(each.name))
    if operation.needs_api and connections:
        blocks.append(_connection(connections, connection))
    if any(each.advanced for each in operation.fields):
        label = "Hide advanced settings" if form.advanced else "Advanced settings"
        blocks.append(actions("advanced", [button(label, ADVANCED, "toggle")]))
    return {
        "type": "modal", "callback_id": RUN, "private_metadata": form.packed(), "title": plain(operation.title, 24),
        "submit": plain("Connect" if operation.name == "add" else "Run", 24), "close": plain("Cancel", 24),
        "blocks": blocks[:100],
    }  # fmt: skip


def _field(form: Form, kind: f.Field, value: Any) -> list[Json]:
    match kind:
        case f.Items():
            return _groups(form, kind, value if isinstance(value, list) else [])
        case f.Several():
            return _samples(form, kind, value if isinstance(value, list) else [])
        case _:
            return [field_input(kind.name, kind, value)]


def _groups(form: Form, kind: f.Items, given: Sequence[Mapping[str, Any]]) -> list[Json]:
    blocks: list[Json] = []
    shown = form.shown(kind)
    for at, row in enumerate(shown):
        values = given[at] if at < len(given) else {}
        head = f"*{kind.title}* · {at + 1}"
        block: Json = {"type": "section", "block_id": f"{kind.name}.{row}", "text": {"type": "mrkdwn", "text": head}}
        if len(shown) > kind.low:
            block["accessory"] = button("Remove", f"{REMOVE}:{kind.name}", str(row))
        blocks.append(block)
        blocks += [field_input(f"{kind.name}.{row}.{each.name}", each, values.get(each.name)) for each in kind.fields]
    return [*blocks, *_adder(kind, len(shown))]


def _samples(form: Form, kind: f.Several, given: Sequence[str]) -> list[Json]:
    blocks: list[Json] = []
    shown = form.shown(kind)
    for at, row in enumerate(shown):
        block = field_input(f"{kind.name}.{row}", kind.item, given[at] if at < len(given) else None)
        block["label"] = plain(f"{kind.title} {at + 1}" if len(shown) > 1 else kind.title, 2000)
        block["optional"] = not (kind.required and at == 0)
        blocks.append(block)
    if len(shown) > max(kind.low, 1):
        last = button(f"Remove {kind.title.lower()} {len(shown)}"[:75], f"{REMOVE}:{kind.name}", str(shown[-1]))
        return [*blocks, actions(f"{kind.name}.more", [*_add(kind, len(shown)), last])]
    return [*blocks, *_adder(kind, len(shown))]


def _adder(kind: f.Several | f.Items, count: int) -> list[Json]:
    add = _add(kind, count)
    return [actions(f"{kind.name}.more", add)] if add else []


def _add(kind: f.Several | f.Items, count: int) -> list[Json]:
    return [button("Add item", f"{ADD}:{kind.name}", "add")] if count < kind.high else []


def _connection(connections: Sequence[tuple[str, str]], chosen: str | None) -> Json:
    options = [option(name, id) for id, name in connections[:100]]
    first = next((each for each in options if each["value"] == chosen), options[0])
    element = {"type": "static_select", "action_id": ACTION, "options": options, "initial_option": first}
    return {"type": "input", "block_id": CONNECTION, "label": plain("Connection", 2000), "element": element}


def _operations(module: Module, operation: Operation) -> Json:
    options = [option(each.title, each.name) for each in module.operations]
    chosen = option(operation.title, operation.name)
    select = {"type": "static_select", "action_id": OPERATION, "options": options, "initial_option": chosen}
    return actions("operation", [select])




def typed(operation: Operation, form: Form, state: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in a form: raw values by field, groups in their order; files as Slack describes them."""
    raw: dict[str, Any] = {}
    for each in operation.fields:
        match each:
            case f.Items():
                raw[each.name] = [
                    {field.name: _read(state, f"{each.name}.{row}.{field.name}") for field in each.fields}
                    for row in form.shown(each)
                ]
            case f.Several():
                raw[each.name] = [text for row in form.shown(each) if (text := _read(state, f"{each.name}.{row}"))]
            case _:
                raw[each.name] = _read(state, each.name)
    return {name: value for name, value in raw.items() if value not in (None, "", [])}


def _read(state: Mapping[str, Mapping[str, Any]], block: str) -> Any:
    said = (state.get(block) or {}).get(ACTION) or {}
    if option := said.get("selected_option"):
        return option["value"]
    return said.get("files") or said.get("value")


def block_of(operation: Operation, form: Form, name: str) -> str:
    """The block on which an error of a field is shown."""
    kind = next((each for each in operation.fields if each.name == name), None)
    match kind:
        case f.Items():
            words = next((each.name for each in kind.fields if isinstance(each, f.Text) and each.required), "")
            return f"{name}.{form.shown(kind)[0]}.{words}"
        case f.Several():
            return f"{name}.{form.shown(kind)[0]}"
        case _:
            return name
