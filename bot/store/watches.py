"""Watches: jobs that are followed, looked at by one process at a time, each of their events told once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Float, bindparam, case, delete, func, insert, or_, select, update

from bot.store.columns import Now, Words
from bot.store.leases import FREE, LEASE, all_held, claim, held
from bot.store.schema import one_of
from bot.store.tables import outbox, watch_events, watches
from bot.store.work import Record, Work

#: "ending": the end is told, and only the card does not show it yet.
State = Literal["following", "ending", "ended", "stopped"]

_t, _e, _o = watches.c, watch_events.c, outbox.c
_OPEN = one_of(_t.state, "following", "ending")
_COLUMNS = [
    column for column in watches.columns if column.name not in {"not_before", "lease_owner", "lease_until"}
]
_DUE = select(_t.id).where(_OPEN).order_by(_t.not_before, _t.id)
_CLAIM = claim(watches, _DUE).returning(*_COLUMNS)
_OF_WORKSPACE = select(*_COLUMNS).where(_t.workspace == bindparam("workspace"))
#: A webhook that came during the look asks for another one at once.
_UNMOVED = _t.woken_by.is_not_distinct_from(bindparam("woken", type_=Words))
_NEXT = case((_UNMOVED, Now(bindparam("seconds", type_=Float))), else_=Now())
_CHECKED = update(watches).where(*held(watches), _OPEN).values(not_before=_NEXT, **FREE)
_RELEASE = update(watches).where(*all_held(watches), _OPEN).values(**FREE)
_SOME = 500  # values in a statement; SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Watch:
    """A job that is followed in a channel; `last` is what was known of it at the last look.

    card_ts: the message that shows it; shown: a digest of what that message shows; by: who follows it;
    attempts: looks so far; failures: looks in a row that got no answer.
    """

    workspace: str
    id: str
    connection: str
    job: str
    channel: str
    thread_ts: str | None
    card_ts: str | None
    by: str
    status: str | None
    last: dict[str, Any] | None = field(repr=False)
    shown: str | None
    woken_by: str | None
    failures: int
    created_at: datetime
    ended_at: datetime | None
    state: State
    attempts: int
    lease_token: int
    last_error: str | None

    @property
    def stream(self) -> str:
        """The outbox's name for the thread in which it is told."""
        return f"{self.channel}/{self.thread_ts or self.card_ts or ''}"


