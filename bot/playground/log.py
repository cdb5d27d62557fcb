"""What was said: a bounded log of a server's requests and answers in either direction, without secrets."""

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Enough of a body to recognise it on a page.
SUMMARY = 300
#: What is kept of it: more, because a secret is masked before the end is cut off.
KEPT = 4 * SUMMARY

_TOKEN = re.compile(r"\b(xox[a-z]-|xoxe\.|xapp-|sk-|Bearer )[\w.-]+")
_SECRET = re.compile(
    r"""((?:secret|password|api_key|token)["']?\s*(?:=|:|%3A)\s*["']?)[^"'&\s,}]+""", re.IGNORECASE
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def mask(text: str) -> str:
    """Replace every token, key and secret that can be recognised by what is left of it when hidden."""
    return _SECRET.sub(r"\1…", _TOKEN.sub(r"\1…", text))


def summary(body: bytes) -> str:
    """The beginning of a body as text without secrets, or that it is none."""
    if _BINARY.search(body[:SUMMARY]):
        return "(binary)"
    # Masked before it is cut: half a secret is one too.
    return mask(body[:KEPT].decode(errors="replace"))[:SUMMARY]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer as they were; secrets are masked when it is read, which is seldom."""

    number: int
    time: float
    direction: str  # "in": asked of us; "out": asked by us
    method: str
    path: str = field(repr=False)
    status: int | None
    ms: float
    asked: bytes = field(repr=False)
    answered: bytes = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """What may be shown of it."""
        said = {"asked": summary(self.asked), "answered": summary(self.answered), "path": mask(self.path)}
        return asdict(self) | said


class Log:
    """The last requests of a server; a size of 0 keeps nothing and costs nothing."""

    def __init__(self, size: int = 1000, now: Callable[[], float] = time.time) -> None:
        self.entries: deque[Entry] = deque(maxlen=size)
        self.on = size > 0
        self._now = now
        self._count = 0

    def add(
        self,
        direction: str,
        method: str,
        path: str,
        status: int | None,
        ms: float,
        *,
        asked: bytes = b"",
        answered: bytes = b"",
    ) -> None:
        """Note one exchange; status None means that no answer came."""
        if not self.on:
            return
        self._count += 1
        said = path, status, round(ms, 1), asked[:KEPT], answered[:KEPT]
        self.entries.append(Entry(self._count, self._now(), direction, method, *said))

    def since(self, number: int = 0) -> list[dict[str, Any]]:
        """The entries after this number, oldest first, as JSON."""
        return [entry.as_json() for entry in self.entries if entry.number > number]


class LogMiddleware:
    """Notes every HTTP request but those to `/control`, with what the client really got."""

    def __init__(self, app: ASGIApp, log: Log) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as an ASGI application."""
        if not self.log.on or scope["type"] != "http" or scope["path"].startswith("/control"):
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        asked = bytearray()
        answered = bytearray()
        status: int | None = None

        async def hear() -> Message:
            message = await receive()
            _keep(asked, message)
            return message

        async def say(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            _keep(answered, message)
            await send(message)

        try:
            await self.app(scope, hear, say)
        finally:
            ms = (time.perf_counter() - began) * 1000
            query = scope["query_string"]
            path = scope["path"] + ("?" + query.decode("latin-1") if query else "")
            said = {"asked": bytes(asked), "answered": bytes(answered)}
            self.log.add("in", scope["method"], path, status, ms, **said)


def _keep(kept: bytearray, message: Message) -> None:
    if len(kept) < KEPT:
        kept += message.get("body", b"")[:KEPT]


def routes(log: Log) -> list[Route]:
    """The control route that reads the log: `GET /control/log?after=NUMBER`."""

    async def read(request: Request) -> JSONResponse:
        after = request.query_params.get("after", "0")
        return JSONResponse({"ok": True, "entries": log.since(int(after) if after.isdigit() else 0)})

    return [Route("/control/log", read, methods=["GET"])]
