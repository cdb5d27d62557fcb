"""What the workspace decided about people: kept a minute, read anew for changes, and refusals on record."""

from typing import Any

import pytest

from bot.errors import Forbidden
from bot.modules import find
from bot.services.grants import FRESH, Grants
from bot.services.people import Person
from bot.store import Store
from tests.services.conftest import BEN, House

GUS, OLGA = Person("T1", "UGUS", guest=True), Person("T1", "UOLGA", foreign=True)


class Times:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def name(store: Store, person: Person = BEN, what: str = "everything") -> None:
    async with store.begin() as unit:
        await unit.grants.add(person.workspace, person.id, what, "UADA")


async def choose(store: Store, **changes: Any) -> None:
    async with store.begin() as unit:
        await unit.workspaces.update_settings("T1", **changes)


async def record(house: House) -> list[tuple[str, str, str]]:
    async with house.store.read() as unit:
        return [(each.actor, each.action, each.result) for each in await unit.audit.latest("T1", 50)]


async def test_what_another_process_changed_is_seen_within_a_minute_and_at_once_where_asked(
    house: House,
) -> None:
    times = Times()
    grants = Grants(house.store, times)
    assert (await grants.known(BEN)).named == frozenset()
    await name(house.store)
    assert (await grants.known(BEN)).named == frozenset()
    assert (await grants.known(BEN, fresh=True)).named == {"everything"}
    async with house.store.begin() as unit:
        await unit.grants.remove("T1", BEN.id)
    assert (await grants.known(BEN)).named == {"everything"}
    times.now += FRESH
    assert (await grants.known(BEN)).named == frozenset()


async def test_each_kind_is_let_in_for_itself(house: House) -> None:
    grants = Grants(house.store)
    await choose(house.store, guests=True)
    assert (await grants.known(GUS, fresh=True)).enters
    assert not (await grants.known(OLGA)).enters
    both = Person("T1", "UBOTH", guest=True, foreign=True)
    assert not (await grants.known(both)).enters
    await choose(house.store, strangers=True)
    assert (await grants.known(both, fresh=True)).enters
    assert not (await grants.known(Person("T2", "UGUS", guest=True))).enters
    await choose(house.store, guests=None)
    assert not (await grants.known(GUS, fresh=True)).enters


async def test_who_is_no_member_is_named_for_nothing(house: House) -> None:
    await name(house.store, GUS)
    assert (await Grants(house.store).known(GUS)).named == frozenset()


async def test_a_grant_of_one_workspace_is_none_of_another(house: House) -> None:
    await name(house.store)
    assert (await Grants(house.store).known(Person("T2", BEN.id))).named == frozenset()


async def test_refusals_are_on_record(house: House) -> None:
    grants, files = Grants(house.store), find("files")
    assert files is not None
    with pytest.raises(Forbidden):
        await grants.allow(BEN, files, files.operations[-1])
    with pytest.raises(Forbidden):
        await grants.enter(GUS)
    assert await record(house) == [
        ("UGUS", "enter", "refused"),
        ("UBEN", f"files/{files.operations[-1].name}", "refused"),
    ]
