"""Writes an answer into a thread while it comes: one task an answer, so that no call overtakes another."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from bot.logs import failure as log_failure
from bot.slack.caller import Slack
from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure
from bot.slack.live import Live, Over
from bot.slack.pages import Blocks, Gone, Pages
from bot.slack.posting import Thread
from bot.slack.text import close_bidi, for_markdown

STATUS = "assistant.threads.setStatus"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an answer: its messages, the text that was given to the writer, and how it was shown."""

    ts: list[str]
    text: str
    how: Literal["stream", "update", "post"]


class Writer:
    """One answer in one thread.

    `write` never waits; the first text goes out at once, the rest as the workspace's rates allow. `finish`
    returns when all of it is in Slack; SlackFailure when that cannot be. started: told each message's ts as
    soon as it is known. on_stop: called once when a person stopped the answer; then nothing more is shown.
    """

    def __init__(
        self,
        slack: Slack,
        token: str,
        workspace: str,
        channel: str,
        thread_ts: str | None,
        recipient_user: str,
        recipient_team: str,
        clock: Clock,
        started: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self.on_stop: Callable[[], object] | None = None
        self.stopped = False
        self._thread = Thread(slack, token, workspace, channel, thread_ts)
        self._recipient = {"recipient_user_id": recipient_user, "recipient_team_id": recipient_team}
        self._clock = clock
        self._started = started
        self._all: list[str] = []  # as it was written
        self._coming: list[str] = []  # not yet in _text
        self._text = ""  # escaped, as Slack gets it
        self._ts: list[str] = []
        self._how: Literal["stream", "update", "post"] = "stream"
        self._awake = asyncio.Event()
        self._behind = False  # whether Slack has less than _text
        self._ending = False
        self._last: tuple[Blocks | None, str] = (None, "")
        self._pause: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def write(self, text: str) -> None:
        """Add a piece of the answer."""
        if not text or self.stopped:
            return
        self._all.append(text)
        self._coming.append(text)
        self._awake.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work())

    async def thinking(self, status: str) -> None:
        """Show a line such as "is thinking…" until the first text; only decoration, so a failure is none."""
        thread = self._thread
        if self._task is not None or thread.thread_ts is None:
            return
        if thread.slack.rates.ready(STATUS, thread.workspace) > 0:
            return
        try:
            await thread.slack.call(
                STATUS,
                thread.token,
                workspace=thread.workspace,
                channel_id=thread.channel,
                thread_ts=thread.thread_ts,
                status=status,
                urgent=True,
            )
        except SlackFailure:
            return

    async def finish(self, blocks: Blocks | None = None, tail: str = "") -> Written:
        """Show the rest, `tail` after it and blocks under it, and wait until that is done."""
        self._last = (blocks, tail)
        self._ending = True
        self._awake.set()
        if self._pause is not None:
            self._pause.cancel()
        if self._task is None and (tail or blocks):
            self._task = asyncio.create_task(self._work())
        if self._task is not None:
            await asyncio.shield(self._task)  # an end that has begun is brought to its end
        return Written(self._ts, "".join(self._all), self._how)

    async def abort(self, note: str) -> Written:
        """End the answer where it is, with a note on why."""
        return await self.finish(tail=f"\n\n{note}" if self._all else note)

    async def _work(self) -> None:
        way: Live | Pages | None = None
        try:
            while await self._more():
                way = way or Live(self._thread, self._recipient, self._clock, self._began)
                try:
                    self._behind = not await way.show(self._text)
                except Over as over:
                    way, self._behind = self._other(over.pages), True
                    continue
                await self._rest(way.pace())
            # What is whole before its first call is one message instead of a stream's two calls.
            way = way or self._other(Pages(self._thread, self._clock, self._began, whole=True))
            await self._end(way)
        except Gone as gone:
            await self._stopped(gone)
        finally:
            if way is not None:
                way.leave()

    async def _more(self) -> bool:
        """Wait until there is text to show; False at the end."""
        while not (self._ending or self._coming or self._behind):
            self._awake.clear()
            await self._awake.wait()
        self._text += for_markdown("".join(self._coming))
        self._coming.clear()
        return not self._ending

    async def _rest(self, seconds: float) -> None:
        """Wait, but no longer than to the end of the answer."""
        if seconds <= 0 or self._ending:
            return
        self._pause = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait([self._pause])
        finally:
            self._pause.cancel()
            self._pause = None

    async def _end(self, way: Live | Pages) -> None:
        blocks, tail = self._last
        self._text += for_markdown(tail)
        self._text += close_bidi(self._text)
        try:
            await way.end(self._text, blocks)
        except Over as over:
            await self._other(over.pages).end(self._text, blocks)

    async def _stopped(self, gone: Gone) -> None:
        """A person stopped it: say so to who asks the model, and give what was shown its end."""
        self.stopped = True
        if self.on_stop is not None:
            self.on_stop()
        while not self._ending:
            self._awake.clear()
            await self._awake.wait()
        if gone.pages is not None:
            blocks, tail = self._last
            with suppress(Gone):
                await gone.pages.end(self._text[: gone.shown] + for_markdown(tail), blocks)

    def _other(self, pages: Pages) -> Pages:
        self._how = "update" if pages.grows else "post"
        return pages

    async def _began(self, ts: str) -> None:
        self._ts.append(ts)
        if self._started is None:
            return
        try:
            await self._started(ts)
        except Exception as error:  # noqa: BLE001 - the answer goes on; a repair after a crash finds it without this
            log_failure("stream.unrecorded", error, workspace=self._thread.workspace)
