"""Runs one operation for one person: permission, connection, call, record; whoever the surface is."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import fields
from bot.checking import check
from bot.errors import BotError
from bot.module import Context, Module, Operation, Result, Values
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person, allow
from bot.store import Store
from bot.store.runs import State as RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One operation asked for by one person, with the values as they were typed or picked."""

    person: Person
    module: Module
    operation: Operation
    raw: Mapping[str, Any]
    surface: str
    connection: str | None = None
    channel: str | None = None
    thread_ts: str | None = None
    #: Stable for the request that asked: a request that is taken up again finds its own run.
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run and what it gave."""

    run: str
    result: Result


class Runs:
    """The one way in which an operation is carried out."""

    def __init__(self, store: Store, connecting: Connecting, salt: bytes) -> None:
        self._store = store
        self._connecting = connecting
        self._salt = salt

    async def values(self, ask: Ask) -> dict[str, Any]:
        """Checked values, with a model where none was chosen. Raises Invalid, Forbidden."""
        allow(ask.person, ask.operation)
        values = check(ask.operation, ask.raw)
        for each in ask.operation.fields:
            if isinstance(each, fields.Model) and each.required and each.name not in values:
                values[each.name] = await self._connecting.model(
                    ask.person.workspace, ask.connection, each.kind
                )
        return values

    async def run(self, ask: Ask) -> Outcome:
        """Carry it out and record it; a BotError is recorded too and raised on."""
        values = await self.values(ask)
        return await self.carry_out(ask, values)

    async def carry_out(self, ask: Ask, values: Values) -> Outcome:
        """Carry out checked values."""
        workspace = ask.person.workspace
        line = await self._connecting.line(workspace, ask.connection) if ask.operation.needs_api else None
        async with self._store.begin() as unit:
            run = await unit.runs.add(
                workspace,
                module=ask.module.name,
                operation=ask.operation.name,
                surface=ask.surface,
                user=ask.person.id,
                channel=ask.channel,
                thread_ts=ask.thread_ts,
                connection=line.connection.id if line else None,
                values=_kept(ask.operation, values),
                state="calling",
            )
        context = Context(
            Desk(self._connecting, ask.person), line.api if line else None, self.hashed(ask.person)
        )
        try:
            result = await ask.operation.call(context, values)
        except BotError as wrong:
            wrong.run = run.id
            await self._finish(
                workspace, run.id, "failed", error=wrong.text, request_id=getattr(wrong, "request_id", None)
            )
            raise
        except BaseException:
            await self._finish(workspace, run.id, "interrupted")
            raise
        await self._finish(
            workspace, run.id, "done", request_id=result.request_id, model=result.model,
            input_tokens=result.input_tokens, output_tokens=result.output_tokens,
        )  # fmt: skip
        return Outcome(run.id, result)

    async def _finish(self, workspace: str, run: str, state: RunState, **more: Any) -> None:
        async with self._store.begin() as unit:
            await unit.runs.finish(workspace, run, state=state, **more)

    def hashed(self, person: Person) -> str:
        """Who asks, for OpenAI's safety fields: stable, and nobody outside can tell who it is."""
        return hmac.new(self._salt, f"{person.workspace}/{person.id}".encode(), hashlib.sha256).hexdigest()[
            :32
        ]


def _kept(operation: Operation, values: Values) -> dict[str, Any]:
    """What of the values may be kept: no secrets, no file contents."""
    unkept = {each.name for each in operation.fields if isinstance(each, fields.Secret | fields.Files)}
    return {name: value for name, value in values.items() if name not in unkept}
