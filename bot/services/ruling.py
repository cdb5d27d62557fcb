"""One person's way to the rules of their workspace; what the admin module is given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.errors import Invalid
from bot.services.connecting import Connecting
from bot.services.grants import Confirm, Grants
from bot.services.people import Person
from bot.workplace import Named, Noted

#: What somebody of a workspace is called there, as (workspace, id).
Called = Callable[[str, str], Awaitable[str]]


async def by_id(_: str, person: str) -> str:
    """Where nobody knows what people are called."""
    return person


class Ruling:
    """Implements `bot.workplace.Rules` for a person; every change is made under the person's workspace."""

    def __init__(
        self, connecting: Connecting, grants: Grants, called: Called, person: Person, confirm: Confirm
    ) -> None:
        """`confirm` raises Forbidden in a change's own transaction when it is not allowed any more."""
        self._connecting = connecting
        self._store = connecting.store
        self._grants = grants
        self._called = called
        self._person = person
        self._confirm = confirm

    async def named(self) -> Sequence[Named]:
        """Everybody whom admins named; people by what they are called."""
        async with self._store.read() as unit:
            found = await unit.grants.list(self._person.workspace)
        return [
            Named(
                await self._name(each.person), each.what, await self._name(each.granted_by), each.created_at
            )
            for each in found
        ]

    async def name(self, person: str, what: str) -> str:
        """Let somebody do what is for admins; what the person is called."""
        async with self._store.begin() as unit:
            await self._confirm(unit)
            added = await unit.grants.add(self._person.workspace, person, what, self._person.id)
        self._grants.forget(self._person.workspace)
        called = await self._name(person)
        if not added:
            raise Invalid(f"Person: {called} may do that already.", field="person")
        return called

    async def unname(self, person: str, what: str | None) -> str:
        """Take it back, by default all of it; what the person is called."""
        async with self._store.begin() as unit:
            await self._confirm(unit)
            removed = await unit.grants.remove(self._person.workspace, person, what)
        self._grants.forget(self._person.workspace)
        called = await self._name(person)
        if not removed:
            raise Invalid(
                f"Person: {called} was not named for that. `/openai admin list` shows who was.",
                field="person",
            )
        return called

    async def choices(self) -> Mapping[str, Any]:
        """What the workspace chose, by name."""
        async with self._store.read() as unit:
            home = await unit.workspaces.get(self._person.workspace)
        return home.settings if home else {}

    async def choose(self, **changes: Any) -> None:
        """Change choices, leaving the others; None goes back to what is usual."""
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.workspaces.update_settings(self._person.workspace, **changes)
        self._forget()

    async def choose_model(self, kind: str, model: str | None) -> None:
        """Use this model where none of its kind is named; None goes back to the newest."""
        workspace = self._person.workspace
        async with self._store.begin() as unit:
            await self._confirm(unit)
            home = await unit.workspaces.update_settings(workspace)  # nobody else changes it until the end
            models = {**(home.settings.get("models") or {}), kind: model}
            kept = {name: each for name, each in models.items() if each}
            await unit.workspaces.update_settings(workspace, models=kept or None)
        self._forget()

    async def verdicts(self) -> Sequence[tuple[str | None, str, int]]:
        """How many answers of each model people called good or bad."""
        async with self._store.read() as unit:
            return await unit.verdicts.count(self._person.workspace)

    async def log(self, limit: int) -> Sequence[Noted]:
        """The latest changes and refusals, the newest first; people by what they are called."""
        async with self._store.read() as unit:
            found = await unit.audit.latest(self._person.workspace, limit)
        return [
            Noted(each.at, await self._name(each.actor), each.action, each.object, each.result, each.fields,
                  each.request_id)
            for each in found
        ]  # fmt: skip

    def _forget(self) -> None:
        self._grants.forget(self._person.workspace)
        self._connecting.forget(self._person.workspace)

    async def _name(self, person: str) -> str:
        return await self._called(self._person.workspace, person)
