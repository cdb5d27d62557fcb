"""The kinds of field an operation can ask for; knows no surface, so that each can be derived from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.openai import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every field has: `name` is also its block id, its flag and its step input."""

    name: str
    title: str
    hint: str = ""
    required: bool = False
    advanced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Base):
    """Free text; lengths in characters. `words`: a command's words go here."""

    multiline: bool = False
    low: int = 0
    high: int = 100_000
    pattern: str | None = None
    pattern_hint: str = ""
    default: str | None = None
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Base):
    """A key or password: asked for in forms only, never in a command, and never shown again."""

    low: int = 1
    high: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Base):
    """A number between two bounds, both included."""

    integer: bool = False
    low: float | None = None
    high: float | None = None
    default: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Base):
    """Yes or no."""

    default: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Base):
    """One of a few fixed values."""

    options: Sequence[str]
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Base):
    """A model of the account that is of this kind; any other ID may be typed too."""

    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Base):
    """What exists already: a connection of the workspace, or a file, job or model of the account."""

    of: Literal["connection", "file", "job", "model"]
    #: Of files: only those that were uploaded for this.
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Base):
    """Somebody in the workspace, by their ID there; where people type, a mention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files(Base):
    """Files: extensions without dot, sizes in bytes, counts."""

    types: Sequence[str]
    most: int = 1
    bytes_each: int = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Json(Base):
    """JSON text; `shape` is what its top level has to be."""

    shape: Literal["object", "array", "any"] = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Base):
    """One field, several times (samples)."""

    item: "Text"
    low: int = 1
    high: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Base):
    """A group of fields, several times (messages). A command's words become one group."""

    fields: Sequence["Text | Choice"]
    low: int = 1
    high: int = 20


Field = Text | Secret | Number | Flag | Choice | Model | Reference | Person | Files | Json | Several | Items
