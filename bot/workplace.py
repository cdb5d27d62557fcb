"""What an operation may ask of the workspace itself: its connections, and its rules; knows no module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.openai import Model


@dataclass(frozen=True, slots=True)
class Linked:
    """A connection as people see it: never its key."""

    id: str
    name: str
    key_hint: str
    organization: str | None
    project: str | None
    base_url: str
    restricted: bool
    default: bool


class Connections(Protocol):
    """The workspace's connections, as far as a module may touch them."""

    async def add(
        self, name: str, key: str, *, organization: str | None, project: str | None, base_url: str | None
    ) -> tuple[Linked, Sequence[Model]]:
        """Check the key with the API, keep the connection, and say which models it reaches."""
        ...

    async def all(self) -> Sequence[Linked]:
        """Every connection, by name."""
        ...

    async def check(self, id: str) -> tuple[Linked, Sequence[Model]]:  # noqa: A002 - the field's own name
        """Ask the API again whether the key works."""
        ...

    async def set_webhook(self, id: str, secret: str | None) -> tuple[Linked, str]:  # noqa: A002
        """Keep the secret with which OpenAI signs webhooks, or none; and the path to which they go."""
        ...

    async def rename(self, id: str, name: str) -> Linked:  # noqa: A002
        """Give a connection another name."""
        ...

    async def make_default(self, id: str) -> Linked:  # noqa: A002
        """Use this connection wherever none is chosen."""
        ...

    async def remove(self, id: str) -> Linked:  # noqa: A002
        """Forget a connection and its key."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """What an admin named a person for: `what` is EVERYTHING, a module, or module/operation."""

    person: str
    what: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the record of changes: who did what to which object, and how it ended."""

    at: datetime
    actor: str
    action: str
    object: str | None
    result: str
    fields: str
    request_id: str | None


#: What somebody is named for who may do all that admins can hand on.
EVERYTHING = "everything"


class Rules(Protocol):
    """Who may do what in a workspace, and what it chose, as far as a module may touch it."""

    async def named(self) -> Sequence[Named]:
        """Everybody whom admins named; people by what they are called."""
        ...

    async def name(self, person: str, what: str) -> str:
        """Let somebody do what is for admins; what the person is called. Raises Invalid."""
        ...

    async def unname(self, person: str, what: str | None) -> str:
        """Take it back, by default all of it; what the person is called. Raises Invalid."""
        ...

    async def choices(self) -> Mapping[str, Any]:
        """What the workspace chose, by name."""
        ...

    async def choose(self, **changes: Any) -> None:
        """Change choices, leaving the others; None goes back to what is usual."""
        ...

    async def choose_model(self, kind: str, model: str | None) -> None:
        """Use this model where none of its kind is named; None goes back to the newest."""
        ...

    async def verdicts(self) -> Sequence[tuple[str | None, str, int]]:
        """How many answers of each model people called "good" or "bad": (model, verdict, how many)."""
        ...

    async def log(self, limit: int) -> Sequence[Noted]:
        """The latest changes and refusals, the newest first; people by what they are called."""
        ...


@dataclass(frozen=True, slots=True)
class Followed:
    """A fine-tuning job that a channel follows: "here" or its ID; `by`: what who asked for it is called."""

    job: str
    connection: str
    channel: str
    by: str
    since: datetime
    #: OpenAI's word, as of the last look.
    status: str
    base_model: str
    percent: int | None


class Entry(Protocol):
    """Something that the bot does by itself, again and again."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def seconds(self) -> int:
        """How often."""
        ...

    @property
    def succeeded_at(self) -> datetime | None:
        """When it went well the last time."""
        ...

    @property
    def failed_at(self) -> datetime | None:
        """When it went badly the last time."""
        ...


class Timetable(Protocol):
    """What the processes of the bot do by themselves."""

    async def all(self) -> Sequence[Entry]:
        """Every entry, by its name, whichever process keeps it."""
        ...


class Jobs(Protocol):
    """The jobs that a workspace follows, as far as a module may touch them."""

    async def follow(self, job: str) -> bool:
        """Follow a job where this was asked; False where somebody does already. Raises BotError."""
        ...

    async def unfollow(self, job: str) -> int:
        """Follow it no more where this was asked, or, asked where nothing is followed, anywhere; how many."""
        ...

    async def followed(self) -> Sequence[Followed]:
        """All that is followed in the workspace, the oldest first."""
        ...
