"""What each workspace lets people do beside their role in Slack; refusals are put on record here."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.errors import Forbidden, Unavailable
from bot.module import Module, Operation, Role, Values
from bot.services.people import Person, allow, allow_entry
from bot.store import Store, Unit

#: Seconds for which another process's change may go unseen by what changes nothing.
FRESH = 60.0
#: The settings that let in people who are no members.
GUESTS, STRANGERS = "guests", "strangers"
#: Asked again in the transaction of a change whether it is still allowed.
Confirm = Callable[[Unit], Awaitable[None]]


async def unasked(_: Unit) -> None:
    """What is allowed without asking: the process's own doing, and what only reads."""


@dataclass(frozen=True, slots=True)
class _House:
    """What is kept of a workspace for a while."""

    read_at: float
    welcome: frozenset[str]
    named: dict[str, frozenset[str]]


class Grants:
    """Says of each person what the workspace decided about them."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._houses: dict[str, _House] = {}

    async def known(self, person: Person, *, fresh: bool = False) -> Person:
        """The person with what the workspace decided; `fresh` for what is about to be changed."""
        house = self._houses.get(person.workspace)
        if fresh or house is None or self._clock() - house.read_at >= FRESH:
            async with self._store.read() as unit:
                house = await self._read(unit, person.workspace)
            self._houses[person.workspace] = house
        return _as_in(house, person)

    def forget(self, workspace: str) -> None:
        """Drop what is kept of a workspace: something changed."""
        self._houses.pop(workspace, None)

    async def enter(self, person: Person) -> None:
        """Raise Forbidden, and put it on record, for people who may not use the bot at all."""
        try:
            allow_entry(person)
        except Forbidden:
            await self.refused(person, "enter")
            raise

    async def allow(
        self, person: Person, module: Module, operation: Operation, values: Values | None = None
    ) -> None:
        """Raise Forbidden, and put it on record, when this person may not do this; as `people.allow`."""
        try:
            allow(person, module, operation, values)
        except Forbidden:
            await self.refused(person, f"{module.name}/{operation.name}")
            raise

    async def confirm(
        self, unit: Unit, person: Person, module: Module, operation: Operation, values: Values
    ) -> None:
        """Raise Forbidden when it was taken back meanwhile: read in the transaction that makes the change."""
        if operation.weigh(values)[1] is not Role.MEMBER or not person.member:
            house = await self._read(unit, person.workspace)
            allow(_as_in(house, person), module, operation, values)

    async def _read(self, unit: Unit, workspace: str) -> _House:
        home = await unit.workspaces.get(workspace)
        settings = home.settings if home else {}
        named: dict[str, frozenset[str]] = {}
        for each in await unit.grants.list(workspace):
            named[each.person] = named.get(each.person, frozenset()) | {each.what}
        welcome = frozenset(each for each in (GUESTS, STRANGERS) if settings.get(each) is True)
        return _House(self._clock(), welcome, named)

    async def refused(self, person: Person, action: str) -> None:
        """Put on record that somebody was refused something."""
        try:
            async with self._store.begin() as unit:
                await unit.audit.add(person.workspace, actor=person.id, action=action, result="refused")
        except Unavailable:
            return  # it is refused all the same


def _as_in(house: _House, person: Person) -> Person:
    kinds = {GUESTS} if person.guest else set()
    kinds |= {STRANGERS} if person.foreign else set()
    named = house.named.get(person.id, frozenset()) if person.member else frozenset()
    return replace(person, welcome=kinds <= house.welcome, named=named)
