"""The clock that tests push forward."""

import asyncio
import time

from bot.playground.clock import Clock


async def test_it_is_wall_time_until_somebody_lets_time_pass(clock: Clock) -> None:
    assert abs(clock.now() - time.time()) < 1
    clock.advance(3600)
    assert abs(clock.now() - time.time() - 3600) < 1


async def test_whoever_waits_is_woken_when_enough_time_has_passed(clock: Clock) -> None:
    waiting = asyncio.ensure_future(clock.sleep(300))
    await asyncio.wait({waiting}, timeout=0)
    clock.advance(100)
    await asyncio.wait({waiting}, timeout=0.01)
    assert not waiting.done()
    clock.advance(201)
    await asyncio.wait_for(waiting, 1)


async def test_time_passes_by_itself_too(clock: Clock) -> None:
    await asyncio.wait_for(clock.sleep(0.01), 1)
