"""Slack's rate tiers: a token bucket for each method and workspace, and for each channel that is posted to.

Tiers from docs.slack.dev's method pages; a minute's worth may come at once, then it refills evenly.
"""

from math import ceil

from bot.playground.clock import Clock

#: Calls a minute; Slack promises these as the least.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
#: Methods with a limit of their own: auth.test "hundreds"; of posting in a whole workspace none is published.
SPECIAL = 300

PER_MINUTE: dict[str, int] = {
    "agents.sessions.rename": TIER_3,
    "agents.sessions.setStatus": TIER_3,
    "api.test": TIER_4,
    "apps.connections.open": TIER_1,
    "assistant.threads.setStatus": SPECIAL,
    "assistant.threads.setSuggestedPrompts": TIER_3,
    "assistant.threads.setTitle": TIER_3,
    "auth.revoke": TIER_3,
    "auth.test": SPECIAL,
    "blocks.validate": TIER_3,
    "bots.info": TIER_3,
    "chat.appendStream": TIER_4,
    "chat.delete": TIER_3,
    "chat.getPermalink": SPECIAL,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": SPECIAL,
    "chat.scheduleMessage": TIER_3,
    "chat.startStream": TIER_2,
    "chat.stopStream": TIER_2,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.invite": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.delete": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "files.upload": TIER_2,
    "functions.completeError": TIER_3,
    "functions.completeSuccess": TIER_3,
    "reactions.add": TIER_3,
    "reactions.get": TIER_3,
    "reactions.remove": TIER_2,
    "team.info": TIER_3,
    "users.conversations": TIER_3,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
#: Methods that are limited in each channel too, and how many a minute: about one a second.
PER_CHANNEL: dict[str, int] = {"chat.postMessage": 60}
#: How many of those may come at once: Slack allows short bursts, without a figure.
BURST_IN_CHANNEL = 5
#: What an app that is sold outside the Marketplace gets of these since 2025-05-29.
DISTRIBUTED = {"conversations.history": 1, "conversations.replies": 1}


class _Bucket:
    """`size` calls at once, refilled evenly with `rate` a second."""

    __slots__ = ("at", "left", "rate", "size")

    def __init__(self, size: float, per_minute: float, now: float) -> None:
        self.size = size
        self.rate = per_minute / 60
        self.left = size
        self.at = now

    def wait(self, now: float) -> float:
        """Seconds until the next call is allowed; 0 when it is now."""
        self.left = min(self.size, self.left + (now - self.at) * self.rate)
        self.at = now
        # A hair less than one is one: a caller who waited as told must not be refused for a rounding error.
        return 0.0 if self.left > 1 - 1e-6 else (1 - self.left) / self.rate


class Rates:
    """Who may call what now: `scale` multiplies each limit; `distributed`: an app not of the Marketplace."""

    def __init__(self, clock: Clock, *, scale: float = 1.0, distributed: bool = False) -> None:
        self._clock = clock
        self._scale = scale
        self._limits = PER_MINUTE | (DISTRIBUTED if distributed else {})
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def take(self, method: str, team: str, channel: str | None = None) -> int | None:
        """Count a call: None when it may be done, else the whole seconds of Retry-After."""
        now = self._clock.now()
        per_minute = self._limits.get(method, TIER_3) * self._scale
        buckets = [self._bucket((method, team, ""), max(per_minute, 1), per_minute, now)]
        if channel and method in PER_CHANNEL:
            in_channel = PER_CHANNEL[method] * self._scale
            burst = max(BURST_IN_CHANNEL * self._scale, 1)
            buckets.append(self._bucket((method, team, channel), burst, in_channel, now))
        if wait := max(bucket.wait(now) for bucket in buckets):
            return ceil(wait)
        for bucket in buckets:
            bucket.left -= 1
        return None

    def _bucket(self, key: tuple[str, str, str], size: float, per_minute: float, now: float) -> _Bucket:
        if (bucket := self._buckets.get(key)) is None:
            bucket = self._buckets[key] = _Bucket(size, per_minute, now)
        return bucket
