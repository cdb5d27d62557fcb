"""When kept requests begin: all at once in calm, one after the other in a rush."""

import asyncio

from bot.services.rush import AT_ONCE, LATELY, MANY, PAUSE, Rush


class Time:
    """A clock, and a sleep that moves it; counts who had begun at each sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.begun = 0
        self.seen: list[tuple[float, int]] = []

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)  # who got a turn takes it
        self.seen.append((seconds, self.begun))
        self.now += seconds


async def begin(rush: Rush, time: Time) -> None:
    await rush.turn()
    time.begun += 1


async def crowd(count: int, time: Time, quiet: float = 0.0) -> None:
    rush = Rush(lambda: time.now, time.sleep)
    for _ in range(count):
        rush.came()
    time.now += quiet
    await asyncio.gather(*(begin(rush, time) for _ in range(count)))


async def test_in_calm_all_begin_in_one_round() -> None:
    time = Time()
    await crowd(MANY - 1, time)
    assert time.seen[0] == (0, MANY - 1)


async def test_in_a_rush_one_begins_then_none_until_it_is_over() -> None:
    time = Time()
    await crowd(2 * MANY, time)
    slow = [begun for seconds, begun in time.seen if seconds == PAUSE]
    assert slow == list(range(1, len(slow) + 1))
    assert 0 < len(slow) < 2 * MANY  # the rest began together, as nobody came any more
    assert time.begun == 2 * MANY


async def test_a_rush_is_forgotten_soon() -> None:
    time = Time()
    await crowd(2 * MANY, time, quiet=LATELY)
    assert time.seen[0] == (0, min(AT_ONCE, 2 * MANY))


async def test_who_does_not_wait_any_more_takes_nobodys_turn() -> None:
    time = Time()
    rush = Rush(lambda: time.now, time.sleep)
    gone = asyncio.create_task(rush.turn())
    await asyncio.sleep(0)
    gone.cancel()
    await begin(rush, time)
    assert time.begun == 1
