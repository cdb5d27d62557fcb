"""What a form shows beside what is typed into it; it travels with the form and comes back as a claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from bot import fields as f

#: Far more groups, numbers of groups and parts than a modal of 100 blocks can show.
MOST_ROWS, LAST_ROW, MOST_PARTS = 100, 100_000, 100
#: Slack's ids have 9 to 11 letters; a message has at most ten files, a form's input too.
MOST_ID, MOST_FILES = 40, 40


@dataclass(frozen=True, slots=True)
class Form:
    """Names, ids and counts, nothing that was typed."""

    module: str
    operation: str
    channel: str | None = None
    thread_ts: str | None = None
    advanced: bool = False
    #: The numbers of the groups that are shown, by field.
    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    #: The highest number that a group ever had; a new one never shows what stood in an old one.
    last: int = 0
    #: How many inputs a long text has, by its first block.
    parts: Mapping[str, int] = field(default_factory=dict)
    #: Ids of files that are in Slack already, by field.
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: How often the connection was chosen for the person: a client shows it under a new name only.
    chosen: int = 0
    #: Fields that have the second of their two blocks: another operation's field of that name had the first.
    other: Sequence[str] = ()
    #: Whether the person chose to see the result alone; None where nobody chose.
    alone: bool | None = None
    #: The kept request with what stood in this form under another operation.
    earlier: str | None = None
    #: The form below, which this one comes back to: its view, and the kept request with what stands in it.
    below: tuple[str, str] | None = None

    def packed(self) -> str:
        """As private metadata, which takes 3,000 characters."""
        said: dict[str, Any] = {"m": self.module, "o": self.operation, "c": self.channel, "t": self.thread_ts}
        said |= {"a": self.advanced, "r": {name: list(rows) for name, rows in self.rows.items()}}
        said |= {"l": self.last, "p": dict(self.parts), "k": self.chosen, "e": self.earlier, "b": self.below}
        said |= {"n": list(self.other), "v": {None: 0, False: 1, True: 2}[self.alone]}
        said |= {"f": {name: list(each) for name, each in self.files.items() if each}}
        return orjson.dumps({name: value for name, value in said.items() if value}).decode()

    @classmethod
    def unpacked(cls, metadata: str) -> "Form":
        """From private metadata. Raises ValueError when it is not ours."""
        said = orjson.loads(metadata)
        if not isinstance(said, dict):
            raise ValueError("no form")  # noqa: TRY004 - one kind of failure for all that is wrong
        rows = _mapping(said.get("r", {}), _rows)
        parts = _mapping(said.get("p", {}), lambda value: _number(value, MOST_PARTS))
        module, operation = _text(said.get("m")), _text(said.get("o"))
        if module is None or operation is None:
            raise ValueError("no operation")
        place = _text(said.get("c")), _text(said.get("t"))
        return cls(
            module,
            operation,
            *place,
            bool(said.get("a")),
            rows,
            last=_number(said.get("l", 0), LAST_ROW),
            parts=parts,
            files=_mapping(said.get("f", {}), _ids),
            chosen=_number(said.get("k", 0), LAST_ROW),
            other=tuple(_ids(said.get("n", []))),
            alone={0: None, 1: False, 2: True}[_number(said.get("v", 0), 2)],
            earlier=_text(said.get("e")),
            below=_pair(said.get("b")),
        )

    def shown(self, kind: f.Several | f.Items) -> Sequence[int]:
        """The numbers of the groups of a field; one at least."""
        return self.rows.get(kind.name) or list(range(max(kind.low, 1)))

    def block(self, name: str) -> str:
        """The block of a field: its name, or the second one."""
        return f"{name}@" if name in self.other else name

    def with_row(self, kind: f.Several | f.Items) -> "Form":
        """One group more."""
        rows = self.shown(kind)
        new = max(*rows, self.last) + 1
        return replace(self, rows={**self.rows, kind.name: [*rows, new]}, last=new)

    def without_row(self, kind: f.Several | f.Items, row: int) -> "Form":
        """One group less."""
        left = [each for each in self.shown(kind) if each != row]
        gone = f"{self.block(kind.name)}.{row}"
        parts = {
            block: n for block, n in self.parts.items() if block != gone and not block.startswith(f"{gone}.")
        }
        return replace(self, rows={**self.rows, kind.name: left}, parts=parts)

    def with_parts(self, block: str, count: int) -> "Form":
        """Room for a long text; never less than before, because what stands in a part would be lost."""
        if count <= self.parts.get(block, 1):
            return self
        return replace(self, parts={**self.parts, block: count})

    def with_files(self, name: str, ids: Sequence[str]) -> "Form":
        """With these files of Slack's in a field, instead of those that were there."""
        return replace(self, files={**self.files, name: list(dict.fromkeys(ids))[:MOST_FILES]})

    def unfolded(self) -> "Form":
        """With its advanced settings; they stay, because what stands in them would be lost."""
        return replace(self, advanced=True)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError("no text")


def _mapping(value: Any, each: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no mapping")  # noqa: TRY004
    return {name: each(one) for name, one in value.items()}


def _rows(value: Any) -> list[int]:
    if (
        not isinstance(value, list)
        or not 0 < len(value) <= MOST_ROWS
        or len({*map(repr, value)}) < len(value)
    ):
        raise ValueError("no groups")
    return [_number(each, LAST_ROW) for each in value]


def _ids(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_FILES:
        raise ValueError("no files")
    if not all(isinstance(each, str) and len(each) <= MOST_ID for each in value):
        raise ValueError("no ids")
    return value


def _pair(value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        raise ValueError("no form below")
    return value[0], value[1]


def _number(value: Any, most: int) -> int:
    if type(value) is int and 0 <= value <= most:
        return value
    raise ValueError("no number")
