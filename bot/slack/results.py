"""Says something to the one who asked, or in the channel: what came of a run, or what went wrong."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from bot.errors import BotError, Unavailable
from bot.logs import log
from bot.slack.blocks import error_blocks, error_text
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.letters import Postman
from bot.slack.places import Where
from bot.slack.replies import Replies

T = TypeVar("T")
Blocks = list[dict[str, Any]]
#: Slack asks for a sign of life within three seconds.
SIGN_AFTER = 1.5
WORKING = "Working on it…"


class Results:
    """Where a result or a failure is shown."""

    def __init__(
        self, slack: Slack, installations: Installations, postman: Postman, replies: Replies
    ) -> None:
        self._slack = slack
        self._installations = installations
        self._postman = postman
        self._replies = replies

    async def watched(self, where: Where, work: Awaitable[T]) -> T:
        """Wait for a run; where it takes long, the person sees that it works."""
        running = asyncio.ensure_future(work)
        done, _ = await asyncio.wait([running], timeout=SIGN_AFTER)
        if not done:
            with suppress(SlackFailure):  # a sign of life that does not arrive changes nothing
                await self._sign(where)
        return await running

    async def _sign(self, where: Where) -> None:
        if where.response_url:
            await self._slack.answer(where.response_url, {**_alone(where), "text": WORKING})
        elif where.channel and not where.channel.startswith("D"):
            await self._slack.call(
                "chat.postEphemeral",
                self._installations.token(where.workspace),
                workspace=where.workspace,
                channel=where.channel,
                thread_ts=where.thread_ts,
                user=where.user,
                text=WORKING,
            )

    async def fail(self, where: Where, wrong: BotError, extra: Blocks | None = None) -> None:
        """Tell the person what went wrong."""
        blocks = [*error_blocks(wrong), *(extra or [])]
        await self.say(where, error_text(wrong), blocks, private=True, part="failure")

    async def say(
        self, where: Where, text: str, blocks: Blocks, *, private: bool, part: int | str = 0
    ) -> None:
        """Say something: through the request's own response_url where there is one, else as a message."""
        if where.response_url and (private or not where.channel):
            body = {**_alone(where), "replace_original": False, "text": text, "blocks": blocks}
            try:
                await self._slack.answer(where.response_url, body)
            except SlackFailure as wrong:
                log("results.elsewhere", workspace=where.workspace, error_code=wrong.error)
            else:
                return
        if private or not where.channel:
            await self._replies.whisper(where, f"{where.key}:alone:{part}", text, blocks)
            return
        message = {"text": text, "blocks": blocks}
        try:
            key = f"{where.key}:{part}"
            await self._postman.post(
                where.workspace, key, where.channel, where.thread_ts, message, user=where.user
            )
        except (SlackFailure, Unavailable) as wrong:
            if isinstance(wrong, SlackFailure) and wrong.kind != "permanent":
                log("results.later", workspace=where.workspace, error_code=wrong.error)
                return  # it stays in the outbox, and whoever asked is told if it cannot come
            if not where.response_url:
                raise
            await self._slack.answer(where.response_url, {**message, "response_type": "in_channel"})


def _alone(where: Where) -> dict[str, Any]:
    """What a request's own response_url takes to show something to the person alone, where the person is."""
    thread = {"thread_ts": where.thread_ts} if where.inside else {}
    return {"response_type": "ephemeral", **thread}
