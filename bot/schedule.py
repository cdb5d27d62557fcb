"""The timetable: APScheduler in memory, only as a clock; what is due stands in tables."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.background import Background

#: Replicas should not march in step.
JITTER = 0.1


class Timetable:
    """Calls things again and again; each call is the background's, so that it ends before the process."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def every(self, seconds: float, call: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        """Call every so many seconds, never two at once; a failure is logged and the next call comes."""

        async def tick() -> None:
            await asyncio.wait([self._background.spawn(call(), name=name)])

        self._scheduler.add_job(
            tick,
            "interval",
            seconds=seconds,
            jitter=seconds * JITTER,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin to tick, in the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what runs is the background's to drain."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
