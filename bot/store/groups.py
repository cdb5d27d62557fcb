"""Commits many SQLite units at once: a unit costs microseconds, a commit waits for the disk.

Units use the one write connection one after the other. Their statements run where they are said, so a unit
is over in one step of its task, and all who wait have their turn in the same round of the event loop. Then
their group is committed, while the next units wait. Each unit after the first has a savepoint of its own.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.errors import Unavailable
from bot.logs import log
from bot.store.inline import InlineConnection

_MOST = 64  # units in a group: the first one waits for all of them, at about 0.3 ms each
_PATIENCE = 5.0  # seconds for another process's transaction
_PAUSE = 0.005  # seconds between two looks whether it is over


class _Group:
    """Units that are committed together; `error` is why they are not."""

    __slots__ = ("_ended", "_waiting", "error", "units")

    def __init__(self) -> None:
        self.units = 0
        self.error: BaseException | None = None
        self._ended = False
        self._waiting: list[asyncio.Future[None]] = []

    async def ended(self) -> None:
        """Wait for the commit, or its failure."""
        if not self._ended:
            self._waiting.append(asyncio.get_running_loop().create_future())
            await self._waiting[-1]

    def end(self, error: BaseException | None) -> None:
        """The commit is done, or failed; what was said first holds."""
        if self._ended:
            return
        self._ended = True
        self.error = error
        for each in self._waiting:
            if not each.done():
                each.set_result(None)


class Groups:
    """The write connection and the units that wait for it."""

    def __init__(self, connection: InlineConnection) -> None:
        self._connection = connection
        self._taken = False  # by a unit in its middle, or by a commit
        self._taken_by: asyncio.Task[object] | None = None
        self._free = asyncio.Event()
        self._group: _Group | None = None
        self._committing: asyncio.Task[None] | None = None
        #: How many commits were made; a test counts them.
        self.commits = 0

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[None]:
        """One unit: returns when its group is on the disk, raises Unavailable for all of a group that is not.

        An exception in the body undoes this unit only. One cancelled while it waits for the commit is kept.
        """
        await self._take()
        try:
            group = await self._join()
        except BaseException:
            self._let_go()
            raise
        try:
            yield
        except BaseException:
            self._undo(group)
            raise
        self._finish(group)
        await group.ended()
        if group.error is not None:
            raise Unavailable from group.error

    async def _take(self) -> None:
        """Wait for the connection: each time that it is free, all who wait are woken in order."""
        task = asyncio.current_task()
        while self._taken or (self._group is not None and self._group.units >= _MOST):
            if self._taken_by is task:
                raise RuntimeError(
                    "This task has a unit open already: use that one, a second waits for it for ever."
                )
            self._free.clear()
            await self._free.wait()
        self._taken = True
        self._taken_by = task

    async def _join(self) -> _Group:
        if self._group is not None:
            self._connection.say("SAVEPOINT unit")
            return self._group
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        while True:
            try:
                self._connection.say("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or loop.time() > deadline:
                    raise
            await asyncio.sleep(_PAUSE)
        self._group = _Group()
        return self._group

    def _finish(self, group: _Group) -> None:
        try:
            if not self._connection.in_transaction:
                raise sqlite3.OperationalError("the transaction ended before its commit")
            if group.units:
                self._connection.say("RELEASE unit")
            group.units += 1
        except sqlite3.Error as error:
            self._lose(group, error)
        self._let_go()

    def _undo(self, group: _Group) -> None:
        try:
            if not group.units:
                self._group = None
                self._connection.say("ROLLBACK")
            else:
                self._connection.say("ROLLBACK TO unit")
                self._connection.say("RELEASE unit")
        except sqlite3.Error as error:  # a full disk ends the whole transaction, not only a statement
            self._lose(group, error)
        self._let_go()

    def _lose(self, group: _Group, error: BaseException) -> None:
        """The group's transaction is gone, or has to go: everyone in it hears that nothing was done."""
        log("store.unavailable", level=logging.ERROR, reason=str(error), units=group.units)
        with suppress(sqlite3.Error, ValueError):  # what cannot be undone now is undone at the next opening
            if self._connection.in_transaction:
                self._connection.say("ROLLBACK")
        self._group = None
        group.end(error)

    def _let_go(self) -> None:
        """The connection is free; what is open is committed after all who wait for it now had their turn."""
        self._taken = False
        self._taken_by = None
        self._free.set()
        if self._group is not None and self._committing is None:
            # A task of its own: no unit's cancellation may stop a commit in the middle.
            self._committing = asyncio.create_task(self._commit())

    async def _commit(self) -> None:
        while self._taken:
            self._free.clear()
            await self._free.wait()
        if (group := self._group) is not None:
            self._taken = True
            self.commits += 1
            try:
                await self._connection.commit_to_disk()
            except (sqlite3.Error, ValueError) as error:  # ValueError: the connection was closed
                self._lose(group, error)
            else:
                self._group = None
                group.end(None)
        self._committing = None
        self._let_go()

    async def drained(self) -> None:
        """Wait until everything that was begun or waits is committed."""
        while self._taken or self._group is not None:
            async with self.unit():
                pass
