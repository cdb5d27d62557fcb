"""What a module is: a declaration of operations, in no surface's terms."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from bot.fields import Field
from bot.openai import Api
from bot.workplace import Connections, Jobs, Rules, Timetable

Values = Mapping[str, Any]


class Effect(Enum):
    """What an operation does to what exists; decides who may use it and whether it asks first."""

    READ = "read"
    CHANGE = "change"
    DESTROY = "destroy"


class Role(Enum):
    """Who may use an operation."""

    MEMBER = "member"
    #: Workspace admins, and those whom they named for it.
    ADMIN = "admin"
    #: Workspace admins alone: what decides who may do what.
    WORKSPACE_ADMIN = "workspace admin"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a result: standard Markdown; `aside` is what only goes with it, like a list of changes."""

    markdown: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A piece of a result: a few named values."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A piece of a result: rows of as many cells as there are columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A piece of a result: a file; `alt` describes a picture for those who do not see it."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/octet-stream"
    alt: str = ""
    #: Under which name the surface finds it again, where it keeps it.
    source: str = ""


Part = Text | Facts | Table | File


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation gives back: pieces in reading order, and notes on what was replaced or left out."""

    parts: Sequence[Part]
    notes: Sequence[str] = ()
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a conversation begins: `turns` are (role, text), oldest first; `settings` the other fields."""

    model: str
    system: str | None
    turns: Sequence[tuple[Literal["user", "assistant"], str]]
    settings: Mapping[str, Any]
    files: Sequence[File] = ()


async def unseen(_: Part) -> None:
    """What a surface shows of a result that is under way, where it can show nothing before the end."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a call may use: the API as one connection, and the workspace's connections."""

    connections: Connections
    #: None only for operations that need no connection (`needs_api=False`).
    api: Api | None
    #: A salted hash of the person, for the API's safety and user fields.
    person: str
    #: Whether the person may do what is for admins, where only the call can tell (another person's job).
    admin: bool = False
    #: Shows what there is so far; each part takes the place of the one before.
    show: Callable[[Part], Awaitable[None]] = unseen
    #: What the workspace decided about people; None only where no operation asks for it.
    rules: Rules | None = None
    #: The jobs that are followed; None where there is no channel to follow them in.
    jobs: Jobs | None = None
    #: What the bot does by itself; None where no operation asks for it.
    timetable: Timetable | None = None

    @property
    def ask(self) -> Api:
        """The API; an operation that needs it always has it."""
        if self.api is None:
            raise RuntimeError("an operation that needs no connection asked the API")
        return self.api


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that people can ask for."""

    name: str
    title: str
    summary: str
    fields: Sequence[Field]
    call: Callable[[Context, Values], Awaitable[Result]]
    #: A worked example: values that make a right request; shown in help and run by the tests.
    example: Values
    effect: Effect = Effect.READ
    role: Role = Role.MEMBER
    needs_api: bool = True
    #: Whether a call may cost money: it is then never repeated on its own.
    spends: bool = False
    #: What it is called in the menu of a message, where it has a place of its own there (24 characters).
    shortcut: str | None = None
    #: Whether the result is shown to the person alone unless they choose otherwise.
    private: bool = True
    #: How the operation goes on as a conversation where there is a channel, and whether these values can.
    opening: Callable[[Values], Opening] | None = None
    converses: Callable[[Values], bool] = lambda _: True
    #: Where the values decide (a custom call by GET only reads): what they do, who may. `effect` and `role`
    #: are then the most that any values can mean: who does not ask refuses too much, never too little.
    weighed: Callable[[Values], tuple[Effect, Role]] | None = None

    def weigh(self, values: Values) -> tuple[Effect, Role]:
        """What these checked values do, and who may do it."""
        return self.weighed(values) if self.weighed else (self.effect, self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One word after /openai; the first operation is what it does when none is named."""

    name: str
    title: str
    summary: str
    operations: Sequence[Operation]

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, if there is one."""
        return next((each for each in self.operations if each.name == name), None)
