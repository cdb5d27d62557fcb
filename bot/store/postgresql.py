"""The store's PostgreSQL: a pool of connections, a transaction a unit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import BotError, SettingsError, Unavailable
from bot.store.addresses import shown

#: A person waits: better an error than a query without end, or a lock that a stuck process holds.
_LIMITS = "-c statement_timeout=10s -c idle_in_transaction_session_timeout=15s -c lock_timeout=3s"
#: What the server says when DATABASE_URL is wrong rather than the server down.
_WRONG = (
    "authentication failed",
    "does not exist",
    "pg_hba.conf",
    "no password supplied",
    "invalid",
    "resolve host",
    "not permitted",
)


class Postgresql:
    """A PostgreSQL database, shared with any number of processes."""

    def __init__(self, url: URL) -> None:
        self._url = url
        options = f"{url.query.get('options', '')} {_LIMITS}".strip()
        self._engine = create_async_engine(
            url.difference_update_query(["options"]),
            connect_args={"application_name": "patchbay", "connect_timeout": 5, "options": options},
            hide_parameters=True,
            query_cache_size=1000,
            pool_size=5,  # with the overflow 10 a process: small hosted databases allow about 20
            max_overflow=5,
            pool_timeout=5.0,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    async def open(self) -> None:
        """Connect once; raises SettingsError when the address is wrong, Unavailable when nobody answers."""
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, ValueError) as error:
            raise explained(self._url, error) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot."""
        async with self._snapshots.connect() as connection:
            yield connection


def explained(url: URL, error: Exception) -> BotError:
    """What an operator reads whose PostgreSQL refuses the address, or does not answer."""
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    if any(sign in reason for sign in _WRONG):
        return SettingsError(f"DATABASE_URL ({shown(url)}) is refused: {reason}")
    return Unavailable(
        f"The database of DATABASE_URL ({shown(url)}) does not answer: {reason}. "
        "Start it, or correct the address."
    )
