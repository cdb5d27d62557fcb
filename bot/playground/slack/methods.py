"""How a Web API method is declared: `@method("files.info", "files:read")` over `async def (call) -> dict`.

A handler returns the fields of the answer without `ok`; `Refusal("file_not_found")` is Slack's no.
Modules that declare methods are imported by `server.py`, which is all it takes to offer them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from bot.playground.slack.app import Install
from bot.playground.slack.state import Json
from bot.playground.slack.world import World


class Refusal(Exception):
    """An answer with `ok: false`; `more` are further fields such as needed, provided or response_metadata."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


def invalid_arguments(*messages: str) -> Refusal:
    """The refusal of arguments that miss or have a wrong shape, with a line for each as Slack gives them."""
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {m}" for m in messages]})


@dataclass(slots=True)
class Call:
    """One call of a method: arguments as the client sent them, and whose token it came with.

    `install` belongs to a bot token; a call with an app-level token or without any has none to offer.
    """

    world: World
    name: str
    args: dict[str, Any]
    token: str
    given: Install | None

    @property
    def install(self) -> Install:
        """The calling app's installation; only for methods that take a bot token."""
        if self.given is None:
            raise Refusal("not_allowed_token_type")
        return self.given

    @property
    def team(self) -> str:
        """The workspace that the token belongs to."""
        return self.install.team_id

    def needs(self, scope: str) -> None:
        """Refuse when the token lacks the scope."""
        if scope not in self.install.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.install.scopes)))

    def text(self, name: str, default: str = "") -> str:
        """An argument as text; numbers and booleans of a JSON body are written out."""
        value = self.args.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else str(value)

    def required(self, name: str) -> str:
        """An argument that must be there."""
        if not (value := self.text(name)):
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no, which a form sends as text."""
        value = self.args.get(name)
        return default if value is None else value in {True, "1", "true", "True", "yes"}

    def number(self, name: str, default: int) -> int:
        """A whole number, which a form sends as text."""
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must provide a number [json-pointer:/{name}]") from None

    def json(self, name: str) -> Any:
        """A structured argument: itself in a JSON body, JSON within the text of a form; None when absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise Refusal("invalid_blocks_format" if name == "blocks" else "invalid_json") from None


class Method(NamedTuple):
    """A declared method: `scope` is needed of a bot token; `kind` of token: bot, app or none."""

    handler: Callable[[Call], Awaitable[Json]]
    scope: str | None
    kind: str


METHODS: dict[str, Method] = {}

Handler = Callable[[Call], Awaitable[Json]]


def method(name: str, scope: str | None = None, *, kind: str = "bot") -> Callable[[Handler], Handler]:
    """Declare a Web API method under its Slack name."""

    def declare(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, scope, kind)
        return handler

    return declare
