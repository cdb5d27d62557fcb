"""The playground's clock: wall time that a test may push forward, waking whoever waits for a later moment."""

import asyncio
import time
from contextlib import suppress


class Clock:
    """Wall time plus an offset; both worlds of a playground share one."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Seconds since 1970, as this playground sees them."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass at once."""
        self._offset += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def wait_until(self, moment: float) -> None:
        """Return when `now()` has reached the moment, by time passing or by `advance`."""
        while (left := moment - self.now()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()

    async def sleep(self, seconds: float) -> None:
        """Wait as `wait_until` does, from now on."""
        await self.wait_until(self.now() + seconds)
