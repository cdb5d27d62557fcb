"""Says something to somebody: privately, in a thread, or as the end of an answer that was interrupted."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.errors import Interrupted
from bot.logs import log
from bot.services.answers import Answers
from bot.services.conversations import Answer, Place
from bot.slack import ids
from bot.slack.blocks import actions, button, error_text
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.letters import Postman
from bot.slack.places import Where
from bot.slack.posting import Thread, found_at
from bot.slack.split import split_markdown
from bot.slack.text import for_markdown, plain

Blocks = list[dict[str, Any]]
#: Why a thread takes no answer any more, in words.
GONE = {
    "is_archived": "the channel is archived",
    "channel_not_found": "the channel is gone, or I am not in it any more",
    "not_in_channel": "I am not in the channel any more",
    "thread_not_found": "the thread is gone",
    "restricted_action": "the channel's settings do not let me post",
}


class Replies:
    """The ways to say something that is not a stream."""

    def __init__(
        self, slack: Slack, installations: Installations, postman: Postman, answers: Answers
    ) -> None:
        self._slack = slack
        self._installations = installations
        self._postman = postman
        self._answers = answers

    async def whisper(self, where: Where, key: str, text: str, blocks: Blocks) -> None:
        """Say something to one person alone: where they are if that is possible, else in a direct message."""
        channel = where.channel or ""
        try:
            if channel and not channel.startswith("D"):
                await self._slack.call(
                    "chat.postEphemeral",
                    self._installations.token(where.workspace),
                    workspace=where.workspace,
                    channel=channel,
                    user=where.user,
                    text=text,
                    blocks=blocks,
                    thread_ts=where.thread_ts,
                )
                return
        except SlackFailure as refused:
            if refused.kind != "permanent":
                raise
            log("replies.elsewhere", workspace=where.workspace, error_code=refused.error)
            channel = ""
        body = {"text": text, "blocks": blocks}
        thread = where.thread_ts if channel else None
        channel = channel or await self.direct(where.workspace, where.user)
        await self._postman.post(where.workspace, key, channel, thread, body)

    async def direct(self, workspace: str, user: str) -> str:
        """The direct messages with somebody."""
        token = self._installations.token(workspace)
        opened = await self._slack.call("conversations.open", token, workspace=workspace, users=user)
        return str(opened["channel"]["id"])

    async def elsewhere(self, answer: Answer, why: SlackFailure, tail: str) -> None:
        """Give an answer to the one who asked, because its thread takes it no more."""
        place, user = answer.place, answer.person.id
        log("replies.elsewhere", workspace=place.workspace, error_code=why.error)
        text = f"I could not answer in <#{place.channel}> ({GONE.get(why.error, why.error)})."
        pages = split_markdown(_joined(answer, tail))
        channel = await self.direct(place.workspace, user)
        for at, page in enumerate([f"{text} This is what I had to say:", *pages] if pages else [text]):
            key = f"elsewhere:{answer.turn.id}:{at}"
            body = {"text": page[:3000], **({"blocks": _markdown(page)} if at else {})}
            await self._postman.post(place.workspace, key, channel, None, body)

    async def repair(self, answer: Answer) -> None:
        """Give an answer its end that another process left: whole if all of it was kept."""
        place = answer.place
        whole = answer.state == "done"
        ts = answer.ts or await self._postman.find_unknown(
            place.workspace, place.channel, place.thread_ts, answer.turn
        )
        tail = "" if whole else error_text(Interrupted())
        again = actions(button("Regenerate" if whole else "Try again", ids.AGAIN, ids.answer(answer)))
        if ts is None:
            ts = await self._posted(answer, split_markdown(_joined(answer, tail)), [again])
        elif whole:
            await self._closed(place, ts, None, None)
            first, *more = await self._rest(answer, ts)
            under = [] if more else [again]
            blocks = [{"type": "markdown", "text": first}, *under]
            await self._call("chat.update", place, ts=ts, text=plain(first), blocks=blocks)
            await self._posted(answer, more, [again])
        elif not await self._closed(place, ts, f"\n\n{tail}", [again]):
            # What people have seen stays as it is; that it ended is said under it.
            await self._posted(answer, [tail], [again])
        if not whole:
            await self._answers.finish(answer, "interrupted", ts)

    async def _posted(self, answer: Answer, pages: Sequence[str], under: Blocks) -> str | None:
        """Post pages in an answer's thread, once each, with blocks under the last; the last one's ts."""
        ts, place = None, answer.place
        for at, page in enumerate(pages):
            blocks = [{"type": "markdown", "text": page}, *(under if at == len(pages) - 1 else [])]
            body, key = {"text": plain(page), "blocks": blocks}, f"interrupted:{answer.turn.id}:{at}"
            ts = await self._postman.post(place.workspace, key, place.channel, place.thread_ts, body)
        return ts

    async def _rest(self, answer: Answer, ts: str) -> list[str]:
        """A whole answer's pages from where its last message begins; earlier messages have had their end."""
        text, place = for_markdown(answer.text), answer.place
        pages = split_markdown(text) or ["…"]
        token = self._installations.token(place.workspace)
        thread = Thread(self._slack, token, place.workspace, place.channel, place.thread_ts)
        with suppress(SlackFailure):  # where nothing can be read, the last page is most likely the right one
            for message in await thread.since(answer.turn.created_at.timestamp()):
                if message["ts"] == ts and (at := found_at(text, str(message.get("text", "")))) is not None:
                    return split_markdown(text[at:]) or pages[-1:]
        return pages[-1:]

    async def _closed(self, place: Place, ts: str, tail: str | None, blocks: Blocks | None) -> bool:
        """Close a stream that was left open, with a last word under what people have seen of it."""
        try:
            await self._call("chat.stopStream", place, ts=ts, markdown_text=tail, blocks=blocks)
        except SlackFailure as wrong:
            if wrong.kind != "permanent":
                raise
            return False
        return True

    async def _call(self, method: str, place: Place, **args: Any) -> None:
        token = self._installations.token(place.workspace)
        await self._slack.call(method, token, workspace=place.workspace, channel=place.channel, **args)


def _joined(answer: Answer, tail: str) -> str:
    return "\n\n".join(each for each in (for_markdown(answer.text), tail) if each)


def _markdown(text: str) -> Blocks:
    return [{"type": "markdown", "text": text}] if text else []
