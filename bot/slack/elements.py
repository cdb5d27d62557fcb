"""The inputs of a form: one element a kind of field, as Slack draws them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, assert_never

import orjson

from bot import fields as f
from bot.kinds import Single, checked
from bot.slack.text import clip, label
from bot.words import shown

Json = dict[str, Any]
ACTION = "value"
# docs.slack.dev/reference/block-kit: characters of a text input, of an option's value and of a placeholder;
# options of a menu or of one of its groups; files of a file input.
MOST_TYPED, MOST_VALUE, PLACEHOLDER, OPTIONS, FILES = 3000, 150, 150, 100, 10
#: Nobody reads more of a number than this.
MOST_DIGITS = 100


def field_input(block: str, kind: Single, value: Any, *, title: str, hint: str, optional: bool) -> Json:
    """A field as an input block; a value that the element cannot show stands beside it."""
    made: Json = {
        "type": "input",
        "block_id": block,
        "label": plain(title, 2000),
        "element": element(kind, value),
        "optional": optional,
    }
    return made | ({"hint": plain(hint, 2000)} if hint else {})


def written(kind: f.Field, value: Any) -> str:
    """A value of a text input as text."""
    if isinstance(kind, f.Json) and value is not None and not isinstance(value, str):
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return "" if value is None else str(value)


def element(kind: Single, value: Any) -> Json:  # noqa: PLR0911 - one line a kind of field
    """What a person types or picks into."""
    match kind:
        case f.Text():
            return _text(kind.high, kind.default if value is None else value, multiline=kind.multiline)
        case f.Secret():
            return _text(kind.high, None)
        case f.Json():
            return _text(MOST_TYPED, written(kind, value), multiline=True)
        case f.Number():
            return _number(kind, value)
        case f.Flag():
            said = None if (fit := _fit(kind, value)) is None else ("yes" if fit else "no")
            return menu([option("yes"), option("no")], said) | _beside(value, said)
        case f.Choice():
            said = _fit(kind, value)
            return menu([option(each) for each in kind.options], said) | _beside(value, said)
        case f.Model() | f.Reference():
            return _suggested(kind, value)
        case f.Person():
            first: Json = {"initial_user": fit} if (fit := _fit(kind, value)) else {}
            return {"type": "users_select", "action_id": ACTION} | first | _beside(value, fit)
        case f.Files():
            types: Json = {"filetypes": list(kind.types)} if kind.types else {}
            return {"type": "file_input", "action_id": ACTION, "max_files": min(kind.most, FILES), **types}
        case _:
            assert_never(kind)


def _fit(kind: f.Number | f.Flag | f.Choice | f.Model | f.Reference | f.Person, value: Any) -> Any:
    """The value, its default without one, None where Slack would refuse it as the first one."""
    usual = None if isinstance(kind, f.Model | f.Reference | f.Person) else kind.default
    wanted = usual if value is None else value
    try:
        return None if wanted is None else checked(kind, wanted)
    except ValueError:
        return None


def _beside(value: Any, fit: Any) -> Json:
    """What was given and does not fit is not lost: it stands where something is to be chosen."""
    if value in (None, "") or fit is not None:
        return {}
    return {"placeholder": plain(f"“{shown(str(value))}” does not fit", PLACEHOLDER)}


def _text(high: int, value: Any, *, multiline: bool = False) -> Json:
    text = "" if value is None else str(value)
    made: Json = {"type": "plain_text_input", "action_id": ACTION, "multiline": multiline}
    # What is too long is shown whole: the person shortens it.
    made["max_length"] = min(max(high, len(text)), MOST_TYPED)
    return made | ({"initial_value": text} if text else {})


def _number(kind: f.Number, value: Any) -> Json:
    fit = _fit(kind, value)
    bounds = {"min_value": kind.low, "max_value": kind.high, "initial_value": fit}
    shown = {name: _digits(number) for name, number in bounds.items() if number is not None}
    if len(shown.get("initial_value", "")) > MOST_DIGITS:
        del shown["initial_value"]
        fit = None
    made: Json = {"type": "number_input", "action_id": ACTION, "is_decimal_allowed": not kind.integer}
    return made | shown | _beside(value, fit)


def _digits(number: float) -> str:
    """A number as Slack takes it: without an exponent."""
    return f"{Decimal(str(number)):f}".removesuffix(".0")


def _suggested(kind: f.Model | f.Reference, value: Any) -> Json:
    made: Json = {"type": "external_select", "action_id": ACTION, "min_query_length": 0}
    fit = _fit(kind, value)
    if fit is None or len(fit) > MOST_VALUE:
        return made | _beside(value, None)
    return made | {"initial_option": option(fit)}


def menu(options: Sequence[Json], chosen: str | None) -> Json:
    """A menu of a few options, or of many in groups."""
    made: Json = {"type": "static_select", "action_id": ACTION}
    if len(options) <= OPTIONS:
        made["options"] = list(options)
    else:
        groups = [options[at : at + OPTIONS] for at in range(0, len(options), OPTIONS)]
        made["option_groups"] = [{"label": each[0]["text"], "options": list(each)} for each in groups]
    first = next((each for each in options if each["value"] == chosen), None)
    return made | ({"initial_option": first} if first else {})


def option(text: str, value: str | None = None) -> Json:
    """One option of a menu; its value is at most 150 characters."""
    return {"text": plain(text, 75), "value": value or text}


def actions(block: str, elements: list[Json]) -> Json:
    """A row of buttons of the form itself."""
    return {"type": "actions", "block_id": f"form.{block}", "elements": elements}


def button(text: str, action: str, value: str) -> Json:
    """A button of the form itself."""
    return {"type": "button", "action_id": action, "text": plain(text, 75), "value": value}


def plain(text: str, most: int) -> Json:
    """Plain text, cut to what Slack takes there."""
    return {"type": "plain_text", "text": label(text, most) or "–"}


def mrkdwn(text: str) -> Json:
    """Text of a line under or above inputs, escaped already; 2,000 characters fit."""
    return {"type": "mrkdwn", "text": clip(text, 2000)}
