"""Shows what there is of a result while it is made, in one message that is edited and goes at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from bot.logs import log
from bot.module import File, Part, Result
from bot.slack.blocks import result_blocks
from bot.slack.caller import Slack
from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure
from bot.slack.posting import Thread

SOON = "This is not finished yet…"
#: Slack looks at a picture before it shows it; its users report about a second, and no end to it.
LOOKS, PAUSE = 12, 0.5
#: A request is given up long before that (seconds).
LONGEST = 3600.0
MARK = "bot_preview"
Block = dict[str, Any]


class Preview:
    """One preview in one channel; what cannot be shown is left out, because the result comes anyway."""

    def __init__(
        self,
        slack: Slack,
        token: str,
        workspace: str,
        place: Callable[[], Awaitable[tuple[str, str | None]]],
        clock: Clock,
        key: str,
    ) -> None:
        """`place`: channel and thread, asked for when there is something to show. `key`: of the request."""
        self._slack = slack
        self._token = token
        self._workspace = workspace
        self._place = place
        self._channel = ""
        self._clock = clock
        self._mark = {"event_type": MARK, "event_payload": {"k": key}}
        self._latest: Part | None = None
        self._task: asyncio.Task[None] | None = None
        self._ts: str | None = None
        self._files: list[str] = []
        self._ending = False

    async def show(self, part: Part) -> None:
        """Show this in place of what was shown before; never waits for Slack."""
        self._latest = part
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def end(self) -> None:
        """Take the preview and its files away."""
        self._ending = True
        if self._task is not None:  # a message that is on its way has to be known to be taken away
            await asyncio.gather(self._task, return_exceptions=True)
        if self._ts is not None:
            await self._tidy("chat.delete", channel=self._channel, ts=self._ts)
        for each in self._files:
            await self._tidy("files.delete", file=each)

    async def clear(self) -> None:
        """Take away what an earlier process showed that died before its result was there."""
        with suppress(SlackFailure):  # where nothing can be read, it stays
            channel, thread_ts = await self._place()
            thread = Thread(self._slack, self._token, self._workspace, channel, thread_ts)
            for message in await thread.since(self._clock.now() - LONGEST):
                if message.get("metadata") == self._mark:
                    await self._tidy("chat.delete", channel=channel, ts=message["ts"])
                    for file in [each["slack_file"] for each in message["blocks"] if "slack_file" in each]:
                        await self._tidy("files.delete", file=file["id"])

    async def _work(self) -> None:
        """Show the newest part until there is none newer."""
        try:
            while (part := self._latest) is not None and not self._ending:
                await self._say(part)
                if self._latest is part:
                    self._latest = None
        except SlackFailure as wrong:
            log("previews.not_shown", workspace=self._workspace, error_code=wrong.error)

    async def _say(self, part: Part) -> None:
        if not isinstance(part, File):
            await self._write([block for page in result_blocks(Result([part]))[:1] for block in page])
            return
        given = [(part.name, part.content, part.alt)]
        told = await self._slack.upload(self._token, self._workspace, None, None, given)
        file = str(told[0]["id"])
        self._files.append(file)
        picture = {"type": "image", "slack_file": {"id": file}, "alt_text": part.alt[:2000] or part.name}
        if await self._shown(picture):
            while len(self._files) > 1:
                await self._tidy("files.delete", file=self._files.pop(0))

    async def _shown(self, picture: Block) -> bool:
        """Show a picture as soon as Slack has looked at it; False where that takes too long."""
        for _ in range(LOOKS):
            try:
                await self._write([picture])
            except SlackFailure as wrong:
                if wrong.error != "invalid_blocks":
                    raise
                await self._clock.sleep(PAUSE)
                if self._ending:
                    return False
            else:
                return True
        return False

    async def _write(self, blocks: list[Block]) -> None:
        soon = {"type": "context", "elements": [{"type": "mrkdwn", "text": SOON}]}
        said: dict[str, Any] = {"text": SOON, "blocks": [*blocks, soon]}
        if self._ts is None:
            self._channel, thread_ts = await self._place()
            posted = await self._call("chat.postMessage", thread_ts=thread_ts, metadata=self._mark, **said)
            self._ts = str(posted["ts"])
        else:
            await self._call("chat.update", ts=self._ts, **said)

    async def _call(self, method: str, **args: Any) -> dict[str, Any]:
        return await self._slack.call(
            method, self._token, workspace=self._workspace, channel=self._channel, **args
        )

    async def _tidy(self, method: str, **args: Any) -> None:
        with suppress(SlackFailure):  # what is gone already is as good as taken away
            await self._slack.call(method, self._token, workspace=self._workspace, **args)
