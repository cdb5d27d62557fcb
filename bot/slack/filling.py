"""Forms for one person: with the workspace's connections, the usual model, and what they hold already."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import fields as f
from bot.errors import BotError, Forbidden, NoConnection, NotFound
from bot.module import Module, Operation
from bot.notation import size
from bot.openai import Kind
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person, allow
from bot.slack import forms
from bot.slack.audience import alone
from bot.slack.forms import Form
from bot.slack.material import named
from bot.slack.text import for_mrkdwn

Json = dict[str, Any]
#: How long a form may wait for its lists before it opens without them; a trigger lives three seconds.
LISTS_WITHIN = 0.8


@dataclass(frozen=True, slots=True)
class Open:
    """A form as it came back from Slack: claims, to be checked, and what stands in it."""

    form: Form
    module: Module
    operation: Operation
    values: Mapping[str, Any]
    connection: str | None
    attached: Mapping[str, str]
    state: Mapping[str, Mapping[str, Any]]


class Forms:
    """Makes the views of forms and reads them again."""

    def __init__(self, modules: Sequence[Module], connecting: Connecting) -> None:
        self._modules = {each.name: each for each in modules}
        self._connecting = connecting

    def named(self, module: str, operation: str) -> tuple[Module, Operation]:
        """A module and its operation by their names. Raises NotFound."""
        found = self._modules.get(module)
        which = found.operation(operation) if found else None
        if found is None or which is None:
            raise NotFound(f"There is no {module}/{operation} any more.")
        return found, which

    def read(self, view: Json) -> Open:
        """What stands in an open form. Raises ValueError, NotFound where it is not one of ours."""
        state = view["state"]["values"]
        form = replace(Form.unpacked(view["private_metadata"]), alone=alone(state))
        module, operation = self.named(form.module, form.operation)
        values, connection = forms.typed(operation, form, state), forms.chosen(form, state)
        return Open(form, module, operation, values, connection, forms.attached(form, view), state)

    async def view(
        self,
        person: Person,
        form: Form,
        values: Mapping[str, Any],
        connection: str | None = None,
        *,
        attached: Mapping[str, str] | None = None,
        problem: str | None = None,
    ) -> Json:
        """The form as a view. Raises NoConnection, and Invalid where it does not fit."""
        module, operation = self.named(form.module, form.operation)
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
            form, module, operation, filled, connections=known, connection=connection,
            operations=usable(person, module), attached=attached, problem=problem,
        )  # fmt: skip

    async def _usual(self, workspace: str, connection: str | None, kind: Kind) -> str | None:
        try:
            async with asyncio.timeout(LISTS_WITHIN):
                return await self._connecting.model(workspace, connection, kind)
        except (BotError, TimeoutError):
            return None  # the list in the form says the same, later


def usable(person: Person, module: Module) -> list[Operation]:
    """The operations of a module that a person may use, in their order."""
    return [each for each in module.operations if _may(person, module, each)]


def instead(person: Person, module: Module, operation: Operation) -> Operation:
    """The operation, or where nobody chose it (a module's first) the first one that the person may use.

    Raises Forbidden where there is none.
    """
    others = usable(person, module)
    if operation is module.operations[0] and operation not in others and others:
        return others[0]
    allow(person, module, operation)
    return operation


def kept(form: Form, operation: Operation, values: Mapping[str, Any]) -> tuple[Form, dict[str, str]]:
    """The form with the files among its values kept by their ids, and how they are called, by field."""
    attached = {}
    for each in operation.fields:
        given = values.get(each.name) if isinstance(each, f.Files) else None
        if known := [file for file in given or () if isinstance(file, Mapping) and file.get("id")]:
            form = form.with_files(each.name, [file["id"] for file in known])
            attached[each.name] = ", ".join(map(_described, known))
    return form, attached


def again(opened: Open) -> tuple[Form, dict[str, str]]:
    """A form that is drawn anew in another view: files that were uploaded into it are kept by their ids."""
    form, attached = opened.form, dict(opened.attached)
    for each in opened.operation.fields:
        given = opened.values.get(each.name) if isinstance(each, f.Files) else None
        if fresh := [file for file in given or () if file.get("name")]:
            known = opened.form.files.get(each.name, ())
            form = form.with_files(each.name, [*known, *(file["id"] for file in fresh)])
            names = [attached[each.name]] if each.name in attached else []
            attached[each.name] = ", ".join([*names, *map(_described, fresh)])
    return form, attached


def _may(person: Person, module: Module, operation: Operation) -> bool:
    try:
        allow(person, module, operation)
    except Forbidden:
        return False
    return True


def _described(file: Mapping[str, Any]) -> str:
    return (
        "📎 " + for_mrkdwn(named(file) or "a file") + (f" ({size(file['size'])})" if file.get("size") else "")
    )
