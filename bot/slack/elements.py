"""The inputs of a form: one element a kind of field, as Slack draws them."""

from collections.abc import Sequence
from typing import Any, assert_never

import orjson

from bot import fields as f

Json = dict[str, Any]
ACTION = "value"
#: The most that one text input of Slack takes; longer texts come as files or from a message.
MOST_TYPED = 3000


def field_input(block: str, kind: f.Field, value: Any) -> Json:
    """A field as an input block."""
    made: Json = {"type": "input", "block_id": block, "label": plain(kind.title, 2000), "element": element(kind, value),
                  "optional": not kind.required}  # fmt: skip
    if kind.hint:
        made["hint"] = plain(kind.hint, 2000)
    return made


def element(kind: f.Field, value: Any) -> Json:  # noqa: PLR0911 - one line a kind of field
    """What a person types or picks into."""
    match kind:
        case f.Text():
            return _text(kind.multiline, min(kind.high, MOST_TYPED), value or kind.default)
        case f.Secret():
            return _text(multiline=False, most=min(kind.high, MOST_TYPED), value=None)
        case f.Json():
            shown = value if isinstance(value, str) or value is None else orjson.dumps(value).decode()
            return _text(multiline=True, most=MOST_TYPED, value=shown)
        case f.Number():
            return _number(kind, value)
        case f.Flag():
            return _choices(("yes", "no"), {True: "yes", False: "no"}.get(value, value))
        case f.Choice():
            return _choices(kind.options, value or kind.default)
        case f.Model() | f.Reference():
            return _suggested(value)
        case f.Files():
            return {"type": "file_input", "action_id": ACTION, "max_files": min(kind.most, 10),
                    **({"filetypes": list(kind.types)} if kind.types else {})}  # fmt: skip
        case f.Several() | f.Items():
            raise TypeError("a group is made of several elements")
        case _:
            assert_never(kind)


def _text(multiline: bool, most: int, value: Any) -> Json:  # noqa: FBT001 - Slack's own argument
    made: Json = {"type": "plain_text_input", "action_id": ACTION, "multiline": multiline, "max_length": most}
    if value:
        made["initial_value"] = str(value)[:most]
    return made


def _number(kind: f.Number, value: Any) -> Json:
    made: Json = {"type": "number_input", "action_id": ACTION, "is_decimal_allowed": not kind.integer}
    for name, bound in (("min_value", kind.low), ("max_value", kind.high)):
        if bound is not None:
            made[name] = f"{bound:g}"
    if value is not None or kind.default is not None:
        made["initial_value"] = str(value if value is not None else kind.default)
    return made


def _choices(options: Sequence[str], value: Any) -> Json:
    made: Json = {"type": "static_select", "action_id": ACTION, "options": [option(each) for each in options]}
    if value in options:
        made["initial_option"] = option(str(value))
    return made


def _suggested(value: Any) -> Json:
    made: Json = {"type": "external_select", "action_id": ACTION, "min_query_length": 0}
    if value:
        made["initial_option"] = option(str(value))
    return made


def option(text: str, value: str | None = None) -> Json:
    """One option of a menu."""
    return {"text": plain(text, 75), "value": (value or text)[:150]}


def actions(block: str, elements: list[Json]) -> Json:
    """A row of buttons of the form itself."""
    return {"type": "actions", "block_id": f"form.{block}", "elements": elements}


def button(text: str, action: str, value: str) -> Json:
    """A button of the form itself."""
    return {"type": "button", "action_id": action, "text": plain(text, 75), "value": value}


def plain(text: str, most: int) -> Json:
    """Plain text, cut to what Slack takes there."""
    return {"type": "plain_text", "text": text if len(text) <= most else text[: most - 1] + "…"}
