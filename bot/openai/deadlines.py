"""The deadlines of one stream: until its first content, between two pieces, and for all of it.

One timer a stream that looks at the clock when it fires, instead of one timer a read: a fresh
`asyncio.timeout` around each of 200 reads costs 1 ms of CPU an answer.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from bot.errors import ApiTimeout
from bot.openai.values import Limits

T = TypeVar("T")


class Deadlines:
    """Counts from `started` in the loop's time; only waiting is cut short, never the work of who reads."""

    def __init__(self, limits: Limits, started: float, request_id: str | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._request_id = request_id
        self._last = started + limits.total
        self._until = min(started + limits.first, self._last)
        self._begun = False
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._expired = False
        self._cancelling = 0  # requests to cancel the task that are not ours

    def content(self) -> None:
        """Something that counts has come."""
        self._until = min(self._loop.time() + self._limits.idle, self._last)
        if not self._begun:
            self._begun = True
            self.close()  # the first idle deadline may be sooner; from here on they only move away

    def passed(self) -> ApiTimeout | None:
        """What to raise where a deadline has passed though something came, which no wait can notice."""
        return self._late() if self._loop.time() >= self._until else None

    async def wait(self, read: Awaitable[T]) -> T:
        """What `read` gives, if it gives it in time. Raises ApiTimeout."""
        task = self._waiting = asyncio.current_task()
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._look)
        try:
            return await read
        except asyncio.CancelledError:
            if self._expired and task is not None and task.uncancel() <= self._cancelling:
                raise self._late() from None
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """No timer outlives its stream."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # the next wait starts the timer again
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._look)
        else:
            self._expired = True
            self._cancelling = self._waiting.cancelling()
            self._waiting.cancel()

    def _late(self) -> ApiTimeout:
        if self._until >= self._last:
            text = f"OpenAI's answer was not whole after {self._limits.total:g} seconds."
        elif self._begun:
            text = f"OpenAI's answer stopped: nothing more came for {self._limits.idle:g} seconds."
        else:
            text = f"OpenAI did not begin to answer within {self._limits.first:g} seconds."
        return ApiTimeout(text, request_id=self._request_id)
