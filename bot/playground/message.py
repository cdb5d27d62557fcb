"""A message in the playground, as one person sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Predicate = Callable[["Message"], object]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as this person sees it; `plain` is what is read, `text` and `blocks` what was sent."""

    ts: str
    thread_ts: str | None
    author: str
    text: str
    plain: str
    blocks: list[Json] = field(repr=False)
    ephemeral: bool
    streaming: bool
    files: list[Json] = field(repr=False)
    edited: bool
    reactions: dict[str, list[str]] = field(repr=False)
    replies: int


def message(told: Json) -> Message:
    """From what the control API says of it."""
    return Message(**{name: told[name] for name in Message.__dataclass_fields__})
