"""The timetable: APScheduler in memory, only as a clock; what is due stands in tables."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.background import Background
from bot.store import Tick

#: Replicas should not march in step.
JITTER = 0.1
#: What comes more rarely than this (seconds) comes once at the start too: a process may not live so long.
RARE = 600.0


class Timetable:
    """Calls things again and again; each call is the background's, so that it ends before the process."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._ticks: dict[str, Tick] = {}

    def every(self, seconds: float, call: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        """Call every so many seconds, never two at once; a failure is logged and the next call comes.

        The first call comes after the first pause, or at the start where the pause is long.
        """

        async def tick() -> None:
            task = self._background.spawn(call(), name=name)
            await asyncio.wait([task])
            if not task.cancelled():
                self._note(name, well=task.exception() is None)

        self._ticks[name] = Tick(name, max(1, round(seconds)), None, None)
        first = {"next_run_time": datetime.now(UTC)} if seconds > RARE else {}
        self._scheduler.add_job(
            tick,
            "interval",
            seconds=seconds,
            jitter=seconds * JITTER,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            **first,
        )

    def entries(self) -> Sequence[Tick]:
        """What is called how often, and when that went well and badly the last time."""
        return list(self._ticks.values())

    def start(self) -> None:
        """Begin to tick, in the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what runs is the background's to drain."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _note(self, name: str, *, well: bool) -> None:
        before, now = self._ticks[name], datetime.now(UTC)
        self._ticks[name] = replace(before, succeeded_at=now) if well else replace(before, failed_at=now)
