"""Shows the result of a run to the one who asked, or in the channel."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from bot.errors import BotError
from bot.logs import log
from bot.module import Result
from bot.slack.blocks import error_blocks, error_text, files, result_blocks
from bot.slack.caller import Slack, Upload
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
RESULT = "The result is here."


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
        if not done and where.response_url:
            with suppress(SlackFailure):  # a sign of life that does not arrive changes nothing
                await self._slack.answer(where.response_url, {"response_type": "ephemeral", "text": WORKING})
        return await running

    async def show(self, where: Where, result: Result, *, private: bool) -> None:
        """Show a result: alone to the person, or in the channel."""
        for at, blocks in enumerate(result_blocks(result)):
            await self.say(where, RESULT, blocks, private=private, part=at)
        attached = [(each.name, each.content, each.alt) for each in files(result)]
        if attached:
            await self._attach(replace(where, channel=None) if private else where, attached)

    async def _attach(self, where: Where, attached: Sequence[Upload]) -> None:
        """Put files beside the result; into the direct messages where they are for one person alone."""
        token = self._installations.token(where.workspace)
        if where.channel:
            try:
                await self._slack.upload(token, where.workspace, where.channel, where.thread_ts, attached)
            except SlackFailure as wrong:
                if wrong.kind != "permanent":
                    raise
            else:
                return
        channel = await self._replies.direct(where.workspace, where.user)
        await self._slack.upload(token, where.workspace, channel, None, attached)

    async def fail(self, where: Where, wrong: BotError, extra: Blocks | None = None) -> None:
        """Tell the person what went wrong."""
        blocks = [*error_blocks(wrong), *(extra or [])]
        await self.say(where, error_text(wrong), blocks, private=True, part="failure")

    async def say(
        self, where: Where, text: str, blocks: Blocks, *, private: bool, part: int | str = 0
    ) -> None:
        """Say something: through the request's own response_url where there is one, else as a message."""
        if where.response_url and (private or not where.channel):
            body = {"response_type": "ephemeral", "replace_original": False, "text": text, "blocks": blocks}
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
            await self._postman.post(where.workspace, key, where.channel, where.thread_ts, message)
        except SlackFailure as wrong:
            if wrong.kind != "permanent" or not where.response_url:
                raise
            await self._slack.answer(where.response_url, {**message, "response_type": "in_channel"})
