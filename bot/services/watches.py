"""Follows fine-tuning jobs and has their channels told, once each; whoever ticks, and however many do."""

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.errors import BotError, Invalid, NotFound, RateLimited, Unavailable
from bot.logs import failure as log_failure
from bot.services import reading
from bot.services.connecting import Connecting, Line
from bot.services.grants import Confirm, unasked
from bot.services.looking import Looking, fresh
from bot.services.pacing import Pace
from bot.services.staging import Stage
from bot.services.stories import Card, Teller
from bot.store import Store, Watch

#: Seconds between two ticks.
EVERY = 5.0
#: Looks at once, and looks a tick: 10 a second of 2 requests each, and half a second of CPU, so that one
#: process looks at 1,000 jobs within two minutes.
AT_ONCE, MOST = 10, 50
#: Seconds until another process takes over a look, and until a look is given up.
LEASE, WITHIN = 90.0, 75.0
#: Jobs that are followed in a workspace at once.
MOST_FOLLOWED = 1000


class Watches:
    """The followed jobs. `wake` is called when messages are on their way, to have them delivered at once."""

    def __init__(
        self,
        store: Store,
        connecting: Connecting,
        teller: Teller,
        owner: str,
        *,
        wake: Callable[[], object] = lambda: None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._connecting = connecting
        self._owner = owner
        self._wake = wake
        self._clock = clock
        self._stage = Stage(store, teller)
        self._looking = Looking(store, connecting, self._stage, pace or Pace())
        self._held: dict[tuple[str, str], float] = {}  # connections that OpenAI wants to wait, until when

    async def follow(
        self,
        workspace: str,
        job: str,
        *,
        connection: str | None,
        channel: str,
        thread_ts: str | None,
        by: str,
        confirm: Confirm = unasked,
    ) -> tuple[Watch, bool]:
        """Follow a job in a channel, and whether nobody did: its card comes then. Raises BotError.

        `confirm` raises Forbidden in the transaction when it is not allowed any more.
        """
        line: Line = await self._connecting.line(workspace, connection)
        card = await fresh(line.api, job)
        async with self._store.begin() as unit:
            await confirm(unit)
            if len(await unit.watches.of(workspace)) >= MOST_FOLLOWED:
                raise Invalid(f"{MOST_FOLLOWED:,} jobs are followed already. Unfollow some of them first.")
            watch, new = await unit.watches.follow(
                workspace, connection=line.connection.id, job=job, channel=channel, thread_ts=thread_ts,
                by=by, last=reading.kept(card),
            )  # fmt: skip
        if new:
            try:
                await self._stage.begin(watch, card)
            except Invalid:
                async with self._store.begin() as unit:
                    await unit.watches.stop(workspace, watch.id)
                raise
        return watch, new

    async def unfollow(self, workspace: str, job: str, channel: str | None = None) -> list[Watch]:
        """Follow a job no more, in one channel or in all; where it was followed. Raises NotFound."""
        async with self._store.begin() as unit:
            found = await unit.watches.by_job(workspace, job)
            here = [each for each in found if channel in {None, each.channel}]
            gone = [each for each in here if await unit.watches.stop(workspace, each.id)]
        if not gone:
            raise NotFound(f"{job} is not followed here. `/openai finetune followed` shows what is.")
        for each in gone:
            await self._stage.let_go(each)
        return gone

    async def followed(
        self, workspace: str, channel: str | None = None
    ) -> Sequence[tuple[Watch, Card | None]]:
        """What is followed, with what was known of it at the last look."""
        async with self._store.read() as unit:
            found = await unit.watches.of(workspace, channel)
        return [(each, reading.opened(each.last)) for each in found]

    async def connections(self, workspace: str) -> dict[str, str]:
        """What the workspace's connections are called, by id."""
        async with self._store.read() as unit:
            return {each.id: each.name for each in await unit.connections.list(workspace)}

    async def tick(self) -> None:
        """Look at what is due; for the timetable."""
        left, telling = MOST, False
        while left > 0:
            async with self._store.begin() as unit:
                due = await unit.watches.claim_due(self._owner, min(AT_ONCE, left), lease=LEASE)
            try:
                told = await asyncio.gather(*map(self._look, due))
            except asyncio.CancelledError:  # the process ends: others go on at once
                async with self._store.begin() as unit:
                    await unit.watches.release([each.id for each in due], self._owner)
                raise
            telling = telling or any(told)
            left -= len(due)
            if len(due) < AT_ONCE:
                break
        if telling:
            self._wake()

    async def _look(self, watch: Watch) -> bool:
        """Look once, whatever happens; whether something is on its way to the channel now."""
        key = watch.workspace, watch.connection
        try:
            if (wait := self._held.get(key, 0.0) - self._clock()) > 0:
                await self._looking.postponed(watch, wait)
                return False
            self._held.pop(key, None)
            async with asyncio.timeout(WITHIN):
                return await self._looking.look(watch)
        except TimeoutError:
            await self._trouble(watch, BotError("OpenAI did not answer in time."))
        except Unavailable as wrong:  # the lease runs out, and somebody looks again
            log_failure("watches.unable", wrong, workspace=watch.workspace)
        except BotError as wrong:
            if isinstance(wrong, RateLimited):
                self._held[key] = self._clock() + (wrong.retry_after or EVERY)
            await self._trouble(watch, wrong)
        except Exception as wrong:  # noqa: BLE001 - a bug with one job must not keep the others waiting
            log_failure("watches.bug", wrong, workspace=watch.workspace)
        return False

    async def _trouble(self, watch: Watch, wrong: BotError) -> None:
        try:
            await self._looking.trouble(watch, wrong)
        except Unavailable as unable:
            log_failure("watches.unable", unable, workspace=watch.workspace)
