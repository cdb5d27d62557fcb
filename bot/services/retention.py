"""Forgets what was kept long enough, and all of a workspace that removed the bot; a little at a time."""

from collections.abc import Awaitable, Callable

from bot.logs import log
from bot.modules.admin import DAYS
from bot.services.inbox import Every
from bot.store import Store, Unit, Workspace

#: Seconds between two rounds; what is over is gone within the hour.
EVERY = 3600.0


class Retention:
    """Goes over all workspaces; every step is a transaction of its own, and can be cut off and repeated."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, every: Every) -> None:
        """Enter it into a timetable, `every(seconds, call, name)`."""
        every(EVERY, self.tidy, "retention")

    async def tidy(self) -> None:
        """One round."""
        async with self._store.read() as unit:
            workspaces = await unit.workspaces.all()
        for each in workspaces:
            await self._of(each)
        await self._till_none(lambda unit: unit.outbox.purge())
        await self._till_none(lambda unit: unit.inbox.purge())
        await self._till_none(lambda unit: unit.audit.purge())
        await self._till_none(lambda unit: unit.watches.purge())

    async def _of(self, workspace: Workspace) -> None:
        of, days = workspace.id, float(workspace.settings.get("retention_days") or DAYS)
        if workspace.uninstalled_at is not None:
            gone = await self._till_none(lambda unit: unit.retention.workspace(of, days))
        else:
            gone = await self._till_none(lambda unit: unit.retention.conversations(of, days))
            gone += await self._till_none(lambda unit: unit.retention.runs(of, days))
            gone += await self._till_none(lambda unit: unit.retention.verdicts(of, days))
        if gone:
            log("retention.gone", workspace=of, count=gone, left=workspace.uninstalled_at is not None)

    async def _till_none(self, some: Callable[[Unit], Awaitable[int]]) -> int:
        gone = 0
        while True:
            async with self._store.begin() as unit:
                found = await some(unit)
            if not found:
                return gone
            gone += found
