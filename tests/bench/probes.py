"""Watches both stand-ins from outside: when requests arrive and tokens leave, in each conversation."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.playground.slack.answers import Answer
from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.world import World

Message = MutableMapping[str, Any]
App = Callable[..., Awaitable[None]]

SHOWING = frozenset(
    f"/api/chat.{name}" for name in ("startStream", "appendStream", "stopStream", "postMessage", "update")
)
MARK = re.compile(r"#(\d+)")
#: The buttons under an answer come with its end, however that is shown.
AT_THE_END = b'"actions"'
CONTENT = re.compile(rb'"content":"[^"]')


@dataclass(slots=True)
class Exchange:
    """One question and its answer; moments are those of time.perf_counter."""

    number: int
    asked: float
    requested: float = 0.0  # the request arrived at OpenAI
    first: float = 0.0  # OpenAI's first piece of content left
    last: float = 0.0  # and the end of its stream
    shown: list[float] = field(default_factory=list)  # calls with text arrived at Slack
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    acked: list[float] = field(default_factory=list)  # seconds until each delivery of it was acknowledged
    refused: int = 0  # deliveries that were not acknowledged
    said: list[bytes] = field(default_factory=list)  # OpenAI's stream
    place: tuple[str, str] | None = None  # channel and thread

    def text(self) -> str:
        """What OpenAI said."""
        events = [each[6:] for each in b"".join(self.said).split(b"\n\n") if each.startswith(b"data: {")]
        choices = [choice for each in events for choice in orjson.loads(each)["choices"]]
        return "".join(choice["delta"].get("content") or "" for choice in choices)


class Exchanges(dict[int, Exchange]):
    """All of a run, by the number that the question carries."""

    def of(self, text: str) -> Exchange | None:
        """The exchange that a text names."""
        found = MARK.search(text)
        return self.get(int(found[1])) if found else None


class OpenAIProbe:
    """Stands before the OpenAI API."""

    def __init__(self, app: App, exchanges: Exchanges) -> None:
        self._app = app
        self._exchanges = exchanges

    async def __call__(self, scope: Message, receive: App, send: App) -> None:
        if scope["type"] != "http" or scope["path"] != "/v1/chat/completions":
            await self._app(scope, receive, send)
            return
        arrived = time.perf_counter()
        heard = _Heard(receive)
        exchange: Exchange | None = None

        async def say(message: Message) -> None:
            nonlocal exchange
            if message["type"] == "http.response.start":
                exchange = self._exchanges.of(heard.body.decode())
                if exchange:
                    exchange.requested = exchange.requested or arrived
            elif exchange:
                body = message.get("body", b"")
                if not exchange.first and CONTENT.search(body):
                    exchange.first = time.perf_counter()
                if not message.get("more_body"):
                    exchange.last = time.perf_counter()
                exchange.said.append(body)
            await send(message)

        await self._app(scope, heard, say)


class SlackProbe:
    """Stands before Slack, and lets every answer of the Web API take its time."""

    def __init__(self, app: App, world: World, exchanges: Exchanges, delay: float) -> None:
        self._app = app
        self._world = world
        self._exchanges = exchanges
        self._delay = delay

    async def __call__(self, scope: Message, receive: App, send: App) -> None:
        arrived = time.perf_counter()
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        heard = _Heard(receive)
        showing = scope["path"] in SHOWING

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                if showing and message["status"] == 200:
                    self._note(heard.body, arrived)
                await asyncio.sleep(self._delay)
            await send(message)

        await self._app(scope, heard, say)

    def _note(self, body: bytes, arrived: float) -> None:
        call = orjson.loads(body)
        channel = self._world.channels[call["channel"]]
        root = call.get("thread_ts")
        if root is None:
            message = channel.messages.get(call.get("ts", ""))
            root = message.thread_ts if message else None
        exchange = self._exchanges.of(channel.messages[root].text) if root else None
        if exchange is not None:
            exchange.place = channel.id, root
            exchange.shown.append(arrived)
            if AT_THE_END in body:
                exchange.ended.set()


class TimedDeliveries(Deliveries):
    """Slack's deliveries, with the time until each is acknowledged."""

    def __init__(self, world: World, exchanges: Exchanges) -> None:
        super().__init__(world)
        self._exchanges = exchanges

    async def send(self, kind: str, payload: dict[str, Any], attempt: int = 0, reason: str = "") -> Answer:
        """Deliver once."""
        began = time.perf_counter()
        answer = await super().send(kind, payload, attempt, reason)
        said = payload if kind == "slash_commands" else payload.get("event") or {}
        if "bot_id" not in said and "subtype" not in said:
            exchange = self._exchanges.of(said.get("text", ""))
            if exchange is not None:
                exchange.acked.append(time.perf_counter() - began)
                exchange.refused += not answer.ok
        return answer


class _Heard:
    """A request's body as it was received."""

    def __init__(self, receive: App) -> None:
        self._receive = receive
        self.body = b""

    async def __call__(self) -> Message:
        message = await self._receive()
        self.body += message.get("body", b"")
        return message
