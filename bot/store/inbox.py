"""The inbox: what Slack sent, kept before it is acknowledged, and worked on by one process at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, select, tuple_, update

from bot.store.columns import Now
from bot.store.items import Item, NewItem
from bot.store.leases import ATTEMPTS, FREE, LEASE, LEASED_UNTIL, all_held, claim, held
from bot.store.schema import one_of
from bot.store.tables import inbox
from bot.store.work import Record, Work

_t = inbox.c
_WORKING = one_of(_t.state, "working")
_OPEN = one_of(_t.state, "new", "working")
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.kind,
    _t.body,
    _t.delivery_key,
    _t.logical_key,
    _t.state,
    _t.attempts,
    _t.lease_token,
    _t.received_at,
)
_GIVEN = ("id", "workspace", "kind", "body", "delivery_key", "logical_key", "lease_owner")


@cache
def _keep(insert: Any) -> Any:
    """INSERT, refused quietly when either key is known."""
    return (
        insert(inbox)
        .values(
            state="working",
            attempts=1,
            lease_token=1,
            lease_until=LEASED_UNTIL,
            not_before=Now(),
            received_at=Now(),
            **{name: bindparam(name) for name in _GIVEN},
        )
        .on_conflict_do_nothing()
        .returning(_t.received_at)
    )


_CLAIM = claim(inbox, select(_t.id).where(_OPEN).order_by(_t.received_at, _t.id), state="working").returning(
    *_COLUMNS
)
_ALL_HELD = update(inbox).where(*all_held(inbox), _WORKING)
_BEAT = _ALL_HELD.values(lease_until=LEASED_UNTIL).returning(_t.id)
_RELEASE = _ALL_HELD.values(state="new", **FREE)
_UNTOUCHED = _ALL_HELD.values(state="new", attempts=_t.attempts - 1, **FREE)
_HELD = update(inbox).where(*held(inbox), _WORKING)
_DONE = _HELD.values(state="done", **FREE)
_DONE_ALL = (
    update(inbox)
    .where(tuple_(_t.id, _t.lease_token).in_(bindparam("held", expanding=True)), _WORKING)
    .values(state="done", **FREE)
)


class Inbox:
    """The inbox's rows; leases and ages go by the database's clock."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def keep(self, items: Sequence[NewItem], owner: str, *, lease: float = LEASE) -> list[Item | None]:
        """Keep items, leased by this owner; None for each that is known already by one of its keys."""
        return [await self._keep(item, owner, lease) for item in items]

    async def _keep(self, new: NewItem, owner: str, lease: float) -> Item | None:
        work = self._work
        id_ = work.new_id()
        given = {
            "id": id_,
            "workspace": new.workspace,
            "kind": new.kind,
            "body": work.seal_json(_t.body, new.workspace, id_, new.body),
            "delivery_key": new.delivery_key,
            "logical_key": new.logical_key,
            "lease_owner": owner,
            "lease": lease,
        }
        row = await work.one(_keep(work.insert), given)
        if row is None:
            return None
        return Item(
            id=id_,
            workspace=new.workspace,
            kind=new.kind,
            body=new.body,
            delivery_key=new.delivery_key,
            logical_key=new.logical_key,
            state="working",
            attempts=1,
            lease_token=1,
            received_at=row.received_at,
        )

    async def claim(self, owner: str, limit: int, *, lease: float = LEASE) -> list[Item]:
        """Lease what is new, due again or was left by a process that died; the oldest first."""
        rows = await self._work.every(_CLAIM, {"owner": owner, "limit": limit, "lease": lease})
        return sorted(map(self._item, rows), key=lambda item: (item.received_at, item.id))

    async def get(self, workspace: str, item: str) -> Item | None:
        """The item, if the workspace has it."""
        row = await self._work.one(select(*_COLUMNS).where(_t.workspace == workspace, _t.id == item))
        return self._item(row) if row else None

    async def beat(self, ids: Collection[str], owner: str, *, lease: float = LEASE) -> set[str]:
        """Hold the leases longer; the ids that are still this owner's."""
        rows = await self._work.every(_BEAT, {"ids": list(ids), "owner": owner, "lease": lease})
        return {row.id for row in rows}

    async def done(self, item: str, lease_token: int) -> bool:
        """The item is finished; False when another process has it by now."""
        return bool(await self._work.changed(_DONE, {"item": item, "token": lease_token}))

    async def done_all(self, held: Collection[tuple[str, int]]) -> int:
        """The same for many (id, lease_token) at once; how many were still this process's."""
        return await self._work.changed(_DONE_ALL, {"held": list(held)}) if held else 0

    async def release(self, ids: Collection[str], owner: str, *, begun: Collection[str] = ()) -> None:
        """Give back at once what this owner does not finish; for what was not begun it was no attempt."""
        for change, wanted in ((_RELEASE, True), (_UNTOUCHED, False)):
            if some := [each for each in ids if (each in begun) == wanted]:
                await self._work.run(change, {"ids": some, "owner": owner})

    async def fail(self, item: str, lease_token: int, error: str, retry_at: datetime | None) -> bool:
        """Try again then, or (None, or after ATTEMPTS) never; False when another process has it by now."""
        again = {"state": case((_t.attempts >= ATTEMPTS, "dead"), else_="new"), "not_before": retry_at}
        change = _HELD.values(last_error=error, **FREE, **(again if retry_at else {"state": "dead"}))
        return bool(await self._work.changed(change, {"item": item, "token": lease_token}))

    async def counts(self) -> dict[str, int]:
        """How many items there are in each state."""
        rows = await self._work.every(select(_t.state, func.count()).group_by(_t.state))
        return dict.fromkeys(("new", "working", "done", "dead"), 0) | dict(map(tuple, rows))

    async def purge(
        self, *, bodies: float = 24 * 3600.0, keys: float = 7 * 24 * 3600.0, most: int = 500
    ) -> int:
        """Forget finished items' bodies after so many seconds, then their keys; how many, `most` at once.

        Slack may deliver again for 25 hours, so keys are kept far longer.
        """
        over = and_(~_OPEN, _t.received_at <= Now(-keys))
        aged = and_(~_OPEN, _t.body.is_not(None), _t.received_at <= Now(-bodies))
        gone = await self._work.changed(delete(inbox).where(_t.id.in_(select(_t.id).where(over).limit(most))))
        emptied = update(inbox).where(_t.id.in_(select(_t.id).where(aged).limit(most))).values(body=None)
        return gone + await self._work.changed(emptied)

    def _item(self, row: Record) -> Item:
        values = row._asdict()
        body = self._work.open_json(_t.body, row.workspace, row.id, row.body)
        return Item(**values | {"body": body or {}})