class Watches:
    """The watches' rows; every write after a claim names its token, False means that another has it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def follow(
        self,
        workspace: str,
        *,
        connection: str,
        job: str,
        channel: str,
        thread_ts: str | None,
        by: str,
        last: dict[str, Any] | None = None,
    ) -> tuple[Watch, bool]:
        """Follow a job in a channel, and whether nobody did; where the story had ended it begins anew."""
        work = self._work
        same = {"workspace": workspace, "connection": connection, "job": job, "channel": channel}
        where = [watches.c[name] == value for name, value in same.items()]
        await work.run(delete(watches).where(*where, ~_OPEN))
        new = work.new_id()
        sealed = work.seal_json(_t.last, workspace, new, last)
        made = {
            **same, "id": new, "last": sealed, "thread_ts": thread_ts, "by": by, "failures": 0,
            "created_at": work.now(), "state": "following", "attempts": 0, "lease_token": 0,
        }  # fmt: skip
        insertion = work.insert(watches).values(**made, not_before=Now())
        row = await work.one(insertion.on_conflict_do_nothing().returning(*_COLUMNS))
        if row is not None:
            return self._opened(row), True
        return self._opened((await work.run(select(*_COLUMNS).where(*where))).one()), False

    async def of(self, workspace: str, channel: str | None = None) -> list[Watch]:
        """What is followed, in one channel or in all, the oldest first."""
        found = _OF_WORKSPACE.where(_t.state == "following").order_by(_t.created_at, _t.id)
        if channel is not None:
            found = found.where(_t.channel == channel)
        return await self._all(found, {"workspace": workspace})

    async def get(self, workspace: str, watch: str) -> Watch | None:
        """The watch, if the workspace has it."""
        found = await self._all(_OF_WORKSPACE.where(_t.id == watch), {"workspace": workspace})
        return found[0] if found else None

    async def by_job(self, workspace: str, job: str) -> list[Watch]:
        """Where this job is followed."""
        found = _OF_WORKSPACE.where(_t.job == job, _t.state == "following").order_by(_t.created_at, _t.id)
        return await self._all(found, {"workspace": workspace})

    async def stop(self, workspace: str, watch: str) -> bool:
        """Follow it no more: a look that is under way tells nothing more. Whether it was followed."""
        change = update(watches).where(_t.workspace == workspace, _t.id == watch, _t.state == "following")
        values = {"state": "stopped", "ended_at": Now(), "lease_token": _t.lease_token + 1, **FREE}
        return bool(await self._work.changed(change.values(values)))

    async def due_now(self, workspace: str, connection: str, job: str, delivery: str) -> int:
        """Look at this job at once, as a webhook asked; the same delivery asks once. How many watches."""
        here = _t.workspace == workspace, _t.connection == connection, _t.job == job, _t.state == "following"
        new = or_(_t.woken_by.is_(None), _t.woken_by != delivery)
        return await self._work.changed(
            update(watches).where(*here, new).values(not_before=Now(), woken_by=delivery)
        )

    async def claim_due(self, owner: str, limit: int, *, lease: float = LEASE) -> list[Watch]:
        """Lease watches to look at now, those that wait longest first."""
        rows = await self._work.every(_CLAIM, {"owner": owner, "limit": limit, "lease": lease})
        return [self._opened(row) for row in rows]

    async def checked(
        self, watch: Watch, seconds: float, *, last: dict[str, Any] | None = None, **changes: Any
    ) -> bool:
        """The look is over, the next one comes in so many seconds; `changes` are columns (card_ts, state)."""
        if last is not None:
            changes["last"] = self._work.seal_json(_t.last, watch.workspace, watch.id, last)
        if changes.get("state") in {"ended", "stopped"}:
            changes["ended_at"] = Now()
        named = {"item": watch.id, "token": watch.lease_token, "seconds": seconds, "woken": watch.woken_by}
        return bool(await self._work.changed(_CHECKED.values(**changes), named))

    async def carded(self, watch: Watch, card_ts: str) -> bool:
        """The card's message is there; the look goes on."""
        change = update(watches).where(*held(watches), _OPEN).values(card_ts=card_ts)
        return bool(await self._work.changed(change, {"item": watch.id, "token": watch.lease_token}))

    async def release(self, ids: Collection[str], owner: str) -> None:
        """Give back at once what this owner does not look at."""
        if ids:
            await self._work.run(_RELEASE, {"ids": list(ids), "owner": owner})

    async def known(self, workspace: str, watch: str, events: Sequence[str]) -> set[str]:
        """Those of the events that are told already."""
        ids = {f"{watch}/{event}": event for event in events}
        found = select(_e.id).where(_e.workspace == workspace, _e.id.in_(list(ids)))
        return {ids[row.id] for row in await self._work.every(found)}

    async def add_events(self, workspace: str, watch: str, events: Sequence[str]) -> None:
        """Know these as told; raises IntegrityError (nothing is kept) where one of them was."""
        rows = [{"workspace": workspace, "id": f"{watch}/{event}", "watch": watch} for event in events]
        for at in range(0, len(rows), _SOME):
            await self._work.run(insert(watch_events), rows[at : at + _SOME])

    async def untold(self, watch: Watch) -> bool:
        """Whether something of its thread is still on its way to the channel."""
        here = _o.workspace == watch.workspace, _o.stream == watch.stream
        return bool(await self._work.one(select(1).where(*here, one_of(_o.state, "new", "sending")).limit(1)))

    async def counts(self) -> dict[str, int]:
        """How many watches there are in each state."""
        rows = await self._work.every(select(_t.state, func.count()).group_by(_t.state))
        return dict(map(tuple, rows))

    async def purge(self, *, age: float = 7 * 24 * 3600.0, most: int = 100) -> int:
        """Forget watches, with their events, that ended so long ago (seconds); how many, `most` at once."""
        old = select(_t.id).where(~_OPEN, _t.ended_at <= Now(-age)).limit(most)
        return await self._work.changed(delete(watches).where(_t.id.in_(old)))

    async def _all(self, found: Any, values: dict[str, Any]) -> list[Watch]:
        return [self._opened(row) for row in await self._work.every(found, values)]

    def _opened(self, row: Record) -> Watch:
        last = self._work.open_json(_t.last, row.workspace, row.id, row.last)
        return Watch(**row._asdict() | {"last": last})
