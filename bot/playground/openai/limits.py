"""Rate limits per key as buckets that refill over a minute, their response headers, and the size limits."""

import math
from dataclasses import dataclass

from bot.playground.openai.access import Key
from bot.playground.openai.errors import ApiError


@dataclass(slots=True)
class Sizes:
    """The most bytes that the API takes; a test turns them down rather than sending so much."""

    json: int = 50 << 20  # images in a chat request count into it
    multipart: int = 520 << 20
    file: int = 512 << 20
    audio: int = 26_214_400
    image: int = 50 << 20
    part: int = 64 << 20


@dataclass(slots=True)
class Bucket:
    """What is left of an allowance of `limit` a minute."""

    limit: int
    level: float
    at: float

    def refill(self, now: float) -> None:
        """Give back what the time since the last call restored."""
        self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
        self.at = now

    def wait(self, amount: float) -> float:
        """Seconds until so much is there; 0 when it is there now."""
        return max(0.0, (amount - self.level) * 60 / self.limit)


class Meter:
    """Counts requests and tokens of each key."""

    def __init__(self) -> None:
        self.buckets: dict[tuple[str, str], Bucket] = {}

    def bucket(self, key: Key, what: str, now: float) -> Bucket:
        """The bucket of "requests" or "tokens", refilled; it starts anew when the key's limit was changed."""
        limit = key.requests_per_minute if what == "requests" else key.tokens_per_minute
        found = self.buckets.get((key.secret, what))
        if found is None or found.limit != limit:
            found = self.buckets[key.secret, what] = Bucket(limit, limit, now)
        found.refill(now)
        return found

    def take(self, key: Key, what: str, amount: int, now: float, model: str = "the default model") -> None:
        """Take from an allowance, or raise the 429 that says how long to wait."""
        bucket = self.bucket(key, what, now)
        seconds = bucket.wait(amount)
        if not seconds:
            bucket.level -= amount
            return
        short = "RPM" if what == "requests" else "TPM"
        used = round(bucket.limit - bucket.level)
        text = (
            f"Rate limit reached for {model} in organization {key.organization} on {what} per min ({short}): "
            f"Limit {bucket.limit}, Used {used}, Requested {amount}. "
            f"Please try again in {duration(seconds)}. Visit "
            "https://platform.openai.com/account/rate-limits to learn more."
        )
        wait = {"retry-after": str(math.ceil(seconds)), "retry-after-ms": str(math.ceil(seconds * 1000))}
        raise ApiError(429, text, type=what, code="rate_limit_exceeded", headers=wait)

    def headers(self, key: Key, now: float) -> dict[str, str]:
        """The x-ratelimit-* headers of a response."""
        found: dict[str, str] = {}
        for what in ("requests", "tokens"):
            bucket = self.bucket(key, what, now)
            found[f"x-ratelimit-limit-{what}"] = str(bucket.limit)
            found[f"x-ratelimit-remaining-{what}"] = str(max(0, int(bucket.level)))
            found[f"x-ratelimit-reset-{what}"] = duration(bucket.wait(bucket.limit))
        return found


def duration(seconds: float) -> str:
    """Seconds as the API writes them: 12ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{math.ceil(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes}m{rest}s"
