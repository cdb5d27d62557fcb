"""Rounds over all workspaces: what is over goes, what is chosen counts, a second round finds nothing."""

import pytest

from bot.services.leaving import Leaving
from bot.services.retention import Retention
from tests.services.conftest import House

DAY = 24 * 3600.0
NOW = 1_800_000_000.0


async def talk(house: House, workspace: str) -> None:
    async with house.store.begin() as unit:
        made, _ = await unit.conversations.open(workspace, "C1", "1.0", "U1")
        await unit.turns.add(workspace, made.id, role="user", text="Hello")
        await unit.runs.add(workspace, module="m", operation="o", surface="form", values={"prompt": "x"})


async def kept(house: House, workspace: str) -> bool:
    async with house.store.read() as unit:
        return await unit.conversations.find(workspace, "C1", "1.0") is not None


async def test_each_workspace_keeps_for_as_long_as_it_chose(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOW
    monkeypatch.setattr(house.store, "_clock", lambda: now)
    for workspace in ("T1", "T2"):
        await talk(house, workspace)
    async with house.store.begin() as unit:
        await unit.workspaces.update_settings("T2", retention_days=5)
    now += 6 * DAY
    await Retention(house.store).tidy()
    assert [await kept(house, each) for each in ("T1", "T2")] == [True, False]
    now += 25 * DAY
    await Retention(house.store).tidy()
    assert not await kept(house, "T1")


async def test_a_workspace_that_left_is_gone_after_its_time_and_a_second_round_finds_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = NOW
    monkeypatch.setattr(house.store, "_clock", lambda: now)
    await house.connect()
    await talk(house, "T1")
    await Leaving(house.store, house.connecting).leave("T1")
    async with house.store.read() as unit:
        assert await unit.connections.list("T1") == []
        assert [each.action for each in await unit.audit.latest("T1", 9)] == ["workspace/leave"]
    await Retention(house.store).tidy()
    assert await kept(house, "T1")
    now += 31 * DAY
    for _ in range(2):
        await Retention(house.store).tidy()
        async with house.store.read() as unit:
            assert await unit.workspaces.get("T1") is None
            assert await unit.workspaces.get("T2") is not None
            (left,) = await unit.audit.latest("T1", 9)
        assert (left.action, left.actor) == ("workspace/leave", "somebody")
