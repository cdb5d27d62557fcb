"""Results as text for a terminal: Markdown as it is, tables in columns, files written to a directory."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_never

from bot.errors import BotError
from bot.module import Facts, File, Result, Table, Text
from bot.notation import size

#: What would move a terminal's cursor or change its colours; models and files may say anything.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(result: Result, folder: Path) -> Iterator[str]:
    """The pieces of a result in their order; files are written on the way, and where to is said."""
    for part in result.parts:
        match part:
            case Text():
                yield clean(part.markdown)
            case Facts():
                yield "\n".join(_columns([list(map(_cell, pair)) for pair in part.pairs]))
            case Table():
                yield "\n".join([*([clean(part.title)] if part.title else []), *_table(part)])
            case File():
                yield f"→ {kept(part, folder)} ({size(len(part.content))})"
            case _:
                assert_never(part)


def about(result: Result) -> list[str]:
    """What is said beside a result: its notes, and what it took."""
    counts = ((result.input_tokens, "tokens in"), (result.output_tokens, "out"))
    tokens = ", ".join(f"{count:,} {name}" for count, name in counts if count is not None)
    took = " · ".join(filter(None, [result.model, tokens]))
    return [*(f"Note: {clean(note)}" for note in result.notes), *([took] if took else [])]


def clean(text: str) -> str:
    """A text without what a terminal would obey."""
    return CONTROL.sub("", text)


def kept(file: File, folder: Path) -> Path:
    """Write a file into a directory under its own name, or with a number where that is taken.

    Raises BotError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _written(file, folder)
    except OSError as wrong:
        raise BotError(
            f"{folder} cannot be written into ({wrong.strerror}). Choose another with --out."
        ) from None


def _written(file: File, folder: Path) -> Path:
    name = clean(re.split(r"[/\\]", file.name)[-1]).lstrip(".") or "file"
    stem, dot, ending = name.rpartition(".")
    number = 1
    while True:
        path = folder / (name if number == 1 else f"{stem or ending}-{number}{dot + ending if stem else ''}")
        try:
            with path.open("xb") as opened:
                opened.write(file.content)
        except FileExistsError:
            number += 1
        else:
            return path


def _table(table: Table) -> Iterator[str]:
    rows = [list(map(_cell, row)) for row in table.rows]
    numbers = [
        all(isinstance(row[at], int | float) or row[at] == "" for row in table.rows)
        for at in range(len(table.columns))
    ]
    lines = list(_columns([list(map(_cell, table.columns)), *rows], numbers))
    yield lines[0]
    yield "─" * max(map(_width, lines))
    yield from lines[1:]


def _columns(rows: Sequence[Sequence[str]], numbers: Sequence[bool] = ()) -> Iterator[str]:
    """Rows whose cells stand under one another, numbers at the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for at, cell in enumerate(row):
            room = " " * (widths[at] - _width(cell))
            cells.append(room + cell if numbers and numbers[at] else cell + room)
        yield "  ".join(cells).rstrip()


def _cell(value: str | float) -> str:
    return " ".join(clean(str(value)).split())


def _width(text: str) -> int:
    """Columns that a text takes: signs of East Asia take two, marks over letters none."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(bool(unicodedata.combining(each)) for each in text)
