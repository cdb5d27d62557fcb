"""Work that goes on after its request was answered: every task has an owner, a name and an end."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from bot.errors import BotError, Unavailable
from bot.logs import failure, log

T = TypeVar("T")


class Background:
    """Owns tasks from their start to their end.

    limit: how many run at once; the others wait in the order in which they came.
    on_error: told (name, error, reference) of what a task raised, after that was logged under the reference.
    sleep, dice: how and how exactly `every` waits; dice gives 0 to 1.
    """

    def __init__(
        self,
        *,
        limit: int | None = None,
        on_error: Callable[[str, BaseException, str], None] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._slots = asyncio.Semaphore(limit) if limit else None
        self._on_error = on_error
        self._sleep = sleep
        self._dice = dice
        self._tasks: set[asyncio.Task[Any]] = set()
        self._clocks: set[asyncio.Task[None]] = set()
        self._draining = False

    @property
    def busy(self) -> int:
        """How many tasks are not at their end, those that wait for their turn included."""
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start a task and keep it until it ends.

        While draining only what runs already may start more; anyone else gets Unavailable.
        """
        if self._draining and asyncio.current_task() not in self._tasks:
            work.close()
            raise Unavailable("The bot is restarting, so nothing was done. Please try again in a minute.")
        return self._keep(work, self._in_turn(work, self._slots) if self._slots else work, name)

    def every(self, seconds: float, call: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        """Call again and again with ±10 % of the seconds between, so that replicas do not march in step.

        The first call comes after the first wait, never two at once, without a slot, and on after an error.
        """
        clock = asyncio.create_task(self._tick(seconds, call, name), name=f"every {name}")
        self._clocks.add(clock)
        clock.add_done_callback(self._clocks.discard)

    async def drain(self, seconds: float, last: float = 4.0) -> int:
        """Take no more work, give what there is that long to end, then cut it; says how many were cut.

        last: seconds that what is cut has to say so; what hangs even then is left.
        """
        self._draining = True
        for clock in self._clocks:
            clock.cancel()
        await asyncio.gather(*self._clocks, return_exceptions=True)
        now = asyncio.get_running_loop().time
        deadline = now() + seconds
        while self._tasks and (left := deadline - now()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        cut = len(self._tasks)
        deadline = now() + last
        while self._tasks and (left := deadline - now()) > 0:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=left)
        return cut

    async def _tick(self, seconds: float, call: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        while True:
            await self._sleep(seconds * (0.9 + 0.2 * self._dice()))
            work = call()
            # Waiting for it, and not for its result: when the clock is stopped, the call goes on to its end.
            await asyncio.wait([self._keep(work, work, name)])

    async def _in_turn(self, work: Coroutine[Any, Any, T], slots: asyncio.Semaphore) -> T:
        async with slots:
            return await work

    def _keep(
        self, work: Coroutine[Any, Any, Any], run: Coroutine[Any, Any, T], name: str
    ) -> asyncio.Task[T]:
        task = asyncio.create_task(run, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, work))
        return task

    def _ended(self, task: asyncio.Task[Any], work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.discard(task)
        # A task that is cancelled before its first step never touches its coroutine.
        work.close()
        if task.cancelled() or not (error := task.exception()):
            return
        if isinstance(error, BotError):  # no bug: it says what is wrong
            log("background.unable", level=logging.WARNING, task=task.get_name(), reason=error.text)
            return
        reference = failure("background.failed", error, task=task.get_name())
        if self._on_error:
            self._on_error(task.get_name(), error, reference)
