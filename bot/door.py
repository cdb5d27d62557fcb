"""The HTTP door: Slack's requests to the guard, health checks, and a server that ends when it is asked to."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn

from bot.errors import SettingsError
from bot.settings import Settings

EVENTS = "/slack/events"
HEALTH = "/healthz"
#: Then a workspace and one of its connections.
WEBHOOKS = "/openai/webhooks/"
#: OpenAI's events are a few hundred bytes.
MOST_EVENT = 256 * 1024
#: As many requests as may wait while the process is busy; Slack sends bursts after an outage.
BACKLOG = 2048
LISTENERS = 8
GRACE = 3

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Health = Callable[[], Awaitable[tuple[bool, dict[str, Any]]]]
#: Workspace, connection, headers in lower case, body: the status and what is answered.
Webhook = Callable[[str, str, dict[str, str], bytes], Awaitable[tuple[int, dict[str, Any]]]]


class Door:
    """One ASGI application: Slack's requests, OpenAI's webhooks, health checks, and 404 for the rest."""

    def __init__(self, events: App, health: Health, webhook: Webhook) -> None:
        self._events = events
        self._health = health
        self._webhook = webhook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if scope["path"] == EVENTS:
            await self._events(scope, receive, send)
        elif scope["path"] == HEALTH:
            well, said = await self._health()
            await _answer(send, 200 if well else 503, said)
        elif scope["path"].startswith(WEBHOOKS):
            await _answer(send, *await self._received(scope, receive))
        else:
            await _answer(send, 404, {"error": f"Nothing is here. Slack's requests go to {EVENTS}."})

    async def _received(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, Any]]:
        workspace, _, connection = scope["path"].removeprefix(WEBHOOKS).partition("/")
        if not workspace or not connection or "/" in connection:
            return 404, {"error": f"OpenAI's webhooks go to {WEBHOOKS}<workspace>/<connection>."}
        if scope["method"] != "POST":
            return 405, {"error": "OpenAI's webhooks come by POST."}
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > MOST_EVENT:
                return 413, {"error": "This is more than an event of OpenAI's."}
            if not message.get("more_body"):
                headers = {
                    name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
                }
                return await self._webhook(workspace, connection, headers, body)
        return 400, {"error": "The request broke off."}


async def _answer(send: Send, status: int, said: dict[str, Any]) -> None:
    body = orjson.dumps(said)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def bind(settings: Settings) -> socket.socket:
    """Take the port; raises SettingsError when something else has it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        bound.listen(BACKLOG)
    except OSError as wrong:
        bound.close()
        if wrong.errno == errno.EADDRINUSE:
            text = (
                f"PORT: {settings.port} is in use on {settings.host}. Stop what uses it, or set another PORT."
            )
        else:
            text = f"HOST, PORT: cannot listen on {settings.host}:{settings.port} ({wrong.strerror})."
        raise SettingsError(text) from None
    return bound


@asynccontextmanager
async def open_door(app: App, listener: socket.socket) -> AsyncIterator[None]:
    """Serve while the block runs; then take no more, let answers end, and close."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
        http="httptools",
    )
    # libuv takes one connection a round of the loop from each: of a thousand at once some waited for 2 s.
    listening = [listener, *(listener.dup() for _ in range(LISTENERS - 1))]
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=listening)
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown(sockets=listening)
