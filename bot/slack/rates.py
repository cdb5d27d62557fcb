"""How fast Slack lets each method be called in each workspace: token buckets that learn from its refusals."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure

# Calls a minute for each method in each workspace, by Slack's tiers (docs.slack.dev: rate limits).
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
PER_MINUTE = {
    "apps.connections.open": TIER_1,
    "chat.getPermalink": 300,  # special
    "chat.startStream": TIER_2,
    "chat.stopStream": TIER_2,
    "chat.appendStream": TIER_4,
    "chat.postEphemeral": TIER_4,
    "assistant.threads.setStatus": TIER_4,  # special, unpublished; more is held by its own refusals
    "auth.test": 300,  # "hundreds"
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "reactions.remove": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
OTHERS = TIER_3
# "No more than one message per second" in a channel: one at a time, a second apart.
A_SECOND_EACH_CHANNEL = frozenset({"chat.postMessage"})
# Beyond this many buckets the idle ones are forgotten: a full bucket holds nothing worth keeping.
MOST_BUCKETS = 20_000
LEAST = 0.001  # seconds; a shorter wait could be lost in the rounding of the clock

Key = tuple[str, str, str | None]


@dataclass(slots=True, eq=False)
class Bucket:
    """Tokens that come back with time; `at` is when `tokens` was true, and may lie ahead after a refusal."""

    most: float
    rate: float
    tokens: float
    at: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0

    def level(self, now: float) -> float:
        """Tokens that are there now."""
        return min(self.most, self.tokens + max(0.0, now - self.at) * self.rate)

    def left(self, now: float) -> float:
        """Seconds until a token is there for whoever is next."""
        ahead = max(0.0, self.at - now)
        return ahead + max(0.0, 1.0 - self.level(now)) / self.rate

    def spend(self, now: float) -> None:
        """Take a token, into debt if need be."""
        self.tokens = self.level(now) - 1.0
        self.at = max(now, self.at)


class Rates:
    """The buckets of this process.

    Another process of the same bot has its own: what they send too fast together, Slack refuses to both.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[Key, Bucket] = {}
        self._held: dict[tuple[str, str], float] = {}
        self._busy: Counter[tuple[str, str]] = Counter()

    async def take(
        self, method: str, workspace: str, channel: str | None = None, *, urgent: bool = False
    ) -> None:
        """Wait for a token, in the order of asking.

        An urgent call goes at once, on credit; while Slack refuses it fails as "limited" instead of waiting.
        """
        bucket = self._bucket(method, workspace, channel)
        now = self._clock.now()
        if urgent:
            if (held := self._hold_left(method, workspace, now)) > 0:
                raise SlackFailure(method, "ratelimited", "limited", held)
            bucket.spend(now)
            return
        if not bucket.waiting and self._left(bucket, method, workspace, now) <= 0:
            bucket.spend(now)
            return
        bucket.waiting += 1
        try:
            async with bucket.turn:
                while (wait := self._left(bucket, method, workspace, self._clock.now())) > 0:
                    await self._clock.sleep(max(wait, LEAST))
                bucket.spend(self._clock.now())
        finally:
            bucket.waiting -= 1

    def ready(self, method: str, workspace: str, channel: str | None = None) -> float:
        """Seconds until a call that asked now could go; 0 means now."""
        bucket = self._bucket(method, workspace, channel)
        left = self._left(bucket, method, workspace, self._clock.now())
        return left + bucket.waiting / bucket.rate

    def hold(self, method: str, workspace: str, seconds: float) -> None:
        """Slack refused: nothing of this method goes to this workspace for so long, then at its pace."""
        until = self._clock.now() + seconds
        self._held[method, workspace] = max(until, self._held.get((method, workspace), 0.0))
        for (name, where, _), bucket in self._buckets.items():
            if name == method and where == workspace:
                bucket.tokens, bucket.at = min(bucket.level(until), 1.0), max(until, bucket.at)

    def enter(self, method: str, workspace: str) -> None:
        """Somebody begins to call this method again and again (a stream, a message that grows)."""
        self._busy[method, workspace] += 1

    def leave(self, method: str, workspace: str) -> None:
        """And has ended."""
        self._busy[method, workspace] -= 1
        if self._busy[method, workspace] <= 0:
            del self._busy[method, workspace]

    def crowd(self, method: str, workspace: str) -> int:
        """How many have entered and not left."""
        return self._busy[method, workspace]

    def pace(self, method: str, workspace: str) -> float:
        """Seconds between two calls of one of them, so that all of them together stay within the tier."""
        return 60.0 / PER_MINUTE.get(method, OTHERS) * max(1, self.crowd(method, workspace))

    def _bucket(self, method: str, workspace: str, channel: str | None) -> Bucket:
        key = (method, workspace, channel if method in A_SECOND_EACH_CHANNEL else None)
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._forget_idle()
            most = 1.0 if method in A_SECOND_EACH_CHANNEL else float(PER_MINUTE.get(method, OTHERS))
            rate = 1.0 if method in A_SECOND_EACH_CHANNEL else most / 60.0
            bucket = self._buckets[key] = Bucket(most, rate, most, self._clock.now())
        return bucket

    def _left(self, bucket: Bucket, method: str, workspace: str, now: float) -> float:
        return max(bucket.left(now), self._hold_left(method, workspace, now))

    def _hold_left(self, method: str, workspace: str, now: float) -> float:
        if not self._held:
            return 0.0
        until = self._held.get((method, workspace))
        if until is None:
            return 0.0
        if until <= now:
            del self._held[method, workspace]
            return 0.0
        return until - now

    def _forget_idle(self) -> None:
        now = self._clock.now()
        for key, bucket in list(self._buckets.items()):
            if not bucket.waiting and bucket.level(now) >= bucket.most:
                del self._buckets[key]
