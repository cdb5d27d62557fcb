"""Runs one operation for one person: permission, connection, call, record; whoever the surface is."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from bot import fields
from bot.checking import check
from bot.errors import BotError
from bot.module import Context, Part, Values, unseen
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person, allow
from bot.services.records import Ask, Outcome, Records, ended
from bot.store import Store

__all__ = ["Ask", "Outcome", "Runs"]


class Runs:
    """The one way in which an operation is carried out."""

    def __init__(self, store: Store, connecting: Connecting, salt: bytes) -> None:
        self.records = Records(store)
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

    async def carry_out(
        self, ask: Ask, values: Values, show: Callable[[Part], Awaitable[None]] = unseen
    ) -> Outcome:
        """Carry out checked values; a request that had its end before gets that again.

        Raises Interrupted for one that had begun and must not be done twice.
        """
        workspace = ask.person.workspace
        line = await self._connecting.line(workspace, ask.connection) if ask.operation.needs_api else None
        run, begins = await self.records.begin(ask, values, line.connection.id if line else None)
        if not begins:
            return ended(run, ask.operation)
        context = Context(
            Desk(self._connecting, ask.person),
            line.api if line else None,
            self.hashed(ask.person),
            admin=ask.person.admin,
            show=show,
        )
        try:
            result = await ask.operation.call(context, values)
        except BotError as wrong:
            wrong.run = run.id
            request_id = getattr(wrong, "request_id", None)
            await self.records.end(ask, run.id, "failed", error=wrong.text, request_id=request_id)
            raise
        except BaseException:
            await self.records.end(ask, run.id, "interrupted")
            raise
        await self.records.end(ask, run.id, "done", result)
        return Outcome(run.id, result)

    def hashed(self, person: Person) -> str:
        """Who asks, for OpenAI's safety fields: stable, and nobody outside can tell who it is."""
        return hmac.new(self._salt, f"{person.workspace}/{person.id}".encode(), hashlib.sha256).hexdigest()[
            :32
        ]
