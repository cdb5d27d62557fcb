"""Opens the database and hands out units of work: the only place that commits."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Unavailable
from bot.store import addresses
from bot.store.checks import check
from bot.store.columns import Clock
from bot.store.ids import Ids
from bot.store.postgresql import Postgresql
from bot.store.rotation import rotate, sealed_columns
from bot.store.sealing import Sealer
from bot.store.sqlite import Sqlite
from bot.store.unit import Unit
from bot.store.work import Work, told_plainly


class Store:
    """The database; one in a process."""

    def __init__(self, url: URL, keys: Sequence[str], clock: Clock) -> None:
        """Use Store.open."""
        self._url = url
        self._clock = clock
        self._ids = Ids()
        self._sealer = Sealer(keys)
        self._database = Sqlite(url) if url.get_backend_name() == "sqlite" else Postgresql(url)

    @classmethod
    async def open(cls, url: str, keys: Sequence[str], *, clock: Clock = time.time) -> "Store":
        """Connect; raises SettingsError naming the variable, Unavailable when the database is down."""
        store = cls(addresses.parse(url), keys, clock)
        try:
            await store._database.open()
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def url_shown(self) -> str:
        """Where everything is stored, without the password."""
        return addresses.shown(self._url)

    async def close(self) -> None:
        """Commit what is open and let go of the database."""
        await self._database.close()

    async def check(self) -> None:
        """Whether it can be used now: it answers, has this version's tables, and the secrets open its rows.

        Raises Unavailable or SettingsError with the fix.
        """
        with told_plainly():
            async with self._database.read() as connection:
                await check(connection, self._sealer)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        """A unit of work, kept when the block ends and undone when it raises; the only commit there is.

        Never wait for Slack or OpenAI in it: on SQLite every other unit waits too. Raises Unavailable when it
        could not be kept.
        """
        with told_plainly():
            async with self._unit(self._database.begin()) as (unit, work):
                yield unit
                if work.failed:
                    raise Unavailable

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """The database as it is at one moment; nothing can be changed."""
        with told_plainly():
            async with self._unit(self._database.read()) as (unit, _):
                yield unit

    async def rotate(self, batch: int = 200) -> int:
        """Seal anew what the first of the secrets did not seal; how many values. Can be repeated."""
        rotated = 0
        for column in sealed_columns():
            last = -1
            while last:
                with told_plainly():
                    async with self._unit(self._database.begin()) as (_, work):
                        last = await rotate(work, column, batch)
                rotated += last
        return rotated

    @asynccontextmanager
    async def _unit(
        self, transaction: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[tuple[Unit, Work]]:
        async with transaction as connection:
            work = Work(connection, self._sealer, self._clock, self._ids)
            try:
                yield Unit(work), work
            finally:
                work.end()
