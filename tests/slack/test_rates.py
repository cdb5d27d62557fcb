"""The buckets keep to Slack's tiers, wait in order and learn from refusals."""

import asyncio
from typing import Any

import pytest

from bot.slack.failures import SlackFailure
from bot.slack.rates import Rates


async def test_a_tier_is_kept_in_any_later_minute(clock: Any) -> None:
    rates = Rates(clock)
    began = clock.now()
    for _ in range(60):
        await rates.take("chat.startStream", "T1")
    # 20 at once, then 20 a minute.
    assert clock.now() - began == pytest.approx(120, abs=1)


async def test_messages_in_one_channel_are_a_second_apart_and_channels_do_not_wait_for_each_other(
    clock: Any,
) -> None:
    rates = Rates(clock)
    began = clock.now()
    for channel in ("C1", "C2", "C3"):
        await rates.take("chat.postMessage", "T1", channel)
    assert clock.now() == began
    await rates.take("chat.postMessage", "T1", "C1")
    assert clock.now() - began == pytest.approx(1, abs=0.01)


async def test_who_asks_first_goes_first(clock: Any) -> None:
    rates = Rates(clock)
    order = []

    async def ask(name: int) -> None:
        await rates.take("chat.postMessage", "T1", "C1")
        order.append(name)

    await asyncio.gather(*(ask(name) for name in range(20)))
    assert order == list(range(20))


async def test_who_gives_up_waiting_does_not_hold_the_others(clock: Any) -> None:
    rates = Rates(clock)
    await rates.take("chat.postMessage", "T1", "C1")
    waiting = [asyncio.create_task(rates.take("chat.postMessage", "T1", "C1")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.wait(waiting)
    assert waiting[2].exception() is None
    assert rates.ready("chat.postMessage", "T1", "C1") == pytest.approx(1, abs=0.01)


async def test_asking_whether_it_is_ready_takes_nothing(clock: Any) -> None:
    rates = Rates(clock)
    for _ in range(1000):
        assert rates.ready("chat.startStream", "T1") == 0
    for _ in range(20):
        await rates.take("chat.startStream", "T1")
    assert rates.ready("chat.startStream", "T1") == pytest.approx(3)
    assert rates.ready("chat.startStream", "T2") == 0


async def test_after_a_refusal_calls_come_at_their_pace_and_not_all_at_once(clock: Any) -> None:
    rates = Rates(clock)
    rates.ready("chat.update", "T1")
    rates.hold("chat.update", "T1", 10)
    began = clock.now()
    assert rates.ready("chat.update", "T1") == pytest.approx(10)
    moments = []
    for _ in range(3):
        await rates.take("chat.update", "T1")
        moments.append(clock.now() - began)
    assert moments == pytest.approx([10, 11.2, 12.4], abs=0.05)


async def test_an_urgent_call_does_not_wait_but_does_not_run_into_a_refusal_either(clock: Any) -> None:
    rates = Rates(clock)
    for _ in range(150):
        await rates.take("views.open", "T1", urgent=True)
    assert clock.slept == []
    rates.hold("views.open", "T1", 4)
    with pytest.raises(SlackFailure) as failure:
        await rates.take("views.open", "T1", urgent=True)
    assert (failure.value.kind, failure.value.retry_after) == ("limited", 4)


async def test_the_pace_grows_with_the_crowd(clock: Any) -> None:
    rates = Rates(clock)
    assert rates.pace("chat.appendStream", "T1") == pytest.approx(0.6)
    for _ in range(5):
        rates.enter("chat.appendStream", "T1")
    assert rates.pace("chat.appendStream", "T1") == pytest.approx(3)
    for _ in range(5):
        rates.leave("chat.appendStream", "T1")
    assert rates.crowd("chat.appendStream", "T1") == 0


async def test_idle_buckets_are_forgotten_and_used_ones_kept(clock: Any) -> None:
    rates = Rates(clock)
    await rates.take("chat.postMessage", "T1", "C-used")
    for channel in range(30_000):
        rates.ready("chat.postMessage", "T1", f"C{channel}")
    assert len(rates._buckets) <= 20_000
    assert rates.ready("chat.postMessage", "T1", "C-used") > 0
