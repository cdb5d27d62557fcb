"""Forms at work: opened within the three seconds that a trigger lives, and changed in place."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import fields as f
from bot.errors import BotError, NoConnection, NotFound
from bot.module import Module, Operation
from bot.openai import Kind
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person, allow
from bot.slack import forms
from bot.slack.caller import Slack
from bot.slack.forms import Form
from bot.slack.installations import Installations
from bot.slack.people import People
from bot.slack.places import Where

Body = dict[str, Any]
Json = dict[str, Any]
#: How long a form may wait for its lists before it opens without them; a trigger lives three seconds.
LISTS_WITHIN = 0.8


class Modals:
    """Opens and changes forms."""

    def __init__(
        self,
        modules: Sequence[Module],
        slack: Slack,
        installations: Installations,
        people: People,
        connecting: Connecting,
    ) -> None:
        self._modules = {each.name: each for each in modules}
        self._slack = slack
        self._installations = installations
        self._people = people
        self._connecting = connecting

    def named(self, module: str, operation: str) -> tuple[Module, Operation]:
        """A module and its operation by their names. Raises NotFound."""
        found = self._modules.get(module)
        which = found.operation(operation) if found else None
        if found is None or which is None:
            raise NotFound(f"There is no {module}/{operation} any more.")
        return found, which

    async def open(
        self,
        where: Where,
        module: Module,
        operation: Operation,
        values: Mapping[str, Any] | None = None,
        *,
        connection: str | None = None,
    ) -> None:
        """Open the form of an operation; raises Forbidden, NoConnection before it opens."""
        person = await self._people.person(where.workspace, where.user)
        allow(person, module, operation)
        form = Form(module.name, operation.name, where.channel, where.thread_ts)
        view = await self._view(person, form, module, operation, values or {}, connection)
        token = self._installations.token(where.workspace)
        await self._slack.call(
            "views.open", token, workspace=where.workspace, trigger_id=where.trigger, view=view, urgent=True
        )

    async def _view(
        self,
        person: Person,
        form: Form,
        module: Module,
        operation: Operation,
        values: Mapping[str, Any],
        connection: str | None,
        problem: str | None = None,
    ) -> Json:
        known: list[tuple[str, str]] = []
        filled = dict(values)
        if operation.needs_api:
            linked = await Desk(self._connecting, person).all()
            if not linked:
                raise NoConnection
            known = [(each.id, each.name) for each in linked]
            connection = connection or next((each.id for each in linked if each.default), None)
            for each in operation.fields:
                if isinstance(each, f.Model) and each.required and each.name not in filled:
                    filled[each.name] = await self._usual(person.workspace, connection, each.kind)
        form = forms.filled(form, operation, filled)
        return forms.view(
            form, module, operation, filled, connections=known, connection=connection, problem=problem
        )

    async def _usual(self, workspace: str, connection: str | None, kind: Kind) -> str | None:
        try:
            async with asyncio.timeout(LISTS_WITHIN):
                return await self._connecting.model(workspace, connection, kind)
        except (BotError, TimeoutError):
            return None  # the list in the form says the same, later

    async def change(self, body: Body, workspace: str) -> None:
        """A button of the form itself: more or fewer groups, advanced settings, another operation."""
        view, pressed = body["view"], body["actions"][0]
        before = Form.unpacked(view["private_metadata"])
        module, asked = self.named(before.module, before.operation)
        person = await self._people.person(workspace, body["user"]["id"])
        form, operation = self._changed(before, module, asked, pressed)
        allow(person, module, operation)
        # What stands in a group that was taken away is read no more.
        typed = forms.typed(asked, form if operation is asked else before, view["state"]["values"])
        values = {
            name: value
            for name, value in typed.items()
            if any(each.name == name for each in operation.fields)
        }
        connection = (view["state"]["values"].get(forms.CONNECTION) or {}).get("value", {})
        chosen = (connection.get("selected_option") or {}).get("value")
        fresh = await self._view(person, form, module, operation, values, chosen)
        await self._slack.call(
            "views.update",
            self._installations.token(workspace),
            workspace=workspace,
            view_id=view["id"],
            hash=view["hash"],
            view=fresh,
            urgent=True,
        )

    def _changed(
        self, form: Form, module: Module, operation: Operation, pressed: Json
    ) -> tuple[Form, Operation]:
        action, _, name = pressed["action_id"].partition(":")
        if action == forms.ADVANCED:
            return replace(form, advanced=not form.advanced), operation
        if action == forms.OPERATION:
            chosen = module.operation(pressed["selected_option"]["value"]) or operation
            return replace(form, operation=chosen.name, rows={}, advanced=False), chosen
        kind = next((each for each in operation.fields if each.name == name), None)
        if isinstance(kind, f.Several | f.Items):
            if action == forms.ADD and len(form.shown(kind)) < kind.high:
                return form.with_row(kind), operation
            if action == forms.REMOVE and len(form.shown(kind)) > kind.low:
                return form.without_row(kind, int(pressed["value"])), operation
        return form, operation

    def read(self, view: Json) -> tuple[Form, Operation, Module]:
        """What a form's metadata says; claims, to be checked."""
        form = Form.unpacked(view["private_metadata"])
        module, operation = self.named(form.module, form.operation)
        return form, operation, module
