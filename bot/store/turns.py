"""Turns: what was said in a conversation, by people and by the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.errors import NotFound
from bot.store.schema import one_of
from bot.store.tables import conversations, turns
from bot.store.work import Record, Work

Role = Literal["user", "assistant"]
State = Literal["done", "waiting", "streaming", "stopped", "interrupted", "failed"]

_t = turns.c
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.conversation,
    _t.seq,
    _t.role,
    _t.author,
    _t.ts,
    _t.text,
    _t.files,
    _t.state,
    _t.model,
    _t.input_tokens,
    _t.output_tokens,
    _t.run,
    _t.created_at,
)
_UNFINISHED = one_of(_t.state, "waiting", "streaming")
_OF_WORKSPACE = select(*_COLUMNS).where(_t.workspace == bindparam("workspace"))
_GET = _OF_WORKSPACE.where(_t.id == bindparam("id"))
_BY_TS = _OF_WORKSPACE.where(_t.channel == bindparam("channel"), _t.ts == bindparam("ts"))
_HISTORY = _OF_WORKSPACE.where(_t.conversation == bindparam("conversation"))
_HISTORY = _HISTORY.order_by(_t.seq.desc()).limit(bindparam("most"))
_c = conversations.c
#: Whose turn it is, one process after the other: the row is locked until the unit ends.
_NEXT = (
    update(conversations)
    .where(_c.workspace == bindparam("in_workspace"), _c.id == bindparam("conversation"))
    .values(turns=_c.turns + 1, updated_at=bindparam("at"))
    .returning(_c.turns, _c.channel)
)
_INSERT = insert(turns)
_MINE = (_t.workspace == bindparam("in_workspace"), _t.id == bindparam("turn"))
_AT_THE_END = ("ts", "model", "input_tokens", "output_tokens", "run")
_NEW = {n: func.coalesce(bindparam(f"new_{n}", type_=_t[n].type), _t[n]) for n in ("text", *_AT_THE_END)}
_OPEN = update(turns).where(*_MINE, _UNFINISHED)
_PROGRESS = _OPEN.values(state="streaming", text=_NEW["text"], ts=_NEW["ts"])
_FINISH = _OPEN.values(state=bindparam("end"), **_NEW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation; `ts` is Slack's, None while it is not in Slack."""

    id: str
    workspace: str
    conversation: str
    seq: int
    role: Role
    author: str | None
    ts: str | None
    text: str = field(repr=False)
    files: list[dict[str, Any]] = field(repr=False)
    state: State
    model: str | None
    input_tokens: int | None = None
    output_tokens: int | None = None
    run: str | None
    created_at: datetime


class Turns:
    """The turns' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(
        self,
        workspace: str,
        conversation: str,
        *,
        role: Role,
        text: str,
        author: str | None = None,
        ts: str | None = None,
        files: Sequence[Mapping[str, Any]] = (),
        state: State = "done",
        model: str | None = None,
        run: str | None = None,
    ) -> Turn:
        """The conversation's next turn; raises NotFound where the workspace has no such conversation."""
        work = self._work
        now = work.now()
        conversed = await work.one(
            _NEXT, {"in_workspace": workspace, "conversation": conversation, "at": now}
        )
        if conversed is None:
            raise NotFound
        new = work.new_id()
        turn = Turn(
            id=new,
            workspace=workspace,
            conversation=conversation,
            seq=conversed.turns,
            role=role,
            author=author,
            ts=ts,
            text=text,
            files=[dict(each) for each in files],
            state=state,
            model=model,
            run=run,
            created_at=now,
        )
        values = {column.name: getattr(turn, column.name) for column in _COLUMNS}
        values["channel"] = conversed.channel
        values["text"] = work.seal(_t.text, workspace, new, text)
        values["files"] = work.seal_json(_t.files, workspace, new, turn.files or None)
        await work.run(_INSERT, values)
        return turn

    async def history(self, workspace: str, conversation: str, limit: int) -> list[Turn]:
        """The conversation's latest turns, the oldest of them first."""
        place = {"workspace": workspace, "conversation": conversation, "most": limit}
        return [self._opened(row) for row in reversed(await self._work.every(_HISTORY, place))]

    async def get(self, workspace: str, turn: str) -> Turn | None:
        """The turn, if the workspace has it."""
        row = await self._work.one(_GET, {"workspace": workspace, "id": turn})
        return self._opened(row) if row else None

    async def by_ts(self, workspace: str, channel: str, ts: str) -> Turn | None:
        """The turn that is this message in Slack."""
        row = await self._work.one(_BY_TS, {"workspace": workspace, "channel": channel, "ts": ts})
        return self._opened(row) if row else None

    async def unfinished(self, workspace: str | None = None) -> list[Turn]:
        """Answers without an end, of one workspace or (None) of all; others may be at work on them."""
        found = select(*_COLUMNS).where(_UNFINISHED).order_by(_t.created_at)
        if workspace is not None:
            found = found.where(_t.workspace == workspace)
        return [self._opened(row) for row in await self._work.every(found)]

    async def set_text(self, workspace: str, turn: str, text: str) -> bool:
        """A turn has another text now; False when there is none."""
        sealed = self._work.seal(_t.text, workspace, turn, text)
        mine = {"in_workspace": workspace, "turn": turn}
        return bool(await self._work.changed(update(turns).where(*_MINE).values(text=sealed), mine))

    async def remove(self, workspace: str, turn: str) -> bool:
        """Forget a turn; False when there is none."""
        mine = {"in_workspace": workspace, "turn": turn}
        return bool(await self._work.changed(delete(turns).where(*_MINE), mine))

    async def save_progress(self, progress: Sequence[tuple[str, str, str, str | None]]) -> None:
        """Keep what there is of answers that are being streamed: (workspace, turn, text, ts) of each."""
        rows = []
        for workspace, turn, text, ts in progress:
            words = self._work.seal(_t.text, workspace, turn, text)
            rows.append({"in_workspace": workspace, "turn": turn, "new_text": words, "new_ts": ts})
        if rows:
            await self._work.run(_PROGRESS, rows)

    async def finish(
        self, workspace: str, turn: str, state: State, text: str | None = None, **more: Any
    ) -> bool:
        """Give an answer its end, and ts, model, tokens, run; False when it has one: the first stays."""
        if unknown := more.keys() - _AT_THE_END:
            raise TypeError(f"A turn has no {', '.join(sorted(unknown))} to finish with.")
        words = self._work.seal(_t.text, workspace, turn, text)
        given = {"in_workspace": workspace, "turn": turn, "end": state, "new_text": words}
        given |= {f"new_{name}": more.get(name) for name in _AT_THE_END}
        return bool(await self._work.changed(_FINISH, given))

    def _opened(self, row: Record) -> Turn:
        values = row._asdict()
        values["text"] = self._work.open(_t.text, row.workspace, row.id, row.text) or ""
        values["files"] = self._work.open_json(_t.files, row.workspace, row.id, row.files) or []
        return Turn(**values)
