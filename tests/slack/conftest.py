"""A scripted Slack over real HTTP and a clock that jumps, for what a faithful Slack does not do by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import orjson
import pytest
from aiohttp import web

from bot.slack.caller import Slack
from bot.slack.rates import Rates


class Jumping:
    """Time that passes only when everybody waits: each sleep moves it to its own end."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.time + seconds
        await asyncio.sleep(0)
        self.time = max(self.time, until)


DROP = object()
Reply = dict[str, Any] | web.Response | object


class Scripted:
    """Answers each method by the function it was given, and keeps what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.does: dict[str, Callable[[dict[str, Any]], Reply]] = {}
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [args for name, args in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.path.removeprefix("/api/")  # other paths keep their slash
        raw = await request.read()
        if request.content_type == "application/json":
            args = orjson.loads(raw)
        elif request.content_type == "application/x-www-form-urlencoded":
            args = dict(parse_qsl(raw.decode()))
        else:
            args = {"raw": raw}
        self.calls.append((method, args))
        self.headers.append(dict(request.headers))
        reply = self.does.get(method, lambda _: {"ok": True})(args)
        if reply is DROP:
            assert request.transport is not None
            request.transport.abort()
            raise asyncio.CancelledError
        if isinstance(reply, web.Response):
            return reply
        return web.json_response(reply)


@pytest.fixture
def drop() -> object:
    """The reply that is none: the connection breaks after the request was read."""
    return DROP


@pytest.fixture
def clock() -> Jumping:
    return Jumping()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    scripted = Scripted()
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{tail:.*}", scripted.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield scripted
    await runner.cleanup()


@pytest.fixture
def slack(session: aiohttp.ClientSession, scripted: Scripted, clock: Jumping) -> Slack:
    return Slack(session, scripted.url, Rates(clock), clock)
