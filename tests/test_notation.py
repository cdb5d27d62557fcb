"""Days, sizes and code as results write them, whatever an API gives for them."""

from datetime import datetime, timedelta, timezone

import pytest

from bot.notation import day, fenced, moment, size


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [(1_785_801_600, "2026-08-04"), (0, "–"), (None, "–"), (-5, "–"), ("soon", "–"), (10**15, "–")],
)
def test_a_day_is_a_day_or_nothing(stamp: object, shown: str) -> None:
    assert day(stamp) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(999, "999 bytes"), (1000, "1.0 kB"), (1_500_000, "1.5 MB"), (2 * 10**9, "2.0 GB"), (None, "–")],
)
def test_a_size_has_the_unit_that_suits_it(count: object, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", "```\na\n```"), ("`a`", "```\n`a`\n```"), ("```\na\n```", "````\n```\na\n```\n````")],
)
def test_nothing_in_a_text_ends_its_code_block(text: str, shown: str) -> None:
    assert fenced(text) == shown
    assert fenced("{}", "json").startswith("```json\n")


def test_moments_are_told_to_the_minute_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert moment(datetime(2026, 11, 23, 1, 5, 59, tzinfo=east)) == "2026-11-22 23:05"
