"""Connections to a SQLite file whose statements run where they are said and whose commits run in a thread.

Handing every statement to aiosqlite's thread costs 400 µs of CPU, running it here 45: a statement works in
memory and takes microseconds, only a commit waits for the disk.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import aiosqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

READERS = 8  # at once; a query takes microseconds, so that hardly ever two are needed
_PRAGMAS = (
    "journal_mode=WAL",  # readers and the writer do not wait for each other
    "synchronous=FULL",  # what was committed survives a power failure: an acknowledged request is kept
    "foreign_keys=ON",
    "cache_size=-16000",  # KiB; a group of units fits, so that none is written before its commit
)


class InlineConnection(aiosqlite.Connection):
    """aiosqlite's connection, without its thread where nothing waits for the disk."""

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    async def _connect(self) -> aiosqlite.Connection:
        self._connection = self._connector()  # where this fails, there is no thread that has to be ended
        self._thread.start()
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None:
            raise ValueError("Connection closed")  # SQLAlchemy knows aiosqlite by these words
        return fn(*args, **kwargs)

    def say(self, sql: str) -> None:
        """Run a statement of transaction control at once."""
        self._conn.execute(sql)

    async def commit_to_disk(self) -> None:
        """COMMIT in the connection's thread, because it waits for the disk."""
        await super()._execute(self._conn.execute, "COMMIT")  # type: ignore[no-untyped-call] # aiosqlite's own


def engine(url: URL, *, writes: bool) -> AsyncEngine:
    """An engine that leaves transactions to its user: pysqlite's own ones do not begin at once."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            str(url.database),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            for pragma in (*_PRAGMAS, "query_only=OFF" if writes else "query_only=ON"):
                connection.execute(f"PRAGMA {pragma}")
            if writes:  # Groups ask again, without keeping the loop from its work; readers do not wait
                connection.execute("PRAGMA busy_timeout = 0")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def opened() -> Awaitable[aiosqlite.Connection]:
        connection = InlineConnection(connect, 64)
        connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does: a forgotten connection must not hang the exit
        return connection

    return create_async_engine(
        url,
        async_creator=opened,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
        query_cache_size=1000,
        pool_size=1 if writes else READERS,
        max_overflow=0,
    )
