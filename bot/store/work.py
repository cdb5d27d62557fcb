"""What a unit's repositories have in common: say a statement, seal a value, make an id."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Column, CursorResult, Executable, Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound, Unavailable
from bot.logs import log
from bot.store.columns import Clock, storable, to_json
from bot.store.ids import Ids
from bot.store.sealing import Sealer

Values = Mapping[str, Any]
#: A row of any columns.
Record = Row[*tuple[Any, ...]]


class Work:
    """One open transaction, as the repositories see it."""

    __slots__ = ("_connection", "_ids", "_sealer", "clock", "failed", "insert")

    def __init__(self, connection: AsyncConnection, sealer: Sealer, clock: Clock, ids: Ids) -> None:
        self._connection: AsyncConnection | None = connection
        self._sealer = sealer
        self._ids = ids
        self.clock = clock
        #: INSERT as this database extends it: ON CONFLICT.
        self.insert: Callable[..., Any] = (
            sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        )
        #: A statement failed: PostgreSQL would keep nothing of this transaction, so nobody does.
        self.failed = False

    def now(self) -> datetime:
        """The time by the bot's clock: for people to read, never for leases."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def new_id(self) -> str:
        """An id for a new row."""
        return self._ids.new()

    async def run(
        self, statement: Executable, values: Values | Sequence[Values] = ()
    ) -> CursorResult[*tuple[Any, ...]]:
        """Say a statement; a broken foreign key is NotFound."""
        if self._connection is None:
            raise RuntimeError("This unit is over: open another one.")
        try:
            return await self._connection.execute(statement, values or None)
        except IntegrityError as error:
            self.failed = True
            if "foreign key" in str(error.orig).lower():
                raise NotFound from error
            raise
        except DBAPIError:
            self.failed = True
            raise

    async def one(self, statement: Executable, values: Values = {}) -> Record | None:  # noqa: B006 - read only
        """The first row, if there is one."""
        return (await self.run(statement, values)).first()

    async def every(self, statement: Executable, values: Values = {}) -> Sequence[Record]:  # noqa: B006 - read only
        """All rows."""
        return (await self.run(statement, values)).all()

    async def changed(self, statement: Executable, values: Values = {}) -> int:  # noqa: B006 - read only
        """How many rows a statement changed."""
        return (await self.run(statement, values)).rowcount

    @property
    def sealed_prefix(self) -> str:
        """How values begin that the newest secret sealed."""
        return self._sealer.prefix

    def seal(self, column: Column[Any], workspace: str, row: str, text: str | None) -> str | None:
        """A text, sealed for this place; None stays None."""
        if text is None:
            return None
        return self._sealer.seal(storable(text).encode(), workspace, column.table.name, column.name, row)

    def open(self, column: Column[Any], workspace: str, row: str, sealed: str | None) -> str | None:
        """The text that was sealed for this place."""
        if sealed is None:
            return None
        return self._sealer.open(sealed, workspace, column.table.name, column.name, row).decode()

    def seal_json(self, column: Column[Any], workspace: str, row: str, value: Any) -> str | None:
        """A JSON value, sealed for this place; None stays None."""
        if value is None:
            return None
        return self._sealer.seal(to_json(value), workspace, column.table.name, column.name, row)

    def open_json(self, column: Column[Any], workspace: str, row: str, sealed: str | None) -> Any:
        """The JSON value that was sealed for this place."""
        if sealed is None:
            return None
        return orjson.loads(self._sealer.open(sealed, workspace, column.table.name, column.name, row))

    def end(self) -> None:
        """Nothing can be said any more: the connection belongs to someone else now."""
        self._connection = None


@contextmanager
def told_plainly() -> Iterator[None]:
    """Whatever the database cannot do now is Unavailable; anything else is a bug and stays what it is."""
    try:
        yield
    except (OperationalError, InterfaceError, NoFreeConnectionError, sqlite3.OperationalError) as error:
        # The operator reads why; the driver's words name neither statement nor values.
        log("store.unavailable", level=logging.ERROR, reason=str(getattr(error, "orig", None) or error))
        raise Unavailable from error
