"""Workspaces: the Slack teams that have the bot, what they chose, and the token to speak there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update

from bot.errors import NotFound
from bot.store.tables import connections, conversations, workspaces
from bot.store.work import Work

_t = workspaces.c
_COLUMNS = (
    _t.id,
    _t.name,
    _t.bot_user_id,
    _t.bot_id,
    _t.default_connection,
    _t.settings,
    _t.created_at,
    _t.uninstalled_at,
)
_GET = select(*_COLUMNS).where(_t.id == bindparam("workspace"))


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack team or Enterprise organisation that installed the bot."""

    id: str
    name: str
    bot_user_id: str | None
    bot_id: str | None
    default_connection: str | None
    settings: dict[str, Any]
    created_at: datetime
    uninstalled_at: datetime | None


class Workspaces:
    """The workspaces' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def ensure(
        self,
        workspace: str,
        name: str,
        bot_user_id: str | None,
        bot_id: str | None,
    ) -> Workspace:
        """The workspace, made or brought up to date; it counts as installed again."""
        named = {"name": name, "bot_user_id": bot_user_id, "bot_id": bot_id, "uninstalled_at": None}
        new = {"id": workspace, "settings": {}, "created_at": self._work.now()}
        statement = (
            self._work.insert(workspaces)
            .values(**new, **named)
            .on_conflict_do_update(index_elements=["id"], set_=named)
            .returning(*_COLUMNS)
        )
        return Workspace(*(await self._work.run(statement)).one())

    async def get(self, workspace: str) -> Workspace | None:
        """The workspace, if it is known."""
        row = await self._work.one(_GET, {"workspace": workspace})
        return Workspace(*row) if row else None

    async def set_default_connection(self, workspace: str, connection: str | None) -> None:
        """Use this connection where none is chosen; raises NotFound when the workspace does not have it."""
        change = update(workspaces).where(_t.id == workspace).values(default_connection=connection)
        if connection is not None:
            c = connections.c
            change = change.where(exists().where(c.workspace == workspace, c.id == connection))
        if not await self._work.changed(change):
            raise NotFound

    async def update_settings(self, workspace: str, **changes: Any) -> Workspace:
        """Change settings, leaving the others; None removes one."""
        row = await self._work.one(_GET.with_for_update(), {"workspace": workspace})
        if row is None:
            raise NotFound
        settings = {name: value for name, value in (row.settings | changes).items() if value is not None}
        change = update(workspaces).where(_t.id == workspace).values(settings=settings).returning(*_COLUMNS)
        return Workspace(*(await self._work.run(change)).one())

    async def set_token(self, workspace: str, token: str | None) -> None:
        """Keep the bot token of an installation."""
        sealed = self._work.seal(_t.token, workspace, workspace, token)
        if not await self._work.changed(update(workspaces).where(_t.id == workspace).values(token=sealed)):
            raise NotFound

    async def get_token(self, workspace: str) -> str | None:
        """The bot token of an installation, if one is kept."""
        row = await self._work.one(select(_t.token).where(_t.id == workspace))
        return self._work.open(_t.token, workspace, workspace, row.token) if row else None

    async def installed(self) -> list[tuple[Workspace, str]]:
        """Every workspace whose token is kept, with the token."""
        rows = await self._work.every(select(*_COLUMNS, _t.token).where(_t.token.is_not(None)))
        opened = [(row, self._work.open(_t.token, row.id, row.id, row.token)) for row in rows]
        return [(Workspace(*row[:-1]), token) for row, token in opened if token]

    async def all(self) -> list[Workspace]:
        """Every workspace that is known, also those that removed the bot."""
        return [Workspace(*row) for row in await self._work.every(select(*_COLUMNS).order_by(_t.id))]

    async def uninstall(self, workspace: str) -> None:
        """Delete the workspace's secrets at once: its bot token and its connections with their keys."""
        work = self._work
        await work.run(
            update(conversations).where(conversations.c.workspace == workspace).values(connection=None)
        )
        await work.run(delete(connections).where(connections.c.workspace == workspace))
        gone = {"token": None, "default_connection": None, "uninstalled_at": work.now()}
        await work.run(update(workspaces).where(_t.id == workspace).values(**gone))
