"""Webhooks: the secrets with which OpenAI signs for a connection; each leaves only by being asked for."""

from sqlalchemy import select, update

from bot.errors import NotFound
from bot.store.tables import connections
from bot.store.work import Work

_t = connections.c


class Webhooks:
    """The connections' webhook secrets."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def secret(self, workspace: str, connection: str) -> str | None:
        """The secret, if there is one."""
        found = select(_t.webhook_secret).where(_t.workspace == workspace, _t.id == connection)
        row = await self._work.one(found)
        return self._work.open(_t.webhook_secret, workspace, connection, row.webhook_secret) if row else None

    async def set_secret(self, workspace: str, connection: str, secret: str | None) -> None:
        """Keep a secret in the place of the one before; None removes it. Raises NotFound."""
        sealed = self._work.seal(_t.webhook_secret, workspace, connection, secret)
        change = update(connections).where(_t.workspace == workspace, _t.id == connection)
        if not await self._work.changed(change.values(webhook_secret=sealed)):
            raise NotFound
