"""What is kept too long goes, a few rows at a time: contents of a workspace, and workspaces that left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, exists, select, update

from bot.store.schema import one_of
from bot.store.tables import audit, conversations, metadata, runs, turns, verdicts, workspaces
from bot.store.work import Work

#: Who stands in the audit where a person stood whose workspace is gone.
SOMEBODY = "somebody"

_c, _r, _t, _v, _w = conversations.c, runs.c, turns.c, verdicts.c, workspaces.c
_ANSWERING = exists().where(
    _t.workspace == _c.workspace, _t.conversation == _c.id, one_of(_t.state, "waiting", "streaming")
)
#: What a workspace's rows stand in; what refers to others comes before them.
_OWN = [
    table
    for table in reversed(metadata.sorted_tables)
    if "workspace" in table.c and table not in (audit, workspaces)
]


class Retention:
    """Deletes by age; each call is small, so that nobody waits for it, and can be repeated."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def conversations(self, workspace: str, days: float, *, most: int = 200) -> int:
        """Forget threads, with all that was said there, in which nothing happened for so long; how many."""
        # Each condition begins with the workspace: an id means something only there.
        old = _c.workspace == workspace, _c.updated_at <= self._before(days), ~_ANSWERING
        return await self._delete(conversations, old, most)

    async def runs(self, workspace: str, days: float, *, most: int = 500) -> int:
        """Forget what was asked for so long ago; how many."""
        return await self._delete(
            runs, (_r.workspace == workspace, _r.created_at <= self._before(days)), most
        )

    async def verdicts(self, workspace: str, days: float, *, most: int = 500) -> int:
        """Forget what people thought of answers so long ago; how many."""
        return await self._delete(verdicts, (_v.workspace == workspace, _v.at <= self._before(days)), most)

    async def workspace(self, workspace: str, days: float, *, most: int = 500) -> int:
        """Forget everything of a workspace that removed the bot so long ago; how many rows.

        Repeated until it is 0. Of the audit only the people go. One that has the bot again loses nothing.
        """
        gone = _w.id == workspace, _w.uninstalled_at <= self._before(days)
        if not await self._work.one(select(_w.id).where(*gone).with_for_update()):
            return 0
        deleted = 0
        for table in _OWN:
            if deleted < most:
                deleted += await self._delete(table, (table.c.workspace == workspace,), most - deleted)
        if deleted < most:
            named = audit.c.workspace == workspace, audit.c.actor != SOMEBODY
            await self._work.run(update(audit).where(*named).values(actor=SOMEBODY))
            deleted += await self._work.changed(delete(workspaces).where(*gone))
        return deleted

    def _before(self, days: float) -> datetime:
        return self._work.now() - timedelta(days=days)

    async def _delete(self, table: Table, which: Sequence[ColumnElement[bool]], most: int) -> int:
        found = select(table.c.id).where(*which).limit(most)
        return await self._work.changed(delete(table).where(which[0], table.c.id.in_(found)))
