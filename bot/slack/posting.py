"""Creates a message once, as near as it gets: with keys by which Slack or we recognise an earlier attempt."""

from dataclasses import dataclass
from typing import Any

from bot.slack.caller import Json, Slack
from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure

#: The type of our mark in a message's metadata, which everybody can read: it holds an opaque id only.
MARK = "bot_outbox"
GRACE = 2.0  # seconds after a broken answer until Slack has finished what it had begun
ATTEMPTS = 4
BEFORE = 60  # seconds before the first attempt from which on we look, for clocks that differ
SAME = 40  # letters by which a message that somebody waits for is recognised
PAGES = 5  # of 100 messages; more were not written in a thread since the attempt


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread (or, with thread_ts None, a channel) as the bot writes in it."""

    slack: Slack
    token: str
    workspace: str
    channel: str
    thread_ts: str | None

    async def call(self, method: str, **args: Any) -> Json:
        """Call a method about this channel."""
        return await self.slack.call(
            method, self.token, workspace=self.workspace, channel=self.channel, **args
        )

    async def post(self, key: str, message: Json) -> str:
        """chat.postMessage once, under a UUID: its ts, or "" where it had been posted and deleted."""
        try:
            answer = await self.call(
                "chat.postMessage",
                **message,
                thread_ts=self.thread_ts,
                client_msg_id=key,
                metadata={"event_type": MARK, "event_payload": {"k": key}},
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackFailure as failure:
            if failure.error == "duplicate_message_not_found":
                return ""
            raise
        return str(answer["ts"])

    async def since(self, moment: float) -> list[Json]:
        """The bot's own messages here since a moment; SlackFailure where it may not read them."""
        me = (await self.slack.call("auth.test", self.token, workspace=self.workspace)).get("bot_id")
        method, where = "conversations.history", {}
        if self.thread_ts is not None:
            method, where = "conversations.replies", {"ts": self.thread_ts}
        found: list[Json] = []
        cursor = None
        for _ in range(PAGES):
            answer = await self.call(
                method,
                **where,
                oldest=f"{moment - BEFORE:.6f}",
                include_all_metadata=True,
                limit=100,
                cursor=cursor,
            )
            found += [each for each in answer["messages"] if each.get("bot_id") == me]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found

    async def find(self, key: str, moment: float) -> str | None:
        """The ts of the message that was posted under a key, if it is there."""
        for message in await self.since(moment):
            mark = message.get("metadata") or {}
            if mark.get("event_type") == MARK and mark.get("event_payload", {}).get("k") == key:
                return str(message["ts"])
        return None


async def create(thread: Thread, key: str, message: Json, clock: Clock) -> str:
    """Post a message that somebody waits for, under a UUID; its ts. Never twice, even if an answer got lost.

    Where its history cannot be read, it is sent again with the same key, which Slack recognises.
    """
    began = clock.now()
    for attempt in range(ATTEMPTS):
        try:
            return await thread.post(key, message)
        except SlackFailure as failure:
            if failure.kind == "permanent" or attempt == ATTEMPTS - 1:
                raise
            if failure.kind != "ambiguous":  # nothing was done, and the rates do the waiting
                continue
        await clock.sleep(GRACE)
        try:
            if ts := await thread.find(key, began):
                return ts
        except SlackFailure:
            continue
    raise AssertionError("the last attempt returns or raises")


async def find_started(thread: Thread, text: str, began: float, clock: Clock) -> str | None:
    """The stream that a lost answer may have started: our own, since then, with this text; None if unseen."""
    await clock.sleep(GRACE)
    try:
        for message in reversed(await thread.since(began)):
            if begins(message, text):
                return str(message["ts"])
    except SlackFailure:
        return None
    return None


def begins(message: Json, text: str) -> bool:
    """Whether a message shows the beginning of a text, or a text that of the message; no text is any."""
    mine, other = _letters(text), _letters(str(message.get("text", "")))
    return mine.startswith(other) or other.startswith(mine)


def found_at(text: str, shown: str) -> int | None:
    """Where in a text the words of a message begin, if the message is a part of it."""
    places = [at for at, char in enumerate(text) if char.isalnum()]
    words = _letters(shown)
    found = "".join(text[at] for at in places).find(words) if words else -1
    return places[found] if found > 0 else (0 if found == 0 else None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))[:SAME]
