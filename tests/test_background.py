"""Proves that every background task is kept, heard when it fails, limited, repeated, and ended at a drain."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from bot.background import Background
from bot.errors import Unavailable


class Time:
    """A sleep that ends when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._wake: asyncio.Queue[None] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._wake.get()

    def pass_(self) -> None:
        self._wake.put_nowait(None)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_task_is_kept_until_its_end_and_gives_its_result() -> None:
    background, go = Background(), asyncio.Event()

    async def work() -> str:
        await go.wait()
        return "done"

    task = background.spawn(work(), name="work")
    assert (background.busy, task.get_name()) == (1, "work")
    go.set()
    assert await task == "done"
    assert background.busy == 0


class Kept(logging.Handler):
    """Keeps what the bot logs, whatever other tests did to the root's handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def logged() -> Iterator[Kept]:
    kept = Kept()
    logging.getLogger("bot").addHandler(kept)
    yield kept
    logging.getLogger("bot").removeHandler(kept)


async def test_what_a_task_raises_is_logged_once_and_told_with_its_reference(logged: Kept) -> None:
    told: list[tuple[str, str, str]] = []
    background = Background(
        on_error=lambda name, error, reference: told.append((name, str(error), reference))
    )

    async def work() -> None:
        raise ValueError("broken")

    background.spawn(work(), name="answer")
    await settle()
    ((name, text, reference),) = told
    (record,) = logged.records
    assert (name, text) == ("answer", "broken")
    assert (record.getMessage(), record.levelno) == ("background.failed", logging.ERROR)
    assert record.__dict__["keys"] == {"reference": reference, "task": "answer"}
    assert background.busy == 0


async def test_no_more_than_the_limit_run_at_once_and_the_first_come_is_first() -> None:
    background, order, running, most = Background(limit=2), [], set(), 0

    async def work(at: int) -> None:
        nonlocal most
        order.append(at)
        running.add(at)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.discard(at)

    for at in range(20):
        background.spawn(work(at), name=str(at))
    assert background.busy == 20
    assert await background.drain(10) == 0
    assert (order, most) == (list(range(20)), 2)


async def test_a_drain_lets_work_finish_and_start_what_it_still_needs() -> None:
    background, go, done = Background(), asyncio.Event(), []

    async def child() -> None:
        done.append("child")

    async def work() -> None:
        await go.wait()
        await background.spawn(child(), name="child")
        done.append("work")

    background.spawn(work(), name="work")
    await settle()
    draining = asyncio.create_task(background.drain(60))
    await settle()
    with pytest.raises(Unavailable, match="restarting"):
        background.spawn(child(), name="late")
    go.set()
    assert await draining == 0
    assert done == ["child", "work"]


async def test_a_drain_cuts_what_does_not_end_and_waits_until_it_has_cleaned_up() -> None:
    background, ends = Background(limit=1), []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ends.append(name)

    background.spawn(work("running"), name="running")
    background.spawn(work("queued"), name="queued")
    await settle()
    assert await background.drain(0) == 2
    assert ends == ["running"]
    assert background.busy == 0


async def test_a_task_that_was_cut_before_its_first_step_leaves_no_warning() -> None:
    background = Background(limit=1)

    async def work() -> None:
        raise AssertionError("it never starts")

    background.spawn(work(), name="work")
    assert await background.drain(0) == 1


async def test_a_periodic_call_keeps_its_distance_with_jitter_and_survives_an_error() -> None:
    time, dice = Time(), iter([0.0, 0.5, 1.0])
    calls: list[int] = []
    told: list[str] = []
    background = Background(
        sleep=time.sleep, dice=lambda: next(dice), on_error=lambda name, _error, _reference: told.append(name)
    )

    async def tick() -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise ValueError("once")

    background.every(10, tick, "tick")
    await settle()
    assert calls == []
    for _ in range(2):
        time.pass_()
        await settle()
    assert (calls, told) == ([0, 1], ["tick"])
    assert time.asked == pytest.approx([9, 10, 11])
    assert await background.drain(0) == 0


async def test_a_drain_stops_the_clock_but_not_the_call_that_it_started() -> None:
    time, go, ends = Time(), asyncio.Event(), []
    background = Background(limit=1, sleep=time.sleep)

    async def heartbeat() -> None:
        await go.wait()
        ends.append("heartbeat")

    async def work() -> None:
        await go.wait()

    background.spawn(work(), name="holds the only slot")
    background.every(20, heartbeat, "heartbeat")
    await settle()
    time.pass_()
    await settle()
    assert background.busy == 2
    draining = asyncio.create_task(background.drain(60))
    await settle()
    go.set()
    assert await draining == 0
    assert (ends, len(time.asked)) == (["heartbeat"], 1)
