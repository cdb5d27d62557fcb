"""Runs one operation for one person: permission, connection, call, record; whoever the surface is."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot import fields
from bot.checking import check
from bot.errors import BotError, Forbidden, Unavailable
from bot.logs import log
from bot.module import Context, Part, Role, Values, unseen
from bot.services.auditing import told
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.following import Following
from bot.services.grants import Grants
from bot.services.people import Person, holds
from bot.services.records import Ask, Outcome, Records, ended, harmless
from bot.services.ruling import Called, Ruling, by_id
from bot.services.ticking import Ticking
from bot.services.watches import Watches
from bot.store import Store, Unit
from bot.workplace import Timetable

__all__ = ["Ask", "Outcome", "Runs"]


class Runs:
    """The one way in which an operation is carried out."""

    def __init__(
        self,
        store: Store,
        connecting: Connecting,
        salt: bytes,
        grants: Grants | None = None,
        called: Called = by_id,
        watches: Watches | None = None,
        timetable: Timetable | None = None,
    ) -> None:
        self.records = Records(store)
        self._grants = grants or Grants(store)
        self._called = called
        self._connecting = connecting
        self._salt = salt
        self._watches = watches
        self._timetable = timetable or Ticking(store, tuple)

    async def values(self, ask: Ask) -> dict[str, Any]:
        """Checked values, with a model where none was chosen. Raises Invalid, Forbidden."""
        await self._grants.allow(ask.person, ask.module, ask.operation)
        values = check(ask.operation, ask.raw)
        await self._grants.allow(ask.person, ask.module, ask.operation, values)
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

    async def carry_out(
        self, ask: Ask, values: Values, show: Callable[[Part], Awaitable[None]] = unseen
    ) -> Outcome:
        """Carry out checked values; a request that had its end before gets that again.

        Raises Interrupted for one that had begun and must not be done twice.
        """
        person, operation = ask.person, ask.operation
        line = await self._connecting.line(person.workspace, ask.connection) if operation.needs_api else None
        noted = told(person.id, ask.module, operation, values)

        async def confirm(unit: Unit) -> None:
            await self._grants.confirm(unit, person, ask.module, operation, values)

        connection = line.connection.id if line else None
        try:
            run, begins = await self.records.begin(ask, values, connection, confirm=confirm, told=noted)
        except Forbidden:
            await self._grants.refused(person, f"{ask.module.name}/{operation.name}")
            raise
        if not begins:
            return ended(run, operation)
        context = Context(
            Desk(self._connecting, person, confirm),
            line.api if line else None,
            self.hashed(person),
            admin=holds(person, Role.ADMIN, ask.module, operation),
            show=show,
            rules=Ruling(self._connecting, self._grants, self._called, person, confirm),
            jobs=Following(
                self._watches, self._called, person, ask.connection, ask.channel, ask.thread_ts, confirm
            )
            if self._watches
            else None,
            timetable=self._timetable,
        )
        try:
            result = await operation.call(context, values)
        except BotError as wrong:
            wrong.run = run.id
            request_id = getattr(wrong, "request_id", None)
            await self.records.end(ask, run, "failed", told=noted, error=wrong.text, request_id=request_id)
            raise
        except BaseException as cut:
            # What the end of this process cuts off and may be done again is done by whoever takes it over.
            if not (isinstance(cut, asyncio.CancelledError) and harmless(operation, values)):
                await self.records.end(ask, run, "interrupted", told=noted)
            raise
        try:
            await self.records.end(ask, run, "done", result, told=noted)
        except Unavailable:  # it is shown all the same: it may be paid for
            log("run.not_kept", level=logging.ERROR, workspace=person.workspace, run=run.id)
        return Outcome(run.id, result)

    def hashed(self, person: Person) -> str:
        """Who asks, for OpenAI's safety fields: stable, and nobody outside can tell who it is."""
        return hmac.new(self._salt, f"{person.workspace}/{person.id}".encode(), hashlib.sha256).hexdigest()[
            :32
        ]
