"""The store's SQLite: one connection that writes, in groups, and several that read."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import SettingsError, Unavailable
from bot.store.groups import Groups
from bot.store.inline import READERS, InlineConnection, engine


class Sqlite:
    """A SQLite file, open for one process's work; other processes may use it too."""

    def __init__(self, url: URL) -> None:
        self._file = Path(str(url.database))
        self._write = engine(url, writes=True)
        self._read = engine(url, writes=False)
        self._writer: AsyncConnection
        #: Readers in nobody's hands: taking one from SQLAlchemy's pool costs more than a query.
        self._idle: list[tuple[AsyncConnection, InlineConnection]] = []
        self._readers = asyncio.Semaphore(READERS)
        self.groups: Groups | None = None

    async def open(self) -> None:
        """Open the file, making it and its directory; raises SettingsError when that cannot be."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writer, driver = await _connect(self._write)
            self.groups = Groups(driver)
            self._idle.append(await _connect(self._read))
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise unusable(self._file, error) from error

    async def close(self) -> None:
        """Commit what is open and close the file."""
        if self.groups:
            with suppress(sqlite3.Error, Unavailable):  # those whose work was lost are told
                await self.groups.drained()
            await self._writer.close()
        while self._idle:
            await self._idle.pop()[0].close()
        await self._write.dispose()
        await self._read.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of one's own within the group's."""
        if self.groups is None:
            raise RuntimeError("The store is closed.")
        async with self.groups.unit():
            yield self._writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot."""
        async with self._readers:
            connection, driver = self._idle.pop() if self._idle else await _connect(self._read)
            driver.say("BEGIN")
            try:
                yield connection
            finally:
                driver.say("ROLLBACK")
                self._idle.append((connection, driver))


def unusable(file: object, error: BaseException) -> SettingsError:
    """What an operator reads whose SQLite file cannot be opened, read or written."""
    reason = getattr(error, "orig", None) or error
    return SettingsError(
        f"DATABASE_URL: {file} cannot be used ({reason}). "
        "Name a file on a local disk with room, that the bot may write."
    )


async def _connect(source: AsyncEngine) -> tuple[AsyncConnection, InlineConnection]:
    connection = await source.connect()
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, InlineConnection):
        raise TypeError(f"{type(driver)} is not the connection that the engine was given.")
    return connection, driver
