"""What a conversation says, for the one who answers it: turns of plain text, and facts that people told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# "My name is Ada", "my favourite colour is dark green": the thing and what it is.
FACT = re.compile(
    r"\bmy ([a-z][a-z ]{1,40}?) (?:is|are|was) (?:called )?([^.,;:!?\n]{1,80}?)(?= and | but |[.,;:!?\n]|$)",
    re.IGNORECASE,
)
NAMED = re.compile(r"\b(?:[Cc]all me|I am|I'm) ([A-Z][\w-]+)")
WORD = re.compile(r"[\w'’-]+")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as text, with the number of images, sounds and files that came with it."""

    role: str
    text: str
    images: int = 0
    sounds: int = 0
    files: tuple[str, ...] = ()


def turns(messages: Sequence[dict[str, Any]]) -> list[Turn]:
    """The turns of a chat request's messages or of a response's input items."""
    return [_turn(message) for message in messages]


def _turn(message: dict[str, Any]) -> Turn:
    content = message.get("content") or ""
    if isinstance(content, str):
        return Turn(message["role"], content)
    text = "\n".join(str(part.get("text") or part.get("refusal") or "") for part in content).strip()
    kinds = [part["type"] for part in content]
    files = [part.get("file", part) for part in content if part["type"] in {"file", "input_file"}]
    names = tuple(str(file.get("filename") or file.get("file_id")) for file in files)
    images = sum(kind in {"image_url", "input_image"} for kind in kinds)
    return Turn(message["role"], text, images, kinds.count("input_audio"), names)


def facts(said: Sequence[Turn]) -> dict[str, str]:
    """What people said of themselves, by the thing; a later statement replaces an earlier one."""
    found: dict[str, str] = {}
    for turn in said:
        if turn.role == "assistant":
            continue
        for match in NAMED.finditer(turn.text):
            found["name"] = match[1]
        for match in FACT.finditer(turn.text):
            found[match[1].lower().strip()] = match[2].strip()
    return found


def words(text: str) -> list[str]:
    """The words of a text."""
    return WORD.findall(text)


SMALL = (
    "a about an and are as at be but by can could did do does explain for from give had has have he "
    "her his how i if in is it its make me my not of on or our please say she should show so some "
    "tell that the their them then there they this to us was we were what when where which who why "
    "will with would write you your "
)
LITTLE = frozenset(SMALL.split())


def topic(text: str, most: int = 6) -> str:
    """The words that a text is about."""
    heavy = [word for word in words(text) if word.lower() not in LITTLE and not word.isdigit()]
    return " ".join(heavy[:most]) or "that"
