"""Connections: the OpenAI accounts of a workspace; a key leaves only by being asked for."""

import builtins
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import Invalid, NotFound
from bot.store.tables import connections, conversations, workspaces
from bot.store.work import Work

_t = connections.c
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.name,
    _t.key_hint,
    _t.organization,
    _t.project,
    _t.base_url,
    _t.restricted,
    _t.created_by,
    _t.created_at,
    _t.checked_at,
)
_ONE = (_t.workspace == bindparam("workspace"), _t.id == bindparam("id"))
_OF_WORKSPACE = select(*_COLUMNS).where(_t.workspace == bindparam("workspace"))
_LIST = _OF_WORKSPACE.order_by(_t.created_at, _t.id)
_GET = _OF_WORKSPACE.where(_t.id == bindparam("id"))
_BY_NAME = _OF_WORKSPACE.where(_t.folded_name == bindparam("folded"))
_KEY = select(_t.key).where(*_ONE)


@dataclass(frozen=True, slots=True)
class Connection:
    """A named OpenAI account of a workspace, without its key."""

    id: str
    workspace: str
    name: str
    key_hint: str
    organization: str | None
    project: str | None
    base_url: str
    restricted: bool
    created_by: str | None
    created_at: datetime
    checked_at: datetime | None


def hint(key: str) -> str:
    """What people see of a key: enough to tell two of them apart, too little to use."""
    shown = key[-4:] if len(key) >= 20 else ""
    return f"sk-…{shown}" if key.startswith("sk-") else f"…{shown}"


class Connections:
    """The connections' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(
        self,
        workspace: str,
        name: str,
        key: str,
        *,
        organization: str | None = None,
        project: str | None = None,
        base_url: str,
        restricted: bool = False,
        created_by: str | None = None,
    ) -> Connection:
        """A new connection, checked just now; raises Invalid for a name that is taken, whatever its case."""
        work = self._work
        await self._free(workspace, name)
        id_ = secrets.token_hex(5)
        row = {
            "id": id_,
            "workspace": workspace,
            "name": name,
            "folded_name": _folded(name),
            "key": work.seal(_t.key, workspace, id_, key),
            "key_hint": hint(key),
            "organization": organization,
            "project": project,
            "base_url": base_url,
            "restricted": restricted,
            "created_by": created_by,
            "created_at": work.now(),
            "checked_at": work.now(),
        }
        try:
            added = await work.run(insert(connections).returning(*_COLUMNS), row)
        except IntegrityError:
            raise _taken(name) from None  # someone else was a moment faster
        return Connection(*added.one())

    async def list(self, workspace: str) -> builtins.list[Connection]:
        """All of the workspace's connections, the oldest first."""
        return [Connection(*row) for row in await self._work.every(_LIST, {"workspace": workspace})]

    async def get(self, workspace: str, connection: str) -> Connection | None:
        """The connection, if the workspace has it."""
        row = await self._work.one(_GET, {"workspace": workspace, "id": connection})
        return Connection(*row) if row else None

    async def by_name(self, workspace: str, name: str) -> Connection | None:
        """The connection called so, whatever the case."""
        row = await self._work.one(_BY_NAME, {"workspace": workspace, "folded": _folded(name)})
        return Connection(*row) if row else None

    async def key(self, workspace: str, connection: str) -> str:
        """The API key itself; raises NotFound."""
        row = await self._work.one(_KEY, {"workspace": workspace, "id": connection})
        if row is None:
            raise NotFound
        return self._work.open(_t.key, workspace, connection, row.key) or ""

    async def rename(self, workspace: str, connection: str, name: str) -> Connection:
        """Give it another name; raises Invalid for one that another connection has, NotFound."""
        await self._free(workspace, name, but=connection)
        try:
            return await self._update(workspace, connection, name=name, folded_name=_folded(name))
        except IntegrityError:
            raise _taken(name) from None

    async def replace_key(
        self,
        workspace: str,
        connection: str,
        key: str,
        *,
        restricted: bool = False,
        **account: str | None,
    ) -> Connection:
        """Put another key, checked just now, in the place of the old one; raises NotFound.

        account: organization, project and base_url where they change with it.
        """
        sealed = self._work.seal(_t.key, workspace, connection, key)
        now = self._work.now()
        changes = {"key": sealed, "key_hint": hint(key), "restricted": restricted, "checked_at": now}
        return await self._update(workspace, connection, **changes, **account)

    async def checked(
        self,
        workspace: str,
        connection: str,
        restricted: bool,  # noqa: FBT001 - a found value, no switch
        at: datetime | None = None,
    ) -> Connection:
        """Note what a check found, by default now; raises NotFound."""
        at = at or self._work.now()
        return await self._update(workspace, connection, restricted=restricted, checked_at=at)

    async def remove(self, workspace: str, connection: str) -> None:
        """Delete it with its key; its conversations go on with the default one. Raises NotFound."""
        work = self._work
        c = conversations.c
        here = {"workspace": workspace}
        unused = update(conversations).where(c.workspace == workspace, c.connection == connection)
        await work.run(unused.values(connection=None))
        w = workspaces.c
        default = update(workspaces).where(w.id == workspace, w.default_connection == connection)
        await work.run(default.values(default_connection=None))
        if not await work.changed(delete(connections).where(*_ONE), here | {"id": connection}):
            raise NotFound

    async def _free(self, workspace: str, name: str, but: str | None = None) -> None:
        taken = exists().where(
            _t.workspace == workspace, _t.folded_name == _folded(name), _t.id != (but or "")
        )
        if await self._work.one(select(1).where(taken)):
            raise _taken(name)

    async def _update(self, workspace: str, row: str, **changes: Any) -> Connection:
        change = update(connections).where(_t.workspace == workspace, _t.id == row).values(**changes)
        changed = await self._work.one(change.returning(*_COLUMNS))
        if changed is None:
            raise NotFound
        return Connection(*changed)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _taken(name: str) -> Invalid:
    return Invalid(f"Name: there is a connection “{name}” already. Choose another name.", field="name")
