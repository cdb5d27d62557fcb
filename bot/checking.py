"""Turns what was typed, on whatever surface, into checked values; the limits come from the fields."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import orjson

from bot import fields as f
from bot.errors import Invalid
from bot.module import File, Operation

YES = {"yes", "true", "on", "1", "y"}
NO = {"no", "false", "off", "0", "n"}


def check(operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values by field name; fields that were not set are left out.

    Raises Invalid with one problem a field. A required model is not missed here: the service chooses one.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    known = {each.name for each in operation.fields}
    for name in raw:
        if name not in known:
            problems[name] = f"There is no field “{name}” in {operation.title}."
    for each in operation.fields:
        given = raw.get(each.name)
        if _empty(given):
            if each.required and not isinstance(each, f.Model):
                problems[each.name] = f"{each.title} is missing."
            continue
        try:
            values[each.name] = _checked(each, given)
        except ValueError as wrong:
            problems[each.name] = f"{each.title}: {wrong}"
    if problems:
        raise Invalid(problems=problems)
    return values


def _empty(given: object) -> bool:
    return given is None or (isinstance(given, str | list | tuple) and len(given) == 0)


def _checked(kind: f.Field, given: Any) -> Any:  # noqa: PLR0911, C901 - one line a kind of field
    match kind:
        case f.Text():
            return _text(kind, given)
        case f.Secret():
            return _secret(kind, given)
        case f.Number():
            return _number(kind, given)
        case f.Flag():
            return _flag(given)
        case f.Choice():
            return _choice(kind, given)
        case f.Model() | f.Reference():
            return _name(given)
        case f.Files():
            return _files(kind, given)
        case f.Json():
            return _json(kind, given)
        case f.Several():
            return _several(kind, given)
        case f.Items():
            return _items(kind, given)
        case _:
            assert_never(kind)


def _text(kind: f.Text, given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("this has to be text.")
    if len(given) > kind.high:
        raise ValueError(f"{len(given):,} characters are too many; at most {kind.high:,} are allowed.")
    if len(given) < kind.low:
        raise ValueError(f"at least {kind.low:,} characters are needed.")
    if kind.pattern and not re.fullmatch(kind.pattern, given):
        raise ValueError(kind.pattern_hint or "this has the wrong form.")
    return given


def _secret(kind: f.Secret, given: object) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if not kind.low <= len(text) <= kind.high:
        raise ValueError(f"between {kind.low} and {kind.high} characters are needed.")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("this has characters that no key has; copy it again.")
    return text


def _number(kind: f.Number, given: object) -> float | int:
    try:
        number = float(str(given).strip().replace("−", "-"))
    except ValueError:
        raise ValueError(f"“{given}” is not a number.") from None
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 - the test for NaN
        raise ValueError(f"“{given}” is not a number.")
    if (kind.low is not None and number < kind.low) or (kind.high is not None and number > kind.high):
        raise ValueError(f"{given} is not {_span(kind)}.")
    if kind.integer:
        if number != int(number):
            raise ValueError(f"{given} is not a whole number.")
        return int(number)
    return number


def _span(kind: f.Number) -> str:
    if kind.low is not None and kind.high is not None:
        return f"between {kind.low:g} and {kind.high:g}"
    return f"at least {kind.low:g}" if kind.low is not None else f"at most {kind.high:g}"


def _flag(given: object) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"“{given}” is neither yes nor no.")


def _choice(kind: f.Choice, given: object) -> str:
    word = str(given).strip()
    for option in kind.options:
        if option.lower() == word.lower():
            return option
    raise ValueError(f"“{word}” is none of {', '.join(kind.options)}.")


def _name(given: object) -> str:
    word = str(given).strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", word):
        raise ValueError("a name or ID has no spaces and at most 256 characters.")
    return word


def _files(kind: f.Files, given: object) -> list[File]:
    files = list(given) if isinstance(given, list | tuple) else [given]
    if len(files) > kind.most:
        raise ValueError(f"{len(files)} files are too many; at most {kind.most} are allowed.")
    for file in files:
        if not isinstance(file, File):
            raise ValueError("attach a file; a name alone is not enough.")  # noqa: TRY004 - shown to the person
        ending = file.name.rpartition(".")[2].lower()
        if kind.types and ending not in kind.types:
            raise ValueError(f"“{file.name}” has the wrong type; allowed are {', '.join(kind.types)}.")
        if len(file.content) > kind.bytes_each:
            raise ValueError(f"“{file.name}” is larger than {kind.bytes_each // 2**20} MB.")
    return files


def _json(kind: f.Json, given: object) -> Any:
    value: Any = given
    if isinstance(given, str):
        try:
            value = orjson.loads(given)
        except orjson.JSONDecodeError as wrong:
            raise ValueError(f"not JSON at line {wrong.lineno}, column {wrong.colno}: {wrong.msg}.") from None
    if kind.shape == "object" and not isinstance(value, dict):
        raise ValueError('this has to be a JSON object, like {"key": "value"}.')
    if kind.shape == "array" and not isinstance(value, list):
        raise ValueError('this has to be a JSON array, like ["one", "two"].')
    return value


def _several(kind: f.Several, given: object) -> list[str]:
    samples = [given] if isinstance(given, str) else given
    if not isinstance(samples, Sequence):
        raise ValueError("this has to be one text or several.")  # noqa: TRY004
    kept = [_numbered(at, _text, kind.item, each) for at, each in enumerate(samples, 1) if not _empty(each)]
    _count(len(kept), kind.low, kind.high)
    return kept


def _items(kind: f.Items, given: object) -> list[dict[str, Any]]:
    groups: Any = given
    if isinstance(given, str):
        words = next(each.name for each in kind.fields if isinstance(each, f.Text) and each.words)
        groups = _json(f.Json(name="", title="", shape="array"), given) if given.startswith("[") else [{words: given}]
    if not isinstance(groups, list) or not all(isinstance(each, dict) for each in groups):
        raise ValueError("this has to be a list of groups.")
    full = [each for each in groups if any(not _empty(each.get(field.name)) for field in kind.fields if _typed(field))]
    _count(len(full), kind.low, kind.high)
    return [_numbered(at, _group, kind, each) for at, each in enumerate(full, 1)]


def _typed(field: f.Text | f.Choice) -> bool:
    return isinstance(field, f.Text)


def _group(kind: f.Items, group: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in kind.fields:
        given = group.get(each.name)
        if _empty(given):
            given = each.default
        if given is None:
            if each.required:
                raise ValueError(f"{each.title} is missing.")
            continue
        try:
            values[each.name] = _checked(each, given)
        except ValueError as wrong:
            raise ValueError(f"{each.title}: {wrong}") from None
    return values


def _numbered(at: int, checked: Any, kind: Any, given: Any) -> Any:
    try:
        return checked(kind, given)
    except ValueError as wrong:
        raise ValueError(f"number {at}: {wrong}") from None


def _count(count: int, low: int, high: int) -> None:
    if not low <= count <= high:
        raise ValueError(f"{count} are given; between {low} and {high} are needed.")
