"""Conversations in Slack: what is said to the bot, in mentions, direct messages and threads that it is in."""

from typing import Any

from bot.logs import log
from bot.services.conversations import Answer, Conversations, Place, Said
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installation, Installations
from bot.slack.people import People
from bot.slack.removal import REVOKED
from bot.slack.replies import Replies
from bot.slack.speaking import Speaker
from bot.store.turns import Role

Event = dict[str, Any]
#: Messages that people write; every other subtype is Slack speaking.
WRITTEN = {None, "file_share", "thread_broadcast", "me_message"}
CHANGED = {"message_changed", "message_deleted"}
EARLIER = 50  # messages read of a thread that the bot joins late: one call, and more than a prompt shows


class Threads:
    """Turns events into turns of conversations, and answers them."""

    def __init__(
        self,
        slack: Slack,
        installations: Installations,
        people: People,
        conversations: Conversations,
        speaker: Speaker,
        replies: Replies,
    ) -> None:
        self._slack = slack
        self._installations = installations
        self._people = people
        self._conversations = conversations
        self._speaker = speaker
        self._replies = replies

    async def relevant(self, event: Event, workspace: str) -> bool:
        """Whether a message is for the bot; anything else is neither kept nor looked at."""
        home = self._installations.of(workspace)
        kind, subtype = event.get("type"), event.get("subtype")
        if kind in REVOKED:
            return True
        if home is None or kind not in {"message", "app_mention"}:
            return False
        if subtype in CHANGED:
            message = event.get("message") or event.get("previous_message") or {}
            return message.get("user") != home.bot_user and await self._known(event, message, workspace)
        if subtype not in WRITTEN or event.get("bot_id") or not event.get("user"):
            return False
        if kind == "app_mention" or event.get("channel_type") == "im" or _mentions(event, home):
            return True
        return bool(event.get("thread_ts")) and await self._known(event, event, workspace)

    async def _known(self, event: Event, message: Event, workspace: str) -> bool:
        root = message.get("thread_ts") or message.get("ts") or ""
        return await self._conversations.known(Place(workspace, event["channel"], root))

    async def handle(self, event: Event, workspace: str) -> None:
        """One message that is for the bot."""
        if event.get("subtype") in CHANGED:
            await self._change(event, workspace)
            return
        home = self._installations.of(workspace)
        if home is None:
            return
        root = event.get("thread_ts") or event["ts"]
        place = Place(workspace, event["channel"], root)
        team = event.get("user_team") or event.get("team")
        person = await self._people.person(workspace, event["user"], team=team)
        said = Said(ts=event["ts"], text=plain(event.get("text", ""), home), files=_files(event))
        await self._people.grants.enter(person)
        if root != event["ts"] and not await self._conversations.known(place):
            await self._conversations.remember(place, person, await self._earlier(place, home, event["ts"]))
        await self.answer(await self._conversations.hear(place, person, said), team=team)

    async def answer(self, answer: Answer, *, team: str | None = None) -> None:
        """Give an answer that is owed, or to one that another process began its end."""
        if answer.fresh:
            await self._speaker.speak(answer, team=team)
        else:
            await self._replies.repair(answer)

    async def stopped(self, event: Event, workspace: str) -> None:
        """Somebody pressed Stop in a thread."""
        person = await self._people.person(workspace, event["user"])
        if not person.enters:
            return
        self._speaker.stop(Place(workspace, event["channel"], event.get("thread_ts", "")))

    async def _change(self, event: Event, workspace: str) -> None:
        home = self._installations.of(workspace)
        if event["subtype"] == "message_deleted":
            old = event.get("previous_message") or {}
            place = Place(workspace, event["channel"], old.get("thread_ts") or event["deleted_ts"])
            await self._conversations.changed(place, event["deleted_ts"], None)
        elif home is not None:
            message = event["message"]
            place = Place(workspace, event["channel"], message.get("thread_ts") or message["ts"])
            await self._conversations.changed(place, message["ts"], plain(message.get("text", ""), home))

    async def _earlier(
        self, place: Place, home: Installation, before: str
    ) -> list[tuple[Role, str | None, Said]]:
        """What was said in a thread before the bot came; nothing where Slack does not let it be read."""
        try:
            page = await self._slack.call(
                "conversations.replies", home.token, workspace=place.workspace, channel=place.channel,
                ts=place.thread_ts, latest=before, limit=EARLIER,
            )  # fmt: skip
        except SlackFailure as wrong:
            log("threads.earlier", workspace=place.workspace, error_code=wrong.error)
            return []
        found: list[tuple[Role, str | None, Said]] = []
        for message in page["messages"]:
            if message["ts"] < before and message.get("text") and message.get("subtype") in WRITTEN:
                ours = message.get("user") == home.bot_user
                said = Said(ts=message["ts"], text=plain(message["text"], home), files=_files(message))
                found.append(("assistant" if ours else "user", None if ours else message.get("user"), said))
        return found


def _mentions(event: Event, home: Installation) -> bool:
    return f"<@{home.bot_user}" in event.get("text", "")


def plain(text: str, home: Installation) -> str:
    """What a person wrote, without the mention that called the bot, and without Slack's escapes."""
    text = text.lstrip()
    if text.startswith((f"<@{home.bot_user}>", f"<@{home.bot_user}|")):
        text = text.partition(">")[2]
        text = text[1:] if text.startswith((":", ",")) else text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _files(event: Event) -> list[dict[str, Any]]:
    kept = ("id", "name", "mimetype", "filetype", "size", "url_private_download", "file_access")
    return [{name: file[name] for name in kept if name in file} for file in event.get("files") or []]
