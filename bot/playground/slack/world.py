"""The whole state of the Slack stand-in and the ways to look things up in it; knows nothing of HTTP."""

import asyncio
import secrets
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Protocol

from bot.playground.clock import Clock
from bot.playground.log import Log
from bot.playground.slack.app import App, Install
from bot.playground.slack.state import (
    Channel,
    File,
    Json,
    Message,
    ResponseUrl,
    Session,
    Team,
    Trigger,
    Upload,
    User,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["App", "Channel", "File", "Install", "Json", "Message", "Upload", "User", "View", "World"]

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 1800.0


class RateLimits(Protocol):
    """Who says when a caller asks too often."""

    def take(self, method: str, team: str, channel: str | None = None) -> int | None:
        """None, or the seconds to wait."""
        ...


def _nobody(_team: str, _event: Json, _channel: Channel | None) -> None:
    """Nobody listens for events until a server is built on the world."""


class World:
    """Teams, people, channels, files, views and the app. `rates = None` switches rate limits off."""

    def __init__(self, clock: Clock, app: App, team: Team) -> None:
        self.clock = clock
        self.app = app
        self.home = team.id
        self.teams: dict[str, Team] = {team.id: team}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.uploads: dict[str, Upload] = {}  # by ticket
        self.tokens: dict[str, Install] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}  # modals by user, the topmost last
        self.homes: dict[str, View] = {}  # Home tabs by user
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.sessions: dict[tuple[str, str], Session] = {}  # by channel and thread ts
        self.socket_tickets: set[str] = set()
        self.posted: dict[tuple[str, str], str] = {}  # (channel, client_msg_id) -> ts
        self.honours_client_msg_id = True  # live behaviour is unproven, so both ways are offered
        self.rates: RateLimits | None = None
        self.log = Log(now=clock.now)  # requests in both directions
        self.control_token: str | None = None
        self.url = ""  # where this world is served, without a slash at the end
        self.emit: Callable[[str, Json, Channel | None], None] = _nobody
        self.version = 0
        self.ended = False  # nobody waits for news any more
        self._waiters: set[asyncio.Event] = set()
        self._ids = count(1)
        self._last_ts = 0

    # -- identity and time

    def new_id(self, prefix: str) -> str:
        """A fresh id as Slack writes them: a letter or two and ten digits."""
        return f"{prefix}{next(self._ids):010X}"

    def new_ts(self) -> str:
        """A message's ts: seconds and microseconds, never the same twice, always rising."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_trigger(self, team: str, user: str, view_id: str | None = None) -> Trigger:
        """A trigger for one interaction."""
        name = f"{next(self._ids)}.{int(self.clock.now())}.{secrets.token_hex(16)}"
        trigger = Trigger(name, team, user, self.clock.now() + TRIGGER_SECONDS, view_id)
        self.triggers[name] = trigger
        return trigger

    def new_response_url(self, team: str, channel: str, user: str, message_ts: str | None = None) -> str:
        """The address where the app may answer one interaction."""
        key = f"{team}/{next(self._ids)}/{secrets.token_urlsafe(18)}"
        expires = self.clock.now() + RESPONSE_URL_SECONDS
        self.response_urls[key] = ResponseUrl(key, team, channel, user, expires, message_ts)
        return f"{self.url}/actions/{key}"

    # -- noticing change

    def changed(self) -> None:
        """Something that a person can see is different now."""
        self.version += 1
        if self._waiters:
            for waiter in self._waiters:
                waiter.set()

    def end(self) -> None:
        """Let everybody go who waits for news."""
        self.ended = True
        self.changed()

    async def wait_change(self, since: int, seconds: float) -> None:
        """Return when the version is beyond `since`, or after so many real seconds."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while self.version <= since and not self.ended:
                        waiter.clear()
                        await waiter.wait()
        finally:
            self._waiters.discard(waiter)

    # -- looking up

    def install(self, team: str | None = None) -> Install:
        """The app's installation in a team, the first team's unless one is named. KeyError: not installed."""
        return self.app.installs[team or self.home]

    @property
    def bot_user_id(self) -> str:
        """The bot's user id in the first team."""
        return self.install().bot_user_id

    def user(self, name_or_id: str) -> User | None:
        """A person by id or by name, with or without `@`; `bot` is the app's own user."""
        if (known := self.users.get(name_or_id)) is not None:
            return known
        name = name_or_id.removeprefix("@")
        if name == "bot":
            return self.users[self.bot_user_id]
        return next((user for user in self.users.values() if user.name == name), None)

    def channel(self, name_or_id: str, team: str | None = None) -> Channel | None:
        """A channel by id, or by name with or without `#` within a team."""
        if (known := self.channels.get(name_or_id)) is not None:
            return known
        name, where = name_or_id.removeprefix("#"), team or self.home
        return next((c for c in self.channels.values() if c.name == name and c.team_id == where), None)

    def direct(self, user: str, other: str | None = None) -> Channel:
        """The direct messages of two people, made when not there; `other` is the bot by default."""
        team = self.users[user].team_id
        pair = {user, other or self.install(team if team in self.app.installs else None).bot_user_id}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == pair:
                return channel
        opened = Channel(self.new_id("D"), "", team, "im", pair, created=int(self.clock.now()))
        self.channels[opened.id] = opened
        return opened

    def add(self, message: Message) -> Message:
        """Put a message where it belongs: a channel, a thread in it, or one person's eyes."""
        channel = self.channels[message.channel]
        if message.ephemeral_to is not None:
            channel.ephemerals.append(message)
        else:
            channel.messages[message.ts] = message
            if message.thread_ts is not None and message.thread_ts != message.ts:
                channel.replies.setdefault(message.thread_ts, []).append(message.ts)
                channel.messages[message.thread_ts].thread_ts = message.thread_ts
        self.changed()
        return message
