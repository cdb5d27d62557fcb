"""Reads a multipart form as the API does: bracketed names as lists and objects, files with their bytes."""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile

from bot.playground.openai.call import Call
from bot.playground.openai.check import Rule, wrong_type
from bot.playground.openai.errors import ApiError

Kind = type[int] | type[float] | type[bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A file in a form."""

    filename: str
    content_type: str
    content: bytes


async def read_form(call: Call, limit: int) -> dict[str, Any]:
    """The form's texts, lists (`a[]`), objects (`a[b]`) and Parts; a file above `limit` bytes is a 413."""
    form = await call.form()
    found: dict[str, Any] = {}
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read(limit + 1)
                if len(content) > limit:
                    text = f"Maximum content size limit ({limit}) exceeded ({value.size} bytes read)"
                    raise ApiError(413, text, param=name)
                _place(found, name, Part(value.filename or "", value.content_type or "", content))
            else:
                _place(found, name, value)
    finally:
        await form.close()
    return found


def _place(found: dict[str, Any], name: str, value: object) -> None:
    base, bracket, rest = name.partition("[")
    if not bracket:
        found[base] = value
        return
    keys = rest.rstrip("]").split("][")
    if keys == [""]:
        found.setdefault(base, []).append(value)
        return
    inner = found.setdefault(base, {})
    for key in keys[:-1]:
        inner = inner.setdefault(key, {})
    inner[keys[-1]] = value


def part(name: str, value: Any) -> None:
    """A file."""
    if not isinstance(value, Part):
        raise wrong_type(name, "a file", value)


def as_typed(fields: dict[str, Any], kinds: dict[str, Kind]) -> dict[str, Any]:
    """The fields with numbers and booleans made of their texts where these are such."""
    return {name: _typed(value, kinds[name]) if name in kinds else value for name, value in fields.items()}


def _typed(value: object, kind: Kind) -> object:
    if not isinstance(value, str):
        return value
    if kind is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return kind(value)
    except ValueError:
        return value


def one_or_many(rule: Rule, maximum: int) -> Rule:
    """One value or a list of them, as `image` and `image[]` may be sent."""

    def check(name: str, value: Any) -> None:
        values = value if isinstance(value, list) else [value]
        if len(values) > maximum:
            text = f"Invalid '{name}': too many. Expected at most {maximum}, but got {len(values)} instead."
            raise ApiError(400, text, code="array_above_max_length", param=name)
        for one in values:
            rule(name, one)

    return check
