"""The inbox at work: kept before it is acknowledged, worked on at once, taken over when a process dies."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.background import Background
from bot.errors import Unavailable
from bot.logs import log
from bot.services.rush import Rush
from bot.store import Item, NewItem, Store

#: A lease of 60 s outlives two missed heartbeats; what a dead process left is taken over within 75 s.
BEAT_EVERY = 20.0
TAKE_OVER_EVERY = 10.0
DONE_EVERY = 0.25
#: Slack waits three seconds for an acknowledgement; a store slower than this is as good as down.
KEEP_WITHIN = 2.0
CLAIMS = 20
#: Seconds before what could not be ended is taken up again, doubled each time; in all about a minute.
AGAIN_AFTER = 4.0

Every = Callable[[float, Callable[[], Coroutine[Any, Any, object]], str], None]


class Later(Exception):
    """A request cannot be brought to its end now; it is taken up again after a pause."""


class Inbox:
    """Keeps requests in groups, works on them in the background, and hands back what is not finished."""

    def __init__(
        self, store: Store, background: Background, owner: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._owner = owner
        self._work: Callable[[Item], Awaitable[None]] | None = None
        self._coming: list[tuple[NewItem, asyncio.Future[Item | None]]] = []
        self._keeper: asyncio.Task[None] | None = None
        self._held: dict[str, Item] = {}
        self._rush = Rush()
        self._begun: set[str] = set()
        self._done: list[tuple[str, int]] = []

    def start(self, work: Callable[[Item], Awaitable[None]], every: Every, *, taking_over: bool) -> None:
        """Begin: `work` ends normally for every failure that a person was told of, or raises Later.

        `every(seconds, call, name)` is the timetable; a process may also take over what others left.
        """
        self._work = work
        every(BEAT_EVERY, self._beat, "inbox.beat")
        every(DONE_EVERY, self._flush_done, "inbox.done")
        if taking_over:
            every(TAKE_OVER_EVERY, self.take_over, "inbox.take_over")
            self._background.spawn(self.take_over(), name="inbox.take_over")

    async def keep(self, new: NewItem) -> bool:
        """Keep a request and start on it; False when it was kept before. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[Item | None] = loop.create_future()
        self._coming.append((new, kept))
        self._rush.came()
        if self._keeper is None:
            self._keeper = loop.create_task(self._keep_all(), name="inbox.keep")
        try:
            async with asyncio.timeout(KEEP_WITHIN):
                item = await kept
        except TimeoutError:  # `kept` is cancelled now: what is kept after all is seen to where it is
            raise Unavailable from None
        if item is not None:
            self._spawn(item)
        return item is not None

    def _kept_late(self, item: Item) -> None:
        """Slack was told that it is not kept: it sends an event again, but nobody repeats anything else."""
        if item.kind == "event":
            self._spawn(item)
        else:  # the person was told that nothing was done
            self._finished(item)

    async def _keep_all(self) -> None:
        """Everything that came while the last commit was written goes into one transaction."""
        while self._coming:
            group, self._coming = self._coming, []
            try:
                async with self._store.begin() as unit:
                    items = await unit.inbox.keep([new for new, _ in group], self._owner)
            except Exception as wrong:  # noqa: BLE001 - handed to everybody who waits for it
                for _, kept in group:
                    if not kept.done():
                        kept.set_exception(wrong)
                        kept.exception()
                continue
            for (_, kept), item in zip(group, items, strict=True):
                if not kept.done():
                    kept.set_result(item)
                elif item is not None:
                    self._kept_late(item)
        self._keeper = None

    async def take_over(self) -> None:
        """Claim what nobody works on: what a process left that died or could not start on it."""
        async with self._store.begin() as unit:
            items = await unit.inbox.claim(self._owner, CLAIMS)
        for item in items:
            if item.id in self._held:  # mine, whose lease ran out while the store was down
                self._held[item.id] = item
            else:
                self._spawn(item)

    def _spawn(self, item: Item) -> None:
        self._held[item.id] = item
        with suppress(Unavailable):  # this process ends: handed back to the next one
            self._background.spawn(self._do(item), name=f"inbox.{item.kind}")

    async def _do(self, item: Item) -> None:
        if self._work is None:
            raise RuntimeError("the inbox was not started")
        await self._rush.turn()
        self._begun.add(item.id)
        try:
            await self._work(item)
        except asyncio.CancelledError:
            raise  # still held: handed back at shutdown
        except Later:
            await self._later(item)
            return
        except BaseException:
            self._finished(item)
            raise
        self._finished(item)

    async def _later(self, item: Item) -> None:
        held = self._let_go(item)
        again = datetime.fromtimestamp(self._clock() + AGAIN_AFTER * 2 ** (item.attempts - 1), UTC)
        log("inbox.later", level=logging.WARNING, attempt=item.attempts, item_kind=item.kind)
        with suppress(Unavailable):  # then its lease runs out
            async with self._store.begin() as unit:
                await unit.inbox.fail(held.id, held.lease_token, "later", again)

    def _finished(self, item: Item) -> None:
        held = self._let_go(item)
        self._done.append((held.id, held.lease_token))

    def _let_go(self, item: Item) -> Item:
        self._begun.discard(item.id)
        return self._held.pop(item.id, item)

    async def _flush_done(self) -> None:
        if not self._done:
            return
        ended, self._done = self._done, []
        try:
            async with self._store.begin() as unit:
                await unit.inbox.done_all(ended)
        except Unavailable:
            self._done = ended + self._done

    async def _beat(self) -> None:
        if self._held:
            async with self._store.begin() as unit:
                await unit.inbox.beat(list(self._held), self._owner)

    async def close(self) -> None:
        """Hand back what is not finished, after the background was drained."""
        await self._flush_done()
        if self._held:
            async with self._store.begin() as unit:
                await unit.inbox.release(list(self._held), self._owner, begun=self._begun)

    def counts(self) -> dict[str, Any]:
        """What is in hand, for health checks."""
        return {"in_hand": len(self._held), "coming": len(self._coming)}
