"""Server-sent events at a set speed, cheap enough for a thousand streams at once.

The events are bytes before the stream starts, one timer serves all, and what is late goes out in one piece.
"""

import asyncio
import time
from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from bot.playground.clock import Clock

TICK = 0.005  # seconds; finer than the gap between two tokens of a fast model
MOST = 0.04  # seconds; two tokens at 50 a second, so that streams stay streams on a busy machine
HEAD = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class Ticker:
    """Lets any number of streams wait for their next moment on one timer."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.waiting: dict[int, list[asyncio.Future[None]]] = {}
        self.running: asyncio.Task[None] | None = None

    async def until(self, moment: float) -> None:
        """Wait for the moment by the playground's clock, or up to a tick longer."""
        if moment <= self.clock.now():
            return
        future = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(int(moment / TICK) + 1, []).append(future)
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self._run())
        await future

    async def _run(self) -> None:
        worked = 0.0
        while self.waiting:
            # Half of the time stays for new requests: under load, more tokens go out in each piece instead.
            await self.clock.sleep(min(max(TICK, worked), MOST))
            began = time.perf_counter()
            now = self.clock.now() / TICK
            for tick in [tick for tick in self.waiting if tick <= now]:
                for future in self.waiting.pop(tick):
                    if not future.done():
                        future.set_result(None)
            await asyncio.sleep(0)  # the streams that were woken write now
            worked = time.perf_counter() - began


class EventStream:
    """The answer to a streamed request: `events` at `per_second` after `first` seconds, then `end`."""

    def __init__(
        self, ticker: Ticker, events: Sequence[bytes], end: bytes, *, first: float, per_second: float
    ) -> None:
        self.ticker, self.events, self.end = ticker, events, end
        self.first, self.per_second = first, per_second

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until its end or until the client has gone."""
        gone = asyncio.ensure_future(receive())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEAD})
            began = self.ticker.clock.now() + self.first
            sent = 0
            while sent < len(self.events):
                await self.ticker.until(began + sent / self.per_second if self.per_second else began)
                if gone.done():
                    return
                due = self._due(began)
                body = self.events[sent] if due - sent == 1 else b"".join(self.events[sent:due])
                sent = due
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": self.end})
        finally:
            gone.cancel()

    def _due(self, began: float) -> int:
        """How many events should have gone out by now."""
        if not self.per_second:
            return len(self.events)
        return min(len(self.events), int((self.ticker.clock.now() - began) * self.per_second + 1e-6) + 1)
