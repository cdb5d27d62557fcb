"""Who was named for what, and by whom."""

import pytest

from bot.errors import NotFound
from bot.store import Store


async def test_somebody_is_named_once_for_each_thing_and_it_is_taken_back(two: Store) -> None:
    async with two.begin() as unit:
        assert await unit.grants.add("T1", "U1", "files", "UADA")
        assert not await unit.grants.add("T1", "U1", "files", "UBOB")
        assert await unit.grants.add("T1", "U1", "call/send", "UADA")
        assert await unit.grants.add("T1", "U2", "everything", "UADA")
    async with two.read() as unit:
        assert await unit.grants.of("T1", "U1") == {"files", "call/send"}
        assert [(each.person, each.what, each.granted_by) for each in await unit.grants.list("T1")] == [
            ("U1", "files", "UADA"), ("U1", "call/send", "UADA"), ("U2", "everything", "UADA"),
        ]  # fmt: skip
    async with two.begin() as unit:
        assert await unit.grants.remove("T1", "U1", "models") == 0
        assert await unit.grants.remove("T1", "U1", "files") == 1
        assert await unit.grants.of("T1", "U1") == {"call/send"}
        assert await unit.grants.remove("T1", "U1") == 1
        assert await unit.grants.of("T1", "U1") == frozenset()
        assert await unit.grants.of("T1", "U2") == {"everything"}


async def test_the_same_person_elsewhere_is_another_person(two: Store) -> None:
    async with two.begin() as unit:
        await unit.grants.add("T1", "U1", "everything", "UADA")
        assert await unit.grants.of("T2", "U1") == frozenset()
        assert await unit.grants.list("T2") == []
        assert await unit.grants.remove("T2", "U1") == 0


async def test_an_unknown_workspace_names_nobody(two: Store) -> None:
    async def name() -> None:
        async with two.begin() as unit:
            await unit.grants.add("T9", "U1", "everything", "UADA")

    with pytest.raises(NotFound):
        await name()
