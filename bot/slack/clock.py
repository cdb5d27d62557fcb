"""The time, for everything towards Slack that waits or dates; a test gives it a clock that it can push."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time in seconds since 1970, and waiting by it."""

    def now(self) -> float:
        """The time now."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed."""
        ...


class Wall:
    """The real time."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)
