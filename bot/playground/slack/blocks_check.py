"""A small language of constraints on JSON, and what Slack says when one is broken; knows no block.

A field whose name ends in "!" in a table must be there; a field that is in no table is refused, as by Slack.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Surface = Literal["message", "modal", "home"]
ALL: tuple[Surface, ...] = ("message", "modal", "home")


class Spec(Protocol):
    """What a value must be."""

    def problems(self, value: object, at: str, surface: Surface, /) -> Iterator[str]:
        """Slack's words for each thing that is wrong with the value at this JSON pointer."""
        ...


def at_pointer(text: str, at: str) -> str:
    """A problem and where it is, as Slack writes both."""
    return f"{text} [json-pointer:{at}]"


@dataclass(frozen=True)
class Text:
    """A string of so many characters, out of `choices` or of the form `like` where those are given."""

    most: int = 3000
    least: int = 1
    choices: tuple[str, ...] = ()
    like: str = ""

    def problems(self, value: object, at: str, _: Surface, /) -> Iterator[str]:
        """Check the kind, the length, then the content."""
        if not isinstance(value, str):
            yield at_pointer("must provide a string", at)
        elif len(value) < self.least:
            yield at_pointer(f"must be more than {self.least - 1} characters", at)
        elif len(value) > self.most:
            yield at_pointer(f"must be less than {self.most + 1} characters", at)
        elif self.choices and value not in self.choices:
            yield at_pointer(f"must be one of {', '.join(self.choices)}", at)
        elif self.like and not re.fullmatch(self.like, value):
            yield at_pointer("invalid format", at)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def problems(self, value: object, at: str, _: Surface, /) -> Iterator[str]:
        """Refuse all else."""
        if not isinstance(value, bool):
            yield at_pointer("must provide a boolean", at)


@dataclass(frozen=True)
class Number:
    """A number within bounds; a whole one unless `whole` is off."""

    least: float = 0
    most: float = float("inf")
    whole: bool = True

    def problems(self, value: object, at: str, _: Surface, /) -> Iterator[str]:
        """Check the kind, then the bounds."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            yield at_pointer(f"must provide a{'n integer' if self.whole else ' number'}", at)
        elif not self.least <= value <= self.most:
            yield at_pointer(f"must be between {self.least} and {self.most}", at)


@dataclass(frozen=True)
class Many:
    """A list of the same."""

    each: Spec
    most: int
    least: int = 1

    def problems(self, value: object, at: str, surface: Surface, /) -> Iterator[str]:
        """Check the number, then each item."""
        if not isinstance(value, list):
            yield at_pointer("must provide an array", at)
        elif len(value) > self.most:
            yield at_pointer(f"no more than {self.most} items allowed", at)
        elif len(value) < self.least:
            yield at_pointer(f"no less than {self.least} items allowed", at)
        else:
            for number, item in enumerate(value):
                yield from self.each.problems(item, f"{at}/{number}", surface)


@dataclass(frozen=True)
class OrNull:
    """Something, or null in its place."""

    each: Spec

    def problems(self, value: object, at: str, surface: Surface, /) -> Iterator[str]:
        """Check what is there."""
        if value is not None:
            yield from self.each.problems(value, at, surface)


@dataclass(frozen=True)
class Object:
    """An object with these fields; `one_of` are fields of which exactly one, `any_of` at least one is there.

    `on` are the surfaces that take it; `rule` gives the problem that a table cannot express, or None.
    """

    fields: Mapping[str, Spec]
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    on: tuple[Surface, ...] = ALL
    rule: Callable[[Mapping[str, Any]], str | None] | None = None

    def problems(self, value: object, at: str, surface: Surface, /) -> Iterator[str]:
        """Check which fields there are, then each, then all together."""
        if not isinstance(value, Mapping):
            yield at_pointer("must provide an object", at)
            return
        found = [at_pointer(f"missing required field: {name}", at) for name in self._missing(value)]
        specs = {name.rstrip("!"): spec for name, spec in self.fields.items()}
        for name, given in value.items():
            if name in specs:
                found += specs[name].problems(given, f"{at}/{name}", surface)
            elif name != "type":
                found.append(at_pointer(f"invalid additional property: {name}", at))
        if sum(name in value for name in self.one_of) > 1:
            found.append(at_pointer(f"only one of {', '.join(self.one_of)} is allowed", at))
        if not found and self.rule and (broken := self.rule(value)):
            found.append(at_pointer(broken, at))
        yield from found

    def _missing(self, value: Mapping[str, Any]) -> Iterator[str]:
        for name in self.fields:
            if name.endswith("!") and name[:-1] not in value:
                yield name[:-1]
        choice = self.one_of + self.any_of
        if choice and not any(name in value for name in choice):
            yield " or ".join(choice)


@dataclass(frozen=True)
class Typed:
    """An object whose `type` says what it is: one of `allowed` out of a table that may grow later."""

    table: Mapping[str, Object]
    allowed: Sequence[str] = ()

    def problems(self, value: object, at: str, surface: Surface, /) -> Iterator[str]:
        """Check the type, whether it may stand here, then the object."""
        if not isinstance(value, Mapping):
            yield at_pointer("must provide an object", at)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            yield at_pointer("missing required field: type", at)
        elif kind not in self.table or (self.allowed and kind not in self.allowed):
            yield at_pointer(f"unsupported type: {kind}", f"{at}/type")
        elif surface not in self.table[kind].on:
            yield at_pointer(f"unsupported type: {kind} (not in a {surface})", f"{at}/type")
        else:
            yield from self.table[kind].problems(value, at, surface)
