"""The inbox at work: kept before it is acknowledged, worked on at once, taken over when a process dies."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.background import Background
from bot.errors import Unavailable
from bot.store import Item, NewItem, Store

#: A lease of 60 s outlives two missed heartbeats; what a dead process left is taken over within 75 s.
BEAT_EVERY = 20.0
TAKE_OVER_EVERY = 10.0
DONE_EVERY = 0.25
PURGE_EVERY = 3600.0
#: Slack waits three seconds for an acknowledgement; a store slower than this is as good as down.
KEEP_WITHIN = 2.0
CLAIMS = 20

Every = Callable[[float, Callable[[], Coroutine[Any, Any, object]], str], None]


class Inbox:
    """Keeps requests in groups, works on them in the background, and hands back what is not finished."""

    def __init__(self, store: Store, background: Background, owner: str) -> None:
        self._store = store
        self._background = background
        self._owner = owner
        self._work: Callable[[Item], Awaitable[None]] | None = None
        self._coming: list[tuple[NewItem, asyncio.Future[Item | None]]] = []
        self._keeper: asyncio.Task[None] | None = None
        self._held: dict[str, Item] = {}
        self._done: list[tuple[str, int]] = []

    def start(self, work: Callable[[Item], Awaitable[None]], every: Every, *, taking_over: bool) -> None:
        """Begin: `work` does what a request asks, and ends normally for every failure a person was told of.

        `every(seconds, call, name)` is the timetable; a process that takes over also tidies.
        """
        self._work = work
        every(BEAT_EVERY, self._beat, "inbox.beat")
        every(DONE_EVERY, self._flush_done, "inbox.done")
        if taking_over:
            every(TAKE_OVER_EVERY, self.take_over, "inbox.take_over")
            every(PURGE_EVERY, self._purge, "inbox.purge")
            self._background.spawn(self.take_over(), name="inbox.take_over")

    async def keep(self, new: NewItem) -> bool:
        """Keep a request and start on it; False when it was kept before. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[Item | None] = loop.create_future()
        self._coming.append((new, kept))
        if self._keeper is None:
            self._keeper = loop.create_task(self._keep_all(), name="inbox.keep")
        try:
            async with asyncio.timeout(KEEP_WITHIN):
                item = await asyncio.shield(kept)
        except TimeoutError:
            # If it is kept after all, another delivery of it finds it there, and the takeover works on it.
            raise Unavailable from None
        if item is None:
            return False
        self._spawn(item)
        return True

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
        self._keeper = None

    async def take_over(self) -> None:
        """Claim what nobody works on: what a process left that died or could not start on it."""
        async with self._store.begin() as unit:
            items = await unit.inbox.claim(self._owner, CLAIMS)
        for item in items:
            if item.id not in self._held:
                self._spawn(item)

    def _spawn(self, item: Item) -> None:
        self._held[item.id] = item
        self._background.spawn(self._do(item), name=f"inbox.{item.kind}")

    async def _do(self, item: Item) -> None:
        if self._work is None:
            raise RuntimeError("the inbox was not started")
        try:
            await self._work(item)
        except asyncio.CancelledError:
            raise  # still held: handed back at shutdown
        except BaseException:
            self._finished(item)
            raise
        self._finished(item)

    def _finished(self, item: Item) -> None:
        self._held.pop(item.id, None)
        self._done.append((item.id, item.lease_token))

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

    async def _purge(self) -> None:
        async with self._store.begin() as unit:
            await unit.inbox.purge()

    async def close(self) -> None:
        """Hand back what is not finished, after the background was drained."""
        await self._flush_done()
        if self._held:
            async with self._store.begin() as unit:
                await unit.inbox.release(list(self._held), self._owner)

    def counts(self) -> dict[str, Any]:
        """What is in hand, for health checks."""
        return {"in_hand": len(self._held), "coming": len(self._coming)}
