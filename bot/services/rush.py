"""Lets kept requests begin: at once as a rule, one after the other in a rush, so that it is acknowledged."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable

#: A rush is when about so many came within so many seconds.
MANY, LATELY = 20, 0.1
#: Requests begun on in a round of the event loop; in a rush it is one, and then none for so many seconds.
AT_ONCE, PAUSE = 32, 0.01


class Rush:
    """Knows how many came lately, and gives each its turn to begin, in order."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._count = self._at = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._starter: asyncio.Task[None] | None = None

    def came(self) -> None:
        """A request came; each counts for less the longer ago it was."""
        now = self._clock()
        self._count = self._lately(now) + 1
        self._at = now

    async def turn(self) -> None:
        """Wait until the next may begin."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._starter is None:
            self._starter = asyncio.create_task(self._start_all(), name="inbox.start")
        await mine

    def _lately(self, now: float) -> float:
        return self._count * math.exp((self._at - now) / LATELY)

    async def _start_all(self) -> None:
        while self._waiting:
            rush = self._lately(self._clock()) >= MANY
            for _ in range(1 if rush else AT_ONCE):
                if self._waiting and not (turn := self._waiting.popleft()).done():
                    turn.set_result(None)
            await self._sleep(PAUSE if rush else 0)
        self._starter = None
