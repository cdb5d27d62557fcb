"""The audit: who changed what, and who was refused; rows are added and age away, and are never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, insert, select

from bot.store.tables import audit
from bot.store.work import Work

#: `begun` is written before a change, in one transaction with what allows it; its end is a row of its own.
Result = Literal["begun", "done", "failed", "interrupted", "refused"]
#: Seconds for which a row is kept: a year, and the time to look back at it.
KEPT = 400 * 24 * 3600.0

_t = audit.c
_COLUMNS = (_t.id, _t.at, _t.actor, _t.action, _t.object, _t.result, _t.fields, _t.request_id, _t.run)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `fields` are names, and what was chosen of a few fixed values."""

    id: str
    at: datetime
    actor: str
    action: str
    object: str | None
    result: Result
    fields: str
    request_id: str | None
    run: str | None


class Audit:
    """The audit's rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(
        self,
        workspace: str,
        *,
        actor: str,
        action: str,
        result: Result,
        object: str | None = None,  # noqa: A002 - the column's own name
        fields: Sequence[str] = (),
        request_id: str | None = None,
        run: str | None = None,
    ) -> None:
        """Note what happened; never content, never a secret. `run` ties the rows of one change together."""
        row = {
            "workspace": workspace,
            "id": self._work.new_id(),
            "at": self._work.now(),
            "actor": actor,
            "action": action,
            "object": object,
            "result": result,
            "fields": ", ".join(fields),
            "request_id": request_id,
            "run": run,
        }
        await self._work.run(insert(audit), row)

    async def latest(self, workspace: str, limit: int) -> list[Entry]:
        """The latest rows, the newest first; of a change that has its end only the end."""
        later = audit.alias("later").c
        ended = select(later.id).where(
            later.workspace == workspace, later.run == _t.run, later.result != "begun", _t.result == "begun"
        )
        found = select(*_COLUMNS).where(_t.workspace == workspace, ~ended.exists())
        rows = await self._work.every(found.order_by(_t.id.desc()).limit(limit))
        return [Entry(*row) for row in rows]

    async def purge(self, *, age: float = KEPT, most: int = 500) -> int:
        """Forget rows that are older than this (seconds); how many, `most` at once."""
        old = select(_t.id).where(_t.at <= self._work.now() - timedelta(seconds=age)).limit(most)
        return await self._work.changed(delete(audit).where(_t.id.in_(old)))
