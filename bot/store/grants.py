"""Grants: what admins named somebody for, person by person."""

import builtins
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.store.tables import grants
from bot.store.work import Work

_t = grants.c
_COLUMNS = (_t.person, _t.what, _t.granted_by, _t.created_at)
_LIST = select(*_COLUMNS).where(_t.workspace == bindparam("workspace")).order_by(_t.created_at, _t.id)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person may do that is for admins."""

    person: str
    what: str
    granted_by: str
    created_at: datetime


class Grants:
    """The grants' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, workspace: str, person: str, what: str, granted_by: str) -> bool:
        """Name somebody; False when that stands there already. Raises NotFound for an unknown workspace."""
        work = self._work
        row = {
            "workspace": workspace,
            "id": work.new_id(),
            "person": person,
            "what": what,
            "granted_by": granted_by,
            "created_at": work.now(),
        }
        new = work.insert(grants).values(**row).on_conflict_do_nothing().returning(_t.id)
        return await work.one(new) is not None

    async def remove(self, workspace: str, person: str, what: str | None = None) -> int:
        """Take back one grant of somebody, or (None) all of them; how many there were."""
        mine = [_t.workspace == workspace, _t.person == person]
        if what is not None:
            mine.append(_t.what == what)
        return await self._work.changed(delete(grants).where(*mine))

    async def of(self, workspace: str, person: str) -> frozenset[str]:
        """What this person was named for."""
        rows = await self._work.every(select(_t.what).where(_t.workspace == workspace, _t.person == person))
        return frozenset(row.what for row in rows)

    async def list(self, workspace: str) -> builtins.list[Grant]:
        """All of the workspace's grants, the oldest first."""
        return [Grant(*row) for row in await self._work.every(_LIST, {"workspace": workspace})]
