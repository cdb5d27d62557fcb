"""A scripted Slack over real HTTP and a clock that jumps, for what a faithful Slack does not do by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import orjson
import pytest
from aiohttp import web

from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.server import bind, serving
from bot.playground.slack.live import blocks_of, text_of
from bot.playground.slack.people import new_world
from bot.playground.slack.server import Slack as Server
from bot.playground.slack.state import Message
from bot.playground.slack.world import World
from bot.slack.caller import Json, Slack
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


class Fast(Clock):
    """The playground's clock, running fifty times as fast as the world's."""

    SPEED = 50

    def __init__(self) -> None:
        super().__init__()
        self._began = time.time()

    def now(self) -> float:
        return self._began + (time.time() - self._began) * self.SPEED + self._offset

    async def wait_until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left / self.SPEED):
                    await self._moved.wait()


class Recorded(Slack):
    """The bot's caller, keeping what it was asked to call and when."""

    calls: list[tuple[float, str, Json]]

    async def call(self, method: str, token: str, **args: Any) -> Json:
        self.calls.append((self._clock.now(), method, args))
        return await super().call(method, token, **args)


class Town:
    """A faithful Slack with the bot in it, and the bot's own caller."""

    def __init__(self, world: World, faults: Faults, slack: Recorded, clock: Clock) -> None:
        self.world = world
        self.faults = faults
        self.slack = slack
        self.clock = clock
        self.token = world.install().bot_token
        self.team = world.home
        self.channel = "C0GENERAL"

    def asked(self, method: str) -> list[Json]:
        return [args for _, name, args in self.slack.calls if name == method]

    async def root(self, channel: str | None = None) -> str:
        """A message that a thread can hang on."""
        message = Message(self.world.new_ts(), channel or self.channel, "U0ADA", "What is a prime?")
        return self.world.add(message).ts

    def thread(self, root: str, channel: str | None = None) -> list[Message]:
        """The bot's messages in a thread."""
        place = self.world.channels[channel or self.channel]
        return [place.messages[ts] for ts in place.replies.get(root, [])]

    def read(self, root: str, channel: str | None = None) -> str:
        """What a person reads of the bot in a thread, message after message."""
        return "".join(map(shown, self.thread(root, channel)))


def shown(message: Message) -> str:
    """A message as a person reads it: its Markdown, with entities as what they stand for."""
    written = [block["text"] for block in blocks_of(message) if block["type"] == "markdown"]
    text = "".join(written) if written else text_of(message)
    return text.replace("&lt;", "<").replace("&gt;", ">")


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


@pytest.fixture
async def town(session: aiohttp.ClientSession) -> AsyncIterator[Town]:
    clock = Fast()
    world, faults = new_world(clock), Faults()
    with bind(0) as listener:
        world.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = Server(world)
        async with serving(FaultMiddleware(server, faults, clock), listener):
            slack = Recorded(session, f"{world.url}/api/", Rates(clock), clock)
            slack.calls = []
            yield Town(world, faults, slack, clock)
            await server.aclose()
            faults.release()
