"""Which failures are tried again and after how long: the API's table, and the official client's waits."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI

from bot.openai.retry import Failure, delay, retry_after, should_retry


def wait(**failure: Any) -> float | None:
    return delay(0, Failure(**failure), lambda: 0.0)


FREE = [408, 409, 429, 500, 502, 503, 504, None]
NEVER = [400, 401, 402, 403, 404, 413, 422, 302]


@pytest.mark.parametrize("status", FREE)
def test_reading_is_tried_again(status: int) -> None:
    assert wait(status=status, repeatable=True) == 0.5


@pytest.mark.parametrize("status", NEVER)
@pytest.mark.parametrize("repeatable", [True, False])
def test_what_is_wrong_is_not_tried_again(status: int, *, repeatable: bool) -> None:
    assert wait(status=status, repeatable=repeatable) is None


@pytest.mark.parametrize("status", [None, 408, 409, 500, 502, 504])
def test_what_may_have_been_paid_for_is_not_tried_again(status: int) -> None:
    assert wait(status=status) is None
    assert wait(status=status, should_retry=True) is None


@pytest.mark.parametrize(
    "failure",
    [
        {"untouched": True},
        {"status": 429},
        {"status": 503, "code": "server_is_overloaded"},
        {"status": 503, "should_retry": True},
    ],
)
def test_what_was_certainly_not_done_is_tried_again(failure: dict[str, Any]) -> None:
    assert wait(**failure) == 0.5


@pytest.mark.parametrize("repeatable", [True, False])
def test_the_server_may_forbid_it(*, repeatable: bool) -> None:
    assert wait(status=429, should_retry=False, repeatable=repeatable) is None


def test_the_server_may_ask_for_it() -> None:
    assert wait(status=404, should_retry=True, repeatable=True) == 0.5


@pytest.mark.parametrize("repeatable", [True, False])
def test_an_empty_account_is_not_asked_again(*, repeatable: bool) -> None:
    assert wait(status=429, quota=True, should_retry=True, repeatable=repeatable) is None


def test_two_repeats_at_most_each_later_than_the_one_before() -> None:
    waits = [delay(attempt, Failure(status=429), lambda: 0.0) for attempt in range(4)]
    assert waits == [0.5, 1.0, None, None]
    assert delay(0, Failure(status=429), lambda: 0.999) == pytest.approx(0.375, abs=0.001)


@pytest.mark.parametrize(("asked", "waited"), [(0.2, 0.2), (59.0, 59.0), (61.0, None), (121.0, None)])
def test_what_the_server_asks_for_is_obeyed_within_a_minute(asked: Any, waited: float | None) -> None:
    assert wait(status=429, retry_after=asked) == waited


def test_up_to_two_minutes_where_there_is_that_much_time() -> None:
    assert delay(0, Failure(status=429, retry_after=119.0), lambda: 0.0, within=300) == 119.0
    assert delay(0, Failure(status=429, retry_after=121.0), lambda: 0.0, within=300) is None


def test_nothing_starts_after_the_minute() -> None:
    assert wait(status=500, repeatable=True, spent=59.4) == 0.5
    assert wait(status=500, repeatable=True, spent=59.6) is None


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, None),
        *(
            ({"retry-after": text}, None)
            for text in ("", "soon", "-1", "0", "nan", "inf", "99 Foo 2026", "é")
        ),
        ({}, None),
    ],
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, lambda: NOW) == seconds


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("False", False), ("perhaps", None), (None, None)]
)
def test_whether_the_server_wants_it_again(text: str, *, value: bool | None) -> None:
    assert should_retry({"x-should-retry": text} if text else {}) is value


@pytest.mark.parametrize("asked", [None, "0.2", "7", "120"])
@pytest.mark.parametrize("attempt", [0, 1])
async def test_the_waits_are_those_of_the_official_client(
    monkeypatch: pytest.MonkeyPatch, asked: Any, attempt: int
) -> None:
    monkeypatch.setattr("openai._base_client.random", lambda: 0.5)
    headers = {"retry-after": asked} if asked else {}
    async with AsyncOpenAI(api_key="sk-test") as official:
        theirs = official._calculate_retry_timeout(2 - attempt, _Options(), httpx.Headers(headers))
    ours = delay(attempt, Failure(status=429, retry_after=retry_after(headers)), lambda: 0.5, within=1000)
    assert ours == theirs


class _Options:
    def get_max_retries(self, _default: int) -> int:
        return 2
