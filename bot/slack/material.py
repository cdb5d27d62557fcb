"""What a message gives to an operation: its text and its files, each in the field that takes it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import fields as f
from bot.module import Module, Operation
from bot.usage import words_field, words_of

Json = dict[str, Any]
#: `<address|words>` and its like, as Slack writes what is more than text.
_MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Material:
    """A message as far as operations take it; `files` as Slack describes them."""

    text: str = ""
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """What of a message goes where: values and files by field, and the names of files that fit nowhere."""

    values: Mapping[str, Any]
    files: Mapping[str, Sequence[Mapping[str, Any]]]
    left: Sequence[str] = ()


def material(message: Mapping[str, Any]) -> Material:
    """The text of a message as people read it, and its files."""
    text = _readable(message.get("text") or "")
    if message.get("bot_id"):  # an app's text is often only a line for notifications
        shown = "\n\n".join(_texts(message.get("blocks") or ()))
        text = _readable(shown) if len(shown) > len(text) else text
    if not text:
        said = (each.get("text") or each.get("fallback") or "" for each in message.get("attachments") or ())
        text = _readable("\n\n".join(filter(None, said)))
    files = [
        each for each in message.get("files") or () if each.get("id") and each.get("mode") != "tombstone"
    ]
    return Material(text, files)


def _texts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in blocks:
        said = each.get("text")
        if each.get("type") == "markdown" and isinstance(said, str):
            yield said
        elif each.get("type") in {"section", "header"}:
            places = [said, *(each.get("fields") or ())]
            yield from (place["text"] for place in places if isinstance(place, dict) and place.get("text"))


def _readable(text: str) -> str:
    """Addresses, names and signs as they are read, without Slack's markup."""
    plain = _MARKUP.sub(_named, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _named(found: re.Match[str]) -> str:
    what, words = found[1], found[2] or ""
    if what[0] in "@#!":
        return {"@": "@", "#": "#", "!": "@"}[what[0]] + (words or what[1:]).removeprefix("@").removeprefix(
            "#"
        )
    address = what.removeprefix("mailto:")
    return f"{words} ({address})" if words and words not in address else address


def text_field(operation: Operation) -> f.Field | None:
    """The field for a message's text: the one that a command's words go into, where it takes whole texts."""
    field = words_field(operation)
    match field:
        case f.Text():
            text: f.Text | None = field
        case f.Several():
            text = field.item
        case f.Items():
            text = words_of(field)
        case _:
            text = None
    return field if text is not None and text.multiline else None


def file_fields(operation: Operation) -> list[f.Files]:
    """The fields for a message's files; advanced ones are for what somebody chooses."""
    return [each for each in operation.fields if isinstance(each, f.Files) and not each.advanced]


def takes(modules: Sequence[Module]) -> list[tuple[Module, Operation]]:
    """Every operation that takes texts or files."""
    every = [(module, each) for module in modules for each in module.operations]
    return [(module, each) for module, each in every if text_field(each) or file_fields(each)]


def filling(operation: Operation, given: Material) -> Placed:
    """Each part of a message in the first field that takes it."""
    values: dict[str, Any] = {}
    field = text_field(operation)
    if field is not None and given.text:
        into = words_of(field) if isinstance(field, f.Items) else None
        group = {into.name: given.text} if into else given.text
        values[field.name] = [group] if isinstance(field, f.Items | f.Several) else group
    placed: dict[str, list[Mapping[str, Any]]] = {}
    left = []
    for file in given.files:
        kind = next((each for each in file_fields(operation) if _fits(each, file, placed)), None)
        if kind is None:
            left.append(str(file.get("name") or "a file"))
        else:
            placed.setdefault(kind.name, []).append(file)
    return Placed(values, placed, left)


def fits(operation: Operation, given: Material) -> bool:
    """Whether something of the message goes into the operation, and nothing that it needs is another kind."""
    made = filling(operation, given)
    needed = (each for each in file_fields(operation) if each.required)
    return bool(made.values or made.files) and all(each.name in made.files for each in needed)


def _fits(kind: f.Files, file: Mapping[str, Any], placed: Mapping[str, Sequence[Any]]) -> bool:
    room = len(placed.get(kind.name, ())) < kind.most
    return room and problem(kind, file) is None


def problem(kind: f.Files, file: Mapping[str, Any]) -> str | None:
    """What is wrong with a file as far as its description tells; a shared channel's file tells nothing."""
    name, size = named(file), file.get("size") or 0
    if name and kind.types and name.rpartition(".")[2].lower() not in kind.types:
        return f"“{name}” has the wrong type; allowed are {', '.join(kind.types)}."
    if size > kind.bytes_each:
        return f"“{name}” is larger than {kind.bytes_each / 2**20:g} MB."
    return None


def named(file: Mapping[str, Any]) -> str:
    """A file's name, with the ending that Slack knows where people gave it none."""
    name, kind = str(file.get("name") or ""), str(file.get("filetype") or "")
    return f"{name}.{kind}" if name and kind and "." not in name else name


def thread_of(message: Mapping[str, Any]) -> str:
    """The thread that a message is in or begins."""
    return str(message.get("thread_ts") or message["ts"])
