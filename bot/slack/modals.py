"""Forms at work: opened within the three seconds that a trigger lives, and changed in place."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.errors import BotError, Forbidden, NoConnection, NotFound
from bot.module import Module, Operation, Values
from bot.services.people import Person, allow
from bot.services.recalling import Recalling
from bot.slack import forms
from bot.slack.changing import BACK, pressed_in, switched
from bot.slack.connections import ADD_ONE, ADDING
from bot.slack.filling import Forms, Open, again, instead, kept
from bot.slack.form import Form
from bot.slack.material import filling, material, thread_of
from bot.slack.outcomes import failed
from bot.slack.people import People
from bot.slack.picking import USE, picked
from bot.slack.places import Where
from bot.slack.views import Views

Body = dict[str, Any]
Json = dict[str, Any]


class Modals:
    """Opens and changes forms."""

    def __init__(self, made: Forms, views: Views, people: People, recalling: Recalling) -> None:
        self._forms = made
        self._views = views
        self._people = people
        self._recalling = recalling

    def named(self, module: str, operation: str) -> tuple[Module, Operation]:
        """A module and its operation by their names. Raises NotFound."""
        return self._forms.named(module, operation)

    async def open(
        self,
        where: Where,
        module: Module,
        operation: Operation,
        values: Mapping[str, Any] | None = None,
        *,
        connection: str | None = None,
        problem: str | None = None,
    ) -> None:
        """Open the form of an operation; files among the values are Slack's descriptions of them.

        Raises Forbidden and NoConnection before it opens.
        """
        person = await self._people.person(where.workspace, where.user)
        view = await self._new(person, where, module, operation, values or {}, connection, problem)
        await self._views.open(where, view)

    async def change(self, body: Body, where: Where) -> None:
        """A button of a form itself; what cannot be done is said in the form."""
        view, pressed = body["view"], body["actions"][0]
        person = await self._people.person(where.workspace, where.user, fresh=True)
        action, _, name = pressed["action_id"].partition(":")
        if action == forms.LINK:
            await self._linked(person, view, pressed, where)
            return
        try:
            if action == USE:
                fresh = await self._picked(person, view, where, pressed["value"])
            elif action == forms.OPERATION:
                fresh = await self._switched(person, view, pressed["selected_option"]["value"], where.key)
            else:
                opened = self._forms.read(view)
                form, values = pressed_in(opened, action, name, pressed.get("value", ""))
                fresh = await self._forms.view(
                    person, form, values, opened.connection, attached=opened.attached
                )
        except BotError as wrong:
            lost = action == USE or isinstance(wrong, NoConnection)
            fresh = failed(wrong) if lost else await self.again(person, view, wrong.text)
        await self._views.replace(where.workspace, view["id"], fresh, view["hash"])

    async def again(self, person: Person, view: Json, problem: str | None = None) -> Json:
        """A form with all that stands in it, for a view that has shown something else meanwhile."""
        opened = self._forms.read(view)
        form, attached = again(opened)
        return await self._forms.view(
            person, form, opened.values, opened.connection, attached=attached, problem=problem
        )

    async def for_message(
        self, person: Person, where: Where, module: Module, operation: Operation, message: Body
    ) -> Json:
        """A form with what a message gives to it."""
        placed = filling(operation, material(message))
        left = f"This form has no place for {', '.join(placed.left)}." if placed.left else None
        values = {**placed.values, **placed.files}
        return await self._new(person, where, module, operation, values, problem=left)

    async def _new(
        self, person: Person, where: Where, module: Module, operation: Operation,
        values: Mapping[str, Any], connection: str | None = None, problem: str | None = None,
    ) -> Json:  # fmt: skip
        try:
            operation = instead(person, module, operation)
        except Forbidden:
            await self._people.grants.refused(person, f"{module.name}/{operation.name}")
            raise
        form = Form(module.name, operation.name, where.channel, where.thread_ts)
        form, attached = kept(form, operation, values)
        return await self._forms.view(person, form, values, connection, attached=attached, problem=problem)

    async def _picked(self, person: Person, view: Json, where: Where, value: str) -> Json:
        module, operation = self.named(*value.partition("/")[::2])
        if (item := picked(view)) is None:
            return await self._new(person, where, module, operation, {})
        body = await self._recalling.body(person, item)
        there = replace(where, channel=body["channel"]["id"], thread_ts=thread_of(body["message"]))
        return await self.for_message(person, there, module, operation, body["message"])

    async def _switched(self, person: Person, view: Json, wanted: str, item: str) -> Json:
        chain = [self._forms.read(view)]
        operation = instead(person, *self.named(chain[0].module.name, wanted))
        while (earlier := chain[-1].form.earlier) is not None and len(chain) < BACK:
            with suppress(NotFound):
                chain.append(self._forms.read((await self._recalling.body(person, earlier))["view"]))
                continue
            break  # it was more than a day ago
        form, values, attached = switched(chain, operation, item)
        return await self._forms.view(person, form, values, chain[0].connection, attached=attached)

    async def _linked(self, person: Person, view: Json, pressed: Json, where: Where) -> None:
        """Another connection was chosen, or one is to be added: by a second view over the form."""
        if pressed["selected_option"]["value"] != ADD_ONE:
            return
        opened = self._forms.read(view)
        module, operation = self.named(*ADDING)
        try:
            allow(person, module, operation)
            form = Form(module.name, operation.name, below=(view["id"], where.key))
            over = await self._forms.view(person, form, {})
        except BotError as wrong:
            over = failed(wrong)
        await self._views.push(where, over)
        await self._shown_below(person, opened, view["id"], None)

    async def back(self, person: Person, form: Form, added: Values) -> bool:
        """Choose the connection that was added in the form below; False where that is no longer open."""
        if form.below is None:
            return False
        view_id, item = form.below
        opened = self._forms.read((await self._recalling.body(person, item))["view"])
        return await self._shown_below(person, opened, view_id, str(added["name"]).strip())

    async def _shown_below(self, person: Person, opened: Open, view_id: str, connection: str | None) -> bool:
        """The form as it was, with another connection: one that was chosen before stays in a client."""
        turn = opened.form.chosen + (2 if connection else 1)
        form = replace(opened.form, chosen=turn)
        chosen = connection or ADD_ONE
        fresh = await self._forms.view(person, form, opened.values, chosen, attached=opened.attached)
        return await self._views.replace(person.workspace, view_id, fresh)
