"""A streamed answer: its events, a list for each network read, under deadlines that pings cannot move."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx

from bot.errors import ApiBroken, ApiTimeout
from bot.openai import failures, transport
from bot.openai.sse import Decoder
from bot.openai.values import Event, Limits

SILENT = frozenset({"ping", "keepalive"})


class Events:
    """The events of one stream, once: `async for event in events`, or `async for batch in events.batches()`.

    Raises, after everything that came before it: ApiTimeout at a deadline, ApiBroken when the answer breaks
    off or cannot be read, and what an error event says. `ended` tells whether the end marker came: what
    else makes the answer whole is known to who reads it.
    """

    def __init__(self, response: httpx.Response, limits: Limits, started: float, *, key: str = "") -> None:
        self.request_id: str | None = response.headers.get("x-request-id")
        self._chunks = response.stream.__aiter__()  # type: ignore[union-attr] # of an async client it is async
        self._decoder = Decoder(event_cap=limits.event, total_cap=limits.stream)
        self._limits = limits
        self._key = key
        self._last = started + limits.total
        self._until = min(started + limits.first, self._last)
        self._begun = False

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
        clock = asyncio.get_running_loop().time
        while not decoder.done:
            chunk = await self._read()
            if chunk is None:
                decoder.finish()
                return
            events = decoder.feed(chunk)
            if events:
                if any(map(_has_content, events)):
                    self._begun = True
                    self._until = min(clock() + self._limits.idle, self._last)
                refused = next((place for place, event in enumerate(events) if _is_error(event)), None)
                if refused is not None:
                    if refused:
                        yield events[:refused]
                    raise failures.from_data(events[refused].data, request_id=self.request_id, key=self._key)
                yield events
            if decoder.failure is not None:
                raise decoder.failure

    async def _read(self) -> bytes | None:
        """The next network read; None at the end."""
        try:
            async with asyncio.timeout_at(self._until):
                return await anext(self._chunks)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            raise ApiTimeout(self._too_late(), request_id=self.request_id) from None
        except transport.FAILURES:
            raise ApiBroken("OpenAI's answer broke off.", request_id=self.request_id) from None

    def _too_late(self) -> str:
        if self._until >= self._last:
            return f"OpenAI's answer was not whole after {self._limits.total:g} seconds."
        if self._begun:
            return f"OpenAI's answer stopped: nothing more came for {self._limits.idle:g} seconds."
        return f"OpenAI did not begin to answer within {self._limits.first:g} seconds."


def check_type(response: httpx.Response) -> None:
    """Raises ApiBroken unless the answer is an event stream."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream":
        raise ApiBroken(
            f"Instead of a stream of text there came {kind[:60] or 'something without a type'}.",
            status=response.status_code,
            request_id=response.headers.get("x-request-id"),
        )


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
