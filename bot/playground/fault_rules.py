"""What a fault rule says and when it applies; what it then does to a connection is told in faults.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import orjson
from starlette.responses import Response

if TYPE_CHECKING:
    import asyncio

Action = Literal["drop_before", "drop_after", "delay", "status", "garbage", "html", "cut", "stall"]

GARBAGE = b'{"ok": tru\x00\xff<'
HTML = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Service unavailable</h1></body></html>"
)

#: The fields that a rule may have, and what they hold; `body` is text or any JSON.
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "match": str,
    "do": str,
    "times": int,
    "after": int,
    "status": int,
    "headers": Mapping,
    "body": object,
    "seconds": (int, float),
    "bytes": int,
}


@dataclass(slots=True)
class Rule:
    """One fault: `match` is searched in "METHOD /path"; `after` requests are spared, then `times` are hit."""

    match: str
    do: Action
    times: int | None = None
    after: int = 0
    status: int | None = None  # 503 for status and html, 200 for garbage
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    seconds: float = 0.0
    bytes: int | None = (
        None  # of the body, let through before cut (0 by default) or stall (not even the head)
    )
    seen: int = 0
    done: int = 0

    @classmethod
    def parse(cls, value: object) -> "Rule":
        """Build a rule from JSON; ValueError names the field that is wrong."""
        if not isinstance(value, Mapping) or not {"match", "do"} <= set(value):
            raise ValueError("a fault rule is a JSON object with at least 'match' and 'do'")
        given = {name: each for name, each in value.items() if each is not None}
        wrong = [name for name, each in given.items() if not isinstance(each, _FIELDS.get(name, ()))]
        if wrong:
            raise ValueError(f"no field of a fault rule, or of the wrong type: {', '.join(wrong)}")
        if given.get("do") not in get_args(Action):
            raise ValueError(f"'do' must be one of {', '.join(get_args(Action))}")
        try:
            re.compile(given["match"])
        except re.error as error:
            raise ValueError(f"'match' is not a regular expression: {error}") from error
        return cls(**given)

    def takes(self, request: str) -> bool:
        """Whether this rule hits this request, "METHOD /path"; counts it."""
        if not re.search(self.match, request):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.done >= self.times):
            return False
        self.done += 1
        return True

    def answer(self) -> Response:
        """What a request gets instead of the application's answer."""
        if self.do == "garbage":
            return Response(GARBAGE, self.status or 200, self.headers, "application/json")
        if self.do == "html":
            text = self.body if isinstance(self.body, str) else HTML
            return Response(text, self.status or 503, self.headers, "text/html")
        if self.body is None or isinstance(self.body, str):
            return Response(self.body, self.status or 503, self.headers, "text/plain")
        return Response(orjson.dumps(self.body), self.status or 503, self.headers, "application/json")


class Faults:
    """The rules of one server, and the connections that they hold open."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.held: set[asyncio.Transport] = set()

    def add(self, value: object) -> Rule:
        """Add a rule given as JSON; ValueError says what is wrong with it."""
        rule = Rule.parse(value)
        self.rules.append(rule)
        return rule

    def take(self, method: str, path: str) -> Rule | None:
        """Return the first rule that hits this request, if any."""
        request = f"{method} {path}"
        return next((rule for rule in self.rules if rule.takes(request)), None)

    def release(self) -> None:
        """Hang up on everyone who is held by a stall, so that a server can stop."""
        for transport in list(self.held):
            transport.abort()
