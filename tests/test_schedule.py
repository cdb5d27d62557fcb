"""The timetable calls again and again, at once when asked, and knows what went well."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.background import Background
from bot.errors import Unavailable
from bot.schedule import Timetable

LONG = 3600.0


class Work:
    """Something that is called; it waits at its gate, and fails where it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def __call__(self) -> None:
        self.begun += 1
        await self.gate.wait()
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


async def test_what_is_wanted_soon_is_called_now_and_noted(timetable: Timetable) -> None:
    work = Work()
    timetable.every(LONG, work, "work")
    (entry,) = timetable.entries()
    assert (entry.id, entry.seconds, entry.succeeded_at, entry.failed_at) == ("work", 3600, None, None)
    timetable.start()
    timetable.soon("work")
    timetable.soon("nothing")
    await until(lambda: timetable.entries()[0].succeeded_at)
    assert work.begun == 1
    assert timetable.entries()[0].failed_at is None
    work.fails = True
    timetable.soon("work")
    await until(lambda: timetable.entries()[0].failed_at)


async def test_what_is_wanted_during_a_call_is_called_once_more(timetable: Timetable) -> None:
    work = Work()
    work.gate.clear()
    timetable.every(LONG, work, "work")
    timetable.start()
    timetable.soon("work")
    await until(lambda: work.begun)
    timetable.soon("work")
    timetable.soon("work")
    work.gate.set()
    await until(lambda: timetable.entries()[0].succeeded_at and work.begun > 1)
    assert work.begun == 2
