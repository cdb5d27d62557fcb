"""Values and results as runs keep them: texts and tables whole, files by their names and where they are."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from bot import fields as f
from bot.module import Facts, File, Operation, Part, Result, Table, Text, Values

Json = dict[str, Any]


def values(operation: Operation, given: Values) -> Json:
    """What of the values may be kept: no secrets, and of files only where they are."""
    made: Json = {}
    for each in operation.fields:
        value = given.get(each.name)
        if value is None or isinstance(each, f.Secret):
            continue
        made[each.name] = _files(value) if isinstance(each, f.Files) else value
    return {name: value for name, value in made.items() if value != []}


def file_fields(operation: Operation) -> list[str]:
    """The fields whose values are files: what is kept of these is where to find them."""
    return [each.name for each in operation.fields if isinstance(each, f.Files)]


def result(made: Result) -> Json:
    """A result as JSON."""
    return {
        "parts": [_written(each) for each in made.parts],
        "notes": list(made.notes),
        "model": made.model,
        "input_tokens": made.input_tokens,
        "output_tokens": made.output_tokens,
        "request_id": made.request_id,
    }


def opened(kept: Mapping[str, Any]) -> Result:
    """A result from its JSON; its files have no contents."""
    return Result(
        [_read(each) for each in kept["parts"]],
        tuple(kept["notes"]),
        kept["model"],
        kept["input_tokens"],
        kept["output_tokens"],
        kept["request_id"],
    )


def _files(given: Any) -> list[Json]:
    """Files that can be found again, as surfaces describe them."""
    listed: Sequence[Any] = given if isinstance(given, list | tuple) else [given]
    return [
        {"id": each.source, "name": each.name, "mimetype": each.media_type}
        for each in listed
        if isinstance(each, File) and each.source
    ]


def _written(part: Part) -> Json:
    match part:
        case Text():
            return {"text": part.markdown, "aside": part.aside}
        case Facts():
            return {"facts": [list(pair) for pair in part.pairs]}
        case Table():
            rows = [list(row) for row in part.rows]
            return {"table": rows, "columns": list(part.columns), "title": part.title}
        case File():
            return {"file": part.name, "type": part.media_type, "alt": part.alt, "source": part.source}
        case _:
            assert_never(part)


def _read(kept: Mapping[str, Any]) -> Part:
    if "text" in kept:
        return Text(kept["text"], kept["aside"])
    if "facts" in kept:
        return Facts([(name, value) for name, value in kept["facts"]])
    if "table" in kept:
        return Table(kept["columns"], kept["table"], kept["title"])
    return _file(kept)


def _file(kept: Mapping[str, Any]) -> File:
    return File(kept["file"], b"", kept["type"], kept["alt"], kept["source"])
