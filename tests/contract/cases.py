"""What a field can be given, made from its kind alone: right, at its limits, beyond, of another form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, assert_never

from bot import fields as f
from bot.module import File, Module, Operation
from bot.modules import ALL

Pair = tuple[Module, Operation]
OPERATIONS: list[Pair] = [(module, operation) for module in ALL for operation in module.operations]
NAMES = [f"{module.name}/{operation.name}" for module, operation in OPERATIONS]
FIELDS = [(module, operation, kind) for module, operation in OPERATIONS for kind in operation.fields]
FIELD_NAMES = [f"{module.name}/{operation.name}.{kind.name}" for module, operation, kind in FIELDS]

#: One of these fits any pattern that a field has so far; a new pattern adds its own.
TEXTS = ("some words", "auto", "en", "org-abc", "proj_abc", "abc_1")
UNFIT = "✗ two\nlines"


@dataclass(frozen=True, slots=True)
class Case:
    """One way to fill a field in; `right` is whether it may be so."""

    name: str
    given: Any
    right: bool = True


class Large(bytes):
    """The content of a file that is as large as it says, and takes no room."""

    __slots__ = ()
    size = 0

    def __len__(self) -> int:
        return self.size


def cases(kind: f.Field) -> Iterator[Case]:
    """Every way to fill this field in that its declaration tells apart."""
    match kind:
        case f.Text():
            yield from _texts(kind)
        case f.Secret():
            yield Case("right", "sk-abc")
            yield Case("at its limit", "s" * kind.high)
            yield Case("over its limit", "s" * (kind.high + 1), right=False)
            yield Case("of another form", "two words", right=False)
        case f.Number():
            yield from _numbers(kind)
        case f.Flag():
            yield from (Case(word, word) for word in ("yes", "no"))
            yield Case("neither", "perhaps", right=False)
        case f.Choice():
            yield from (Case(option, option) for option in kind.options)
            yield Case("none of them", "none of them", right=False)
        case f.Model() | f.Reference():
            yield Case("right", "abc-1")
            yield Case("at its limit", "x" * 256)
            yield Case("over its limit", "x" * 257, right=False)
            yield Case("of another form", UNFIT, right=False)
        case f.Person():
            yield Case("right", "U012AB3CD")
            yield Case("of another form", "somebody", right=False)
        case f.Files():
            yield from _files(kind)
        case f.Json():
            right, other = {"object": ('{"a": 1}', "[1]"), "array": ("[1]", '{"a": 1}'), "any": ("[1]", "[")}[
                kind.shape
            ]
            yield Case("right", right)
            yield Case("of another shape", other, right=False)
            yield Case("not JSON", '{"a": ', right=False)
        case f.Several():
            yield from _several(kind)
        case f.Items():
            yield from _items(kind)
        case _:
            assert_never(kind)


def fitting(kind: f.Text) -> str:
    """A text that this field takes."""
    fits = [text for text in TEXTS if kind.low <= len(text) <= kind.high]
    return next(text for text in fits if not kind.pattern or re.fullmatch(kind.pattern, text))


def _texts(kind: f.Text) -> Iterator[Case]:
    yield Case("right", fitting(kind))
    if kind.pattern:
        yield Case("of another form", UNFIT[: kind.high], right=False)
    else:
        yield Case("at its limit", "x" * kind.high)
        if kind.low > 1:
            yield Case("at its lower limit", "x" * kind.low)
            yield Case("under its lower limit", "x" * (kind.low - 1), right=False)
    yield Case("over its limit", "x" * (kind.high + 1), right=False)


def _numbers(kind: f.Number) -> Iterator[Case]:
    def digits(number: float) -> str:
        return str(int(number)) if float(number).is_integer() else str(number)

    inside = kind.low if kind.low is not None else kind.high if kind.high is not None else 7
    yield Case("right", digits(inside))
    if kind.low is not None:
        yield Case("at its lower limit", digits(kind.low))
        yield Case("under its lower limit", digits(kind.low - 1), right=False)
    if kind.high is not None:
        yield Case("at its limit", digits(kind.high))
        yield Case("over its limit", digits(kind.high + 1), right=False)
    if kind.integer:
        yield Case("not whole", digits(inside + 0.5), right=False)
    yield Case("no number", "many", right=False)


def _files(kind: f.Files) -> Iterator[Case]:
    ending = kind.types[0] if kind.types else "bin"

    def several(count: int) -> list[File]:
        return [File(f"file-{at}.{ending}", b"x") for at in range(count)]

    too_large = Large()
    type(too_large).size = kind.bytes_each + 1
    yield Case("right", several(1))
    yield Case("at its limit", several(kind.most))
    yield Case("over its limit", several(kind.most + 1), right=False)
    yield Case("empty", [File(f"file.{ending}", b"")], right=False)
    yield Case("too large", [File(f"file.{ending}", too_large)], right=False)
    if kind.types:
        yield Case("of another type", [File("file.exe", b"x")], right=False)


def _several(kind: f.Several) -> Iterator[Case]:
    text = fitting(kind.item)
    yield Case("right", [text])
    yield Case("at its limit", [text] * kind.high)
    yield Case("over its limit", [text] * (kind.high + 1), right=False)
    yield Case("one over its limit", [text, "x" * (kind.item.high + 1)], right=False)


def _items(kind: f.Items) -> Iterator[Case]:
    whole = {
        each.name: fitting(each) if isinstance(each, f.Text) else each.options[-1] for each in kind.fields
    }
    yield Case("right", [whole])
    yield Case("at its limit", [whole] * kind.high)
    yield Case("over its limit", [whole] * (kind.high + 1), right=False)
    for each in kind.fields:
        if isinstance(each, f.Text):
            too_long = {**whole, each.name: "x" * (each.high + 1)}
            yield Case(f"{each.name} over its limit", [whole, too_long], right=False)
        else:
            yield Case(f"{each.name} none of them", [whole, {**whole, each.name: "nobody"}], right=False)
        if each.required and getattr(each, "default", None) is None:
            without = {name: value for name, value in whole.items() if name != each.name}
            yield Case(f"{each.name} missing", [whole, without], right=False)
