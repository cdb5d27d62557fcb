"""Notices: what is told once and never again, and which models a workspace uses where."""

from datetime import timedelta

from sqlalchemy import select, union

from bot.store.tables import conversations, notices, runs
from bot.store.work import Work

_c, _r = conversations.c, runs.c


class Notices:
    """The notices' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def first(self, workspace: str, notice: str) -> bool:
        """Whether this is told for the first time; from now on it is told."""
        row = {"workspace": workspace, "id": notice, "told_at": self._work.now()}
        new = self._work.insert(notices).values(**row).on_conflict_do_nothing().returning(notices.c.id)
        return await self._work.one(new) is not None

    async def used(self, workspace: str, days: float) -> set[tuple[str, str]]:
        """Channels and the models that were used there in so many days."""
        since = self._work.now() - timedelta(days=days)
        asked = select(_r.channel, _r.model).where(
            _r.workspace == workspace, _r.created_at > since, _r.channel.is_not(None), _r.model.is_not(None)
        )
        talked = select(_c.channel, _c.model).where(
            _c.workspace == workspace, _c.updated_at > since, _c.model.is_not(None)
        )
        return {(row.channel, row.model) for row in await self._work.every(union(asked, talked))}
