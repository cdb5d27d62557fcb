"""A streamed answer: its events, a list for each network read, under deadlines that pings cannot move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx

from bot.errors import ApiBroken
from bot.openai import failures, transport
from bot.openai.deadlines import Deadlines
from bot.openai.sse import Decoder
from bot.openai.values import Event, Limits

TAIL = (
    0.1  # seconds that the rest of the body after the end marker may take, before the connection is given up
)
SILENT = frozenset({"ping", "keepalive"})


class Events:
    """The events of one stream, once: `async for event in events`, or `async for batch in events.batches()`.

    Raises, after everything that came before it: ApiTimeout at a deadline, ApiBroken when the answer breaks
    off or cannot be read, and what an error event says. `ended` tells whether the end marker came: what
    else makes the answer whole is known to who reads it.
    """

    def __init__(self, response: httpx.Response, limits: Limits, started: float, *, key: str = "") -> None:
        self.request_id: str | None = response.headers.get("x-request-id")
        self._response = response
        self._body: transport.Body | None = response.extensions.get("body")  # httpx's own road has none
        chunks = response.stream.__aiter__()  # type: ignore[union-attr] # of an async client it is async
        self._next = self._body.read if self._body else chunks.__anext__
        self._gather = limits.gather
        self._decoder = Decoder(event_cap=limits.event, total_cap=limits.stream)
        self._key = key
        self._deadlines = Deadlines(limits, started, self.request_id)

    @property
    def ended(self) -> bool:
        """Whether the end marker `[DONE]` came."""
        return self._decoder.done

    async def __aiter__(self) -> AsyncIterator[Event]:
        async for batch in self.batches():
            for event in batch:
                yield event

    async def batches(self) -> AsyncIterator[list[Event]]:
        """The events that each network read completed, never an empty list: who reads wakes once a read."""
        decoder = self._decoder
        begun = False
        while not decoder.done:
            if begun and self._body:
                await self._body.gather(self._gather)
            chunk = await self._read()
            if chunk is None:
                decoder.finish()
                return
            events = decoder.feed(chunk)
            if any(map(_has_content, events)):
                begun = True
                self._deadlines.content()
            late = self._deadlines.passed()
            refused = _refusal(events)
            if events:
                # A few kilobytes of text are many times that as objects: not kept while somebody else works.
                given = [events]
                del chunk, events
                yield given.pop()
            if refused is not None:
                raise failures.from_data(refused.data, request_id=self.request_id, key=self._key)
            if decoder.failure is not None:
                raise decoder.failure
            if late is not None and not decoder.done:
                raise late

    async def close(self) -> None:
        """Lets go of the connection; it can serve the next request where the answer came to its end."""
        self._deadlines.close()
        if self._decoder.done:
            with suppress(TimeoutError, StopAsyncIteration, *transport.FAILURES):
                async with asyncio.timeout(TAIL):
                    await self._next()
        await self._response.aclose()

    async def _read(self) -> bytes | None:
        """The next network read; None at the end."""
        try:
            return await self._deadlines.wait(self._next()) or None
        except StopAsyncIteration:
            return None
        except transport.FAILURES:
            raise ApiBroken("OpenAI's answer broke off.", request_id=self.request_id) from None


def check_type(response: httpx.Response) -> None:
    """Raises ApiBroken unless the answer is an event stream."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise ApiBroken(
            f"Instead of a stream of text there came {kind[:60] or 'something without a type'}.",
            status=response.status_code,
            request_id=response.headers.get("x-request-id"),
        )


def _refusal(events: list[Event]) -> Event | None:
    """The first event that says what went wrong, taken out of the list with all that follows."""
    for place, event in enumerate(events):
        if _is_error(event):
            del events[place:]
            return event
    return None


def _is_error(event: Event) -> bool:
    return bool(event.data.get("error")) or event.name == "error" or event.data.get("type") == "error"


def _has_content(event: Event) -> bool:
    """Whether the event moves the idle deadline: anything but pings and chat chunks that say nothing."""
    choices = event.data.get("choices")
    if choices is None:
        return event.name not in SILENT and event.data.get("type") not in SILENT
    said = isinstance(choices, list) and any(map(_says_something, choices))
    return said or bool(event.data.get("usage"))


def _says_something(choice: Any) -> bool:
    if not isinstance(choice, dict):
        return False
    if choice.get("finish_reason") or choice.get("text"):
        return True
    delta = choice.get("delta")
    return isinstance(delta, dict) and any(value for key, value in delta.items() if key != "role")
