"""The timetable calls again and again, and knows what went well and when."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.background import Background
from bot.errors import Unavailable
from bot.schedule import RARE, Timetable

OFTEN = 0.02


class Work:
    """Something that is called, and fails where it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.fails = False

    async def __call__(self) -> None:
        self.begun += 1
        if self.fails:
            raise Unavailable


@pytest.fixture
async def timetable() -> AsyncIterator[Timetable]:
    background = Background()
    timetable = Timetable(background)
    yield timetable
    timetable.stop()
    await background.drain(1)


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not there():  # noqa: ASYNC110 - the scheduler tells nobody when it is done
            await asyncio.sleep(0)


async def test_each_entry_says_how_often_it_comes_and_when_it_went_well_and_badly(
    timetable: Timetable,
) -> None:
    work, never = Work(), Work()
    timetable.every(OFTEN, work, "work")
    timetable.every(RARE, never, "never")
    assert [(each.id, each.seconds) for each in timetable.entries()] == [("work", 1), ("never", RARE)]
    timetable.start()
    await until(lambda: timetable.entries()[0].succeeded_at)
    assert timetable.entries()[0].failed_at is None
    work.fails = True
    await until(lambda: timetable.entries()[0].failed_at)
    assert work.begun >= 2
    assert timetable.entries()[1].succeeded_at is timetable.entries()[1].failed_at is None


async def test_what_comes_rarely_comes_once_at_the_start(timetable: Timetable) -> None:
    work = Work()
    timetable.every(24 * 3600.0, work, "work")
    timetable.start()
    await until(lambda: timetable.entries()[0].succeeded_at)
    assert work.begun == 1
