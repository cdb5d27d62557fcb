"""The outbox: messages to be created in Slack exactly once, each stream's in order."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import delete, exists, func, select, tuple_, update

from bot.store.columns import Now
from bot.store.leases import FREE, LEASE, all_held, claim, held
from bot.store.schema import one_of
from bot.store.tables import outbox
from bot.store.work import Record, Work

#: Where the client_msg_ids of letters come from; any fixed UUID does.
_NAMESPACE = UUID("6f0f7a52-5d3c-4d8c-9d3e-0c1f3a7e2b64")

_t = outbox.c
_OPEN = one_of(_t.state, "new", "sending")
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.dedupe_key,
    _t.stream,
    _t.channel,
    _t.thread_ts,
    _t.body,
    _t.client_msg_id,
    _t.state,
    _t.first_at,
    _t.last_at,
    _t.attempts,
    _t.ts,
    _t.lease_token,
)


def _first_of_each_stream() -> Any:
    earlier = outbox.alias("earlier")
    e = earlier.c
    before = exists().where(
        e.workspace == _t.workspace,
        e.stream == _t.stream,
        one_of(e.state, "new", "sending"),
        tuple_(e.created_at, e.id) < tuple_(_t.created_at, _t.id),
    )
    return select(_t.id).where(_OPEN, ~before).order_by(_t.created_at, _t.id)


_CLAIM = claim(outbox, _first_of_each_stream()).returning(*_COLUMNS)
_HELD = update(outbox).where(*held(outbox), _OPEN)
_RELEASE = update(outbox).where(*all_held(outbox), _OPEN).values(**FREE)
_SENDING = _HELD.values(state="sending", first_at=func.coalesce(_t.first_at, Now()), last_at=Now())


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be created; claimed in state `sending`, an earlier attempt may have created it."""

    id: str
    workspace: str
    dedupe_key: str
    stream: str
    channel: str
    thread_ts: str | None
    body: dict[str, Any] = field(repr=False)
    client_msg_id: str
    state: Literal["new", "sending", "sent", "dead", "unknown"]
    first_at: datetime | None
    last_at: datetime | None
    attempts: int
    ts: str | None
    lease_token: int


class Outbox:
    """The outbox's rows; every write after a claim names its token, False means that another has it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(
        self,
        workspace: str,
        *,
        dedupe_key: str,
        stream: str,
        channel: str,
        thread_ts: str | None = None,
        body: dict[str, Any],
    ) -> Letter:
        """A message to create after those of its stream; the same key again is the same letter."""
        work = self._work
        new = work.new_id()
        values = {
            "workspace": workspace,
            "id": new,
            "dedupe_key": dedupe_key,
            "stream": stream,
            "channel": channel,
            "thread_ts": thread_ts,
            "body": work.seal_json(_t.body, workspace, new, body),
            "client_msg_id": str(uuid5(_NAMESPACE, f"{workspace}/{dedupe_key}")),
        }
        fresh = {"state": "new", "attempts": 0, "lease_token": 0, "not_before": Now(), "created_at": Now()}
        insert = work.insert(outbox).values(**values, **fresh)
        row = await work.one(insert.on_conflict_do_nothing().returning(*_COLUMNS))
        if row is None:
            known = select(*_COLUMNS).where(_t.workspace == workspace, _t.dedupe_key == dedupe_key)
            row = (await work.run(known)).one()
        return self._opened(row)

    async def get(self, workspace: str, letter: str) -> Letter | None:
        """The letter, if the workspace has it."""
        row = await self._work.one(select(*_COLUMNS).where(_t.workspace == workspace, _t.id == letter))
        return self._opened(row) if row else None

    async def claim(self, owner: str, limit: int, *, lease: float = LEASE) -> list[Letter]:
        """Lease letters that are due and the first unsent of their stream."""
        rows = await self._work.every(_CLAIM, {"owner": owner, "limit": limit, "lease": lease})
        return sorted(map(self._opened, rows), key=lambda letter: letter.id)

    async def sending(self, letter: str, lease_token: int) -> bool:
        """The call to Slack begins: commit this before it."""
        return bool(await self._work.changed(_SENDING, {"item": letter, "token": lease_token}))

    async def sent(self, letter: str, lease_token: int, ts: str) -> bool:
        """It is in Slack, under this ts."""
        return await self._end(letter, lease_token, state="sent", ts=ts)

    async def later(
        self, letter: str, lease_token: int, not_before: datetime, error: str, *, ambiguous: bool = False
    ) -> bool:
        """Try again then; `ambiguous`: this attempt may have created it, so look before sending again."""
        state = "sending" if ambiguous else "new"
        return await self._end(letter, lease_token, state=state, not_before=not_before, last_error=error)

    async def dead(self, letter: str, lease_token: int, error: str) -> bool:
        """Slack will never take it."""
        return await self._end(letter, lease_token, state="dead", last_error=error)

    async def unknown(self, letter: str, lease_token: int, error: str) -> bool:
        """Nobody can say whether it is in Slack, and it is not worth a second one."""
        return await self._end(letter, lease_token, state="unknown", last_error=error)

    async def release(self, letters: Collection[str], owner: str) -> None:
        """Give back at once what this owner does not send."""
        await self._work.run(_RELEASE, {"ids": list(letters), "owner": owner})

    async def purge(self, *, age: float = 7 * 24 * 3600.0, most: int = 500) -> int:
        """Forget letters that ended and are older than this (seconds); how many, `most` at once."""
        old = select(_t.id).where(~_OPEN, _t.created_at <= Now(-age)).limit(most)
        return await self._work.changed(delete(outbox).where(_t.id.in_(old)))

    async def _end(self, letter: str, lease_token: int, **values: Any) -> bool:
        change = _HELD.values(**values, **FREE)
        return bool(await self._work.changed(change, {"item": letter, "token": lease_token}))

    def _opened(self, row: Record) -> Letter:
        body = self._work.open_json(_t.body, row.workspace, row.id, row.body)
        return Letter(**row._asdict() | {"body": body})
