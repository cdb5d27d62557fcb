"""Channels hear of models that go away: in good time, once a threshold, and only of models that they use."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.services.shutdowns import Shutdowns
from bot.services.stories import Body, Notice
from bot.store import Store
from tests.services.conftest import House

DAY = 24 * 3600.0


class Town:
    """A workspace whose channels use models, on a day that a test chooses."""

    def __init__(self, house: House, model: str, ends: date) -> None:
        self.house, self.model, self.ends = house, model, ends
        self.today = ends
        self.notices: list[Notice] = []
        self.shutdowns = Shutdowns(house.store, house.connecting, self.written, clock=self.clock)

    def clock(self) -> float:
        return datetime.combine(self.today, datetime.min.time(), UTC).timestamp() + 3600

    def written(self, notice: Notice) -> Body:
        self.notices.append(notice)
        return {"text": f"{notice.model} in {notice.days}"}

    async def use(self, channel: str, model: str) -> None:
        async with self.house.store.begin() as unit:
            asked: dict[str, Any] = {"module": "chat", "operation": "create", "surface": "form", "values": {}}
            run = await unit.runs.add("T1", channel=channel, **asked)
            await unit.runs.finish("T1", run.id, state="done", model=model)

    async def on(self, days_before: int) -> list[tuple[str, int]]:
        """What is told on that day."""
        self.today, before = self.ends - timedelta(days=days_before), len(self.notices)
        await self.shutdowns.tell()
        return [(each.channel, each.days) for each in self.notices[before:]]


@pytest.fixture
async def town(house: House) -> Town:
    await house.connect()
    models = await house.connecting.models("T1")
    going = next(each for each in models if each.shutdown_date)
    assert going.shutdown_date
    town = Town(house, going.id, going.shutdown_date)
    await town.use("C1", going.id)
    await town.use("C2", next(each.id for each in models if not each.shutdown_date))
    return town


async def test_a_channel_hears_at_each_threshold_once(town: Town) -> None:
    told = {days: await town.on(days) for days in (61, 60, 59, 31, 30, 29, 8, 7, 6, 2, 1, 0, -1)}
    assert {days: found for days, found in told.items() if found} == {
        60: [("C1", 60)],
        30: [("C1", 30)],
        7: [("C1", 7)],
        1: [("C1", 1)],
    }


async def test_who_comes_late_hears_the_nearest_only(town: Town) -> None:
    assert await town.on(20) == [("C1", 20)]
    assert await town.on(20) == []


async def test_the_notice_is_a_letter_and_says_what_could_take_its_place(town: Town, store: Store) -> None:
    async with store.begin() as unit:
        await unit.workspaces.update_settings("T1", models={"chat": town.model})
    await town.on(7)
    (notice,) = town.notices
    assert notice.kinds == ["chat"]
    assert notice.instead != town.model
    async with store.begin() as unit:
        (letter,) = await unit.outbox.claim("me", 5)
    assert (letter.channel, letter.thread_ts, letter.body) == ("C1", None, {"text": f"{town.model} in 7"})


async def test_a_workspace_that_left_hears_nothing(town: Town, store: Store) -> None:
    async with store.begin() as unit:
        await unit.workspaces.uninstall("T1")
    assert await town.on(7) == []


async def test_an_account_that_cannot_be_asked_keeps_nobody_waiting(town: Town) -> None:
    town.house.api.keys[town.house.api.key.secret].revoked = True
    town.house.connecting.forget("T1")
    assert await town.on(7) == []
    town.house.api.keys[town.house.api.key.secret].revoked = False
    assert await town.on(7) == [("C1", 7)]
