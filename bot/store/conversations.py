"""Conversations: threads that the bot is in, and what was chosen for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.errors import NotFound
from bot.store.tables import conversations
from bot.store.work import Record, Work

_t = conversations.c
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.channel,
    _t.thread_ts,
    _t.connection,
    _t.model,
    _t.system,
    _t.summary,
    _t.summary_seq,
    _t.settings,
    _t.created_by,
    _t.created_at,
    _t.updated_at,
)
_OF_WORKSPACE = select(*_COLUMNS).where(_t.workspace == bindparam("workspace"))
_GET = _OF_WORKSPACE.where(_t.id == bindparam("id"))
_FIND = _OF_WORKSPACE.where(_t.channel == bindparam("channel"), _t.thread_ts == bindparam("thread_ts"))


@cache
def _add(insert: Any) -> Any:
    """INSERT, refused quietly when the thread has one."""
    place = ("workspace", "id", "channel", "thread_ts", "created_by", "turns", "created_at", "updated_at")
    chosen = ("connection", "model", "system", "settings")
    given: dict[str, Any] = {name: bindparam(name) for name in (*place, *chosen)}
    return insert(conversations).values(**given).on_conflict_do_nothing().returning(*_COLUMNS)


_CHANGEABLE = {"connection", "model", "system", "summary", "summary_seq", "settings"}


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread that the bot is in; None is the workspace's choice, `settings` are further request values."""

    id: str
    workspace: str
    channel: str
    thread_ts: str
    connection: str | None
    model: str | None
    system: str | None = field(repr=False)
    #: What its first turns said, in short, and the `seq` of the last of those.
    summary: str | None = field(repr=False)
    summary_seq: int
    settings: dict[str, Any] | None = field(repr=False)
    created_by: str | None
    created_at: datetime
    updated_at: datetime


class Conversations:
    """The conversations' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def open(
        self,
        workspace: str,
        channel: str,
        thread_ts: str,
        created_by: str | None,
        *,
        connection: str | None = None,
        model: str | None = None,
        system: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> tuple[Conversation, bool]:
        """The thread's conversation, and whether it was made now; the one that is there stays as it is."""
        found = await self.find(workspace, channel, thread_ts)
        if found is not None:
            return found, False
        work = self._work
        new = work.new_id()
        values = {
            "workspace": workspace,
            "id": new,
            "channel": channel,
            "thread_ts": thread_ts,
            "created_by": created_by,
            "turns": 0,
            "created_at": work.now(),
            "updated_at": work.now(),
            **self._sealed(
                workspace, new, connection=connection, model=model, system=system, settings=settings
            ),
        }
        row = await work.one(_add(work.insert), values)
        if row is not None:
            return self._opened(row), True
        found = await self.find(workspace, channel, thread_ts)  # another process was a moment faster
        if found is None:
            raise NotFound
        return found, False

    async def find(self, workspace: str, channel: str, thread_ts: str) -> Conversation | None:
        """The conversation of a thread, if the bot is in it."""
        place = {"workspace": workspace, "channel": channel, "thread_ts": thread_ts}
        row = await self._work.one(_FIND, place)
        return self._opened(row) if row else None

    async def get(self, workspace: str, conversation: str) -> Conversation | None:
        """The conversation, if the workspace has it."""
        row = await self._work.one(_GET, {"workspace": workspace, "id": conversation})
        return self._opened(row) if row else None

    async def update(self, workspace: str, conversation: str, **changes: Any) -> Conversation:
        """Change what a conversation has beside its place; raises NotFound, also for the connection."""
        if unknown := changes.keys() - _CHANGEABLE:
            raise TypeError(f"A conversation has no {', '.join(sorted(unknown))} to change.")
        values = self._sealed(workspace, conversation, **changes) | {"updated_at": self._work.now()}
        mine = (_t.workspace == workspace, _t.id == conversation)
        row = await self._work.one(update(conversations).where(*mine).values(**values).returning(*_COLUMNS))
        if row is None:
            raise NotFound
        return self._opened(row)

    async def untell(self, workspace: str, conversation: str, seq: int) -> bool:
        """A turn is not what it was: a summary that tells it goes, to be made anew; False when none does."""
        telling = _t.workspace == workspace, _t.id == conversation, _t.summary_seq >= seq
        forget = update(conversations).where(*telling).values(summary=None, summary_seq=0)
        return bool(await self._work.changed(forget))

    def _sealed(self, workspace: str, row: str, **values: Any) -> dict[str, Any]:
        for name in ("system", "summary"):
            if name in values:
                values[name] = self._work.seal(_t[name], workspace, row, values[name])
        if "settings" in values:
            values["settings"] = self._work.seal_json(_t.settings, workspace, row, values["settings"])
        return values

    def _opened(self, row: Record) -> Conversation:
        values = row._asdict()
        place = (row.workspace, row.id)
        values["system"] = self._work.open(_t.system, *place, row.system)
        values["summary"] = self._work.open(_t.summary, *place, row.summary)
        values["settings"] = self._work.open_json(_t.settings, *place, row.settings)
        return Conversation(**values)
