"""When a failed request is sent again, and how long to wait: pure rules over values, no waiting here.

A request that may have cost money is repeated only where certainly nothing was done: no connection came
about, or the API refused it at the door (429; 503 when overloaded). GET and DELETE are repeated freely,
409 included (the API uses it for locks that pass). Two repeats at most; `x-should-retry` and `Retry-After`
are obeyed, but a wait of more than two minutes means: not now. The waits are those of the official client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_REPEATS = 2
LONGEST_WAIT = 120.0
PASSING = frozenset({408, 409, 429})


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt: `status` None where no answer came, `spent` in seconds since the first."""

    status: int | None = None
    code: str | None = None
    untouched: bool = False  # no connection came about: the API did nothing
    quota: bool = False  # the account has no money left: waiting does not help
    should_retry: bool | None = None  # x-should-retry
    retry_after: float | None = None
    repeatable: bool = False  # GET and DELETE
    spent: float = 0.0


def delay(attempt: int, failure: Failure, rng: Callable[[], float], *, within: float = 60.0) -> float | None:
    """Seconds until the next attempt, or None: give up. `attempt` counts from 0, `rng` from [0, 1)."""
    if attempt >= MOST_REPEATS or not _may_pass(failure):
        return None
    after = failure.retry_after
    if after is not None and after > LONGEST_WAIT:
        return None
    wait = after or min(0.5 * 2.0**attempt, 8.0) * (1 - 0.25 * rng())
    return wait if failure.spent + wait <= within else None


def _may_pass(failure: Failure) -> bool:
    if failure.untouched:
        return True
    if failure.quota or failure.should_retry is False:
        return False
    status = failure.status
    if failure.repeatable:
        return status is None or failure.should_retry is True or status in PASSING or status >= 500
    if status == 503:
        return failure.should_retry is True or failure.code == "server_is_overloaded"
    return status == 429


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime] | None = None) -> float | None:
    """How long the API asks us to wait, in seconds; None when it does not, or not in a readable way."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    present = now() if now else datetime.now(UTC)
    wait = (moment.replace(tzinfo=moment.tzinfo or UTC) - present).total_seconds()
    return wait if wait > 0 else None


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """What `x-should-retry` says, if anything."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
