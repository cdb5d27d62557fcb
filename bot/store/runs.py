"""Runs: operations that somebody asked for, and how they ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update

from bot.store.schema import one_of
from bot.store.tables import runs
from bot.store.work import Work

State = Literal["asked", "calling", "done", "failed", "interrupted"]

_t = runs.c
_COLUMNS = (
    _t.id,
    _t.workspace,
    _t.module,
    _t.operation,
    _t.surface,
    _t.user,
    _t.channel,
    _t.thread_ts,
    _t.connection,
    _t["values"],
    _t.state,
    _t.result,
    _t.error,
    _t.request_id,
    _t.model,
    _t.input_tokens,
    _t.output_tokens,
    _t.response_url,
    _t.created_at,
    _t.finished_at,
)
_GET = select(*_COLUMNS).where(_t.workspace == bindparam("workspace"), _t.id == bindparam("id"))
_INSERT = insert(runs)
_UNFINISHED = one_of(_t.state, "asked", "calling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One operation asked for by one person."""

    id: str
    workspace: str
    module: str
    operation: str
    surface: str
    user: str | None
    channel: str | None
    thread_ts: str | None
    connection: str | None
    values: dict[str, Any] = field(repr=False)
    state: State
    result: dict[str, Any] | None = field(default=None, repr=False)
    error: str | None = field(default=None, repr=False)
    request_id: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    response_url: str | None = field(default=None, repr=False)
    created_at: datetime
    finished_at: datetime | None = None


class Runs:
    """The runs' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(
        self,
        workspace: str,
        *,
        module: str,
        operation: str,
        surface: str,
        user: str | None = None,
        channel: str | None = None,
        thread_ts: str | None = None,
        connection: str | None = None,
        values: Mapping[str, Any],
        state: State = "asked",
        response_url: str | None = None,
        run: str | None = None,
    ) -> Run:
        """Record what was asked for, under the id of the request if one is given; raises NotFound for an
        unknown workspace.
        """
        work = self._work
        new = Run(
            id=run or work.new_id(),
            workspace=workspace,
            module=module,
            operation=operation,
            surface=surface,
            user=user,
            channel=channel,
            thread_ts=thread_ts,
            connection=connection,
            values=dict(values),
            state=state,
            response_url=response_url,
            created_at=work.now(),
        )
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        row["values"] = work.seal_json(_t["values"], workspace, new.id, new.values)
        row["response_url"] = work.seal(_t.response_url, workspace, new.id, response_url)
        await work.run(_INSERT, row)
        return new

    async def get(self, workspace: str, run: str) -> Run | None:
        """The run, if the workspace has it."""
        row = await self._work.one(_GET, {"workspace": workspace, "id": run})
        if row is None:
            return None
        values = row._asdict()
        for column in (_t["values"], _t.result):
            values[column.name] = self._work.open_json(column, workspace, run, values[column.name])
        for column in (_t.error, _t.response_url):
            values[column.name] = self._work.open(column, workspace, run, values[column.name])
        return Run(**values)

    async def calling(self, workspace: str, run: str, *, connection: str | None = None) -> bool:
        """The call to OpenAI begins, which may cost money; False when it began or ended before."""
        used = {"connection": connection} if connection else {}
        mine = (_t.workspace == workspace, _t.id == run, _t.state == "asked")
        return bool(await self._work.changed(update(runs).where(*mine).values(state="calling", **used)))

    async def finish(
        self,
        workspace: str,
        run: str,
        *,
        state: State = "done",
        result: Mapping[str, Any] | None = None,
        error: str | None = None,
        request_id: str | None = None,
        model: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> bool:
        """Record how it ended; False when that is recorded already: the first end stays."""
        values = {
            "state": state,
            "result": self._work.seal_json(_t.result, workspace, run, result),
            "error": self._work.seal(_t.error, workspace, run, error),
            "request_id": request_id,
            "model": model,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "finished_at": self._work.now(),
        }
        mine = (_t.workspace == workspace, _t.id == run, _UNFINISHED)
        return bool(await self._work.changed(update(runs).where(*mine).values(**values)))

    async def keep(self, workspace: str, run: str, result: Mapping[str, Any]) -> bool:
        """Know more of a result: where its files are by now."""
        mine = (_t.workspace == workspace, _t.id == run, _t.state == "done")
        sealed = self._work.seal_json(_t.result, workspace, run, result)
        return bool(await self._work.changed(update(runs).where(*mine).values(result=sealed)))

    async def mark_interrupted(self, workspace: str, run: str) -> bool:
        """The process that did it died: it is not done again by itself. False when it has an end."""
        return await self.finish(workspace, run, state="interrupted")
