"""Slack's rate tiers, on a clock that is pushed."""

import pytest

from bot.playground.clock import Clock
from bot.playground.slack.rates import PER_MINUTE, Rates
from bot.playground.slack.server import METHODS


def calls(rates: Rates, method: str, channel: str | None = None, team: str = "T1") -> int:
    """How many calls go through before the first that does not."""
    done = 0
    while rates.take(method, team, channel) is None:
        done += 1
    return done


@pytest.fixture
def rates(clock: Clock) -> Rates:
    return Rates(clock)


@pytest.mark.parametrize(
    ("method", "allowed"),
    [
        ("apps.connections.open", 1),
        ("chat.startStream", 20),
        ("chat.stopStream", 20),
        ("chat.update", 50),
        ("chat.appendStream", 100),
        ("views.open", 100),
        ("chat.postEphemeral", 100),
    ],
)
def test_a_method_takes_as_many_calls_at_once_as_its_tier_says(
    rates: Rates, method: str, allowed: int
) -> None:
    assert calls(rates, method) == allowed


def test_who_waits_as_told_is_let_in_again(rates: Rates, clock: Clock) -> None:
    calls(rates, "chat.startStream")
    wait = rates.take("chat.startStream", "T1")
    assert wait == 3  # 20 a minute
    clock.advance(wait)
    assert rates.take("chat.startStream", "T1") is None
    assert rates.take("chat.startStream", "T1") == 3


def test_a_minute_fills_a_bucket_and_never_more(rates: Rates, clock: Clock) -> None:
    calls(rates, "chat.update")
    clock.advance(3600)
    assert calls(rates, "chat.update") == 50


def test_methods_and_workspaces_do_not_share(rates: Rates) -> None:
    calls(rates, "chat.startStream")
    assert rates.take("chat.stopStream", "T1") is None
    assert rates.take("chat.startStream", "T2") is None


def test_posting_is_limited_in_each_channel_to_about_one_a_second(rates: Rates, clock: Clock) -> None:
    assert calls(rates, "chat.postMessage", "C1") == 5
    assert rates.take("chat.postMessage", "T1", "C1") == 1
    assert rates.take("chat.postMessage", "T1", "C2") is None
    clock.advance(1)
    assert rates.take("chat.postMessage", "T1", "C1") is None


def test_a_call_that_is_refused_costs_nothing(rates: Rates, clock: Clock) -> None:
    calls(rates, "chat.startStream")
    for _ in range(100):
        rates.take("chat.startStream", "T1")
    clock.advance(3)
    assert rates.take("chat.startStream", "T1") is None


def test_a_scale_multiplies_every_limit(clock: Clock) -> None:
    assert calls(Rates(clock, scale=0.1), "chat.startStream") == 2
    assert calls(Rates(clock, scale=10), "chat.startStream") == 200
    assert calls(Rates(clock, scale=0.01), "apps.connections.open") == 1


def test_an_app_outside_the_marketplace_reads_history_once_a_minute(clock: Clock) -> None:
    rates = Rates(clock, distributed=True)
    assert rates.take("conversations.replies", "T1", "C1") is None
    assert rates.take("conversations.replies", "T1", "C1") == 60


def test_every_method_that_is_offered_has_its_tier() -> None:
    assert METHODS
    assert set(METHODS) - set(PER_MINUTE) == set()
