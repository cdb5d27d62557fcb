"""An answer as ordinary messages: posted and edited as it grows, or posted whole at its end."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from bot.slack.caller import Json
from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure
from bot.slack.posting import GRACE, Thread, create
from bot.slack.split import split_markdown
from bot.slack.text import plain

UPDATE = "chat.update"
# With more messages growing at once in a workspace each would change less than every 12 s (50 a minute).
MOST_GROWING = 10
# "No more than once every 3 seconds" for long texts (docs.slack.dev: chat.update).
LEAST_PACE = 3.0
CLOSING = 3  # attempts to close a stream before its message can be edited

Blocks = list[dict[str, Any]]


class Gone(Exception):
    """A person stopped the answer, or deleted its message: then pages is None and not even an end is shown.

    Else pages holds the message, with what of the text was in Slack (shown: characters).
    """

    def __init__(self, pages: "Pages | None" = None, shown: int = 0) -> None:
        super().__init__()
        self.pages = pages
        self.shown = shown


class Pages:
    """The messages of one answer from `base` on, brought to what its whole text says.

    ts: a message that is there and holds the beginning (a stream that was given up); head: the line that
    opens again the code block in which `base` lies; whole: nothing is shown before the end.
    """

    def __init__(
        self,
        thread: Thread,
        clock: Clock,
        began: Callable[[str], Awaitable[None]],
        *,
        base: int = 0,
        head: str = "",
        ts: str | None = None,
        whole: bool = False,
    ) -> None:
        self._thread = thread
        self._clock = clock
        self._began = began
        self._base = base
        self._head = head
        self._ts = [ts] if ts else []
        self._shown = [""] if ts else []
        rates, workspace = thread.slack.rates, thread.workspace
        self.grows = ts is not None or (
            not whole
            and rates.crowd(UPDATE, workspace) < MOST_GROWING
            and rates.ready("chat.postMessage", workspace, thread.channel) <= 0
            and rates.ready(UPDATE, workspace) <= 0
        )
        self._counted = self.grows
        if self._counted:
            rates.enter(UPDATE, workspace)

    def leave(self) -> None:
        """Nothing more comes: others may have the share of the rates."""
        if self._counted:
            self._counted = False
            self._thread.slack.rates.leave(UPDATE, self._thread.workspace)

    def pace(self) -> float:
        """Seconds until it is worth showing more."""
        rates, workspace = self._thread.slack.rates, self._thread.workspace
        return max(LEAST_PACE, rates.pace(UPDATE, workspace), rates.ready(UPDATE, workspace))

    async def show(self, text: str) -> bool:
        """Show the text so far; whether that is done. What fails in passing comes with the next time."""
        if not self.grows:
            return True
        try:
            await self._bring(text, None)
        except SlackFailure as failure:
            if failure.kind == "permanent":
                raise
            return False
        return True

    async def end(self, text: str, blocks: Blocks | None) -> None:
        """Show the whole text, and blocks under it."""
        try:
            await self._bring(text, blocks)
        finally:
            self.leave()

    async def _bring(self, text: str, blocks: Blocks | None) -> None:
        pages = split_markdown(self._head + text[self._base :]) or [""]
        for number, page in enumerate(pages):
            under = blocks if number == len(pages) - 1 else None
            if number == len(self._ts):
                await self._post(page, under)
            elif self._shown[number] != page or under:
                await self._update(self._ts[number], page, under)
                self._shown[number] = page

    async def _post(self, page: str, blocks: Blocks | None) -> None:
        if not page and not blocks:
            return
        ts = await create(self._thread, str(uuid4()), _message(page, blocks), self._clock)
        self._ts.append(ts)
        self._shown.append(page)
        await self._began(ts)

    async def _update(self, ts: str, page: str, blocks: Blocks | None) -> None:
        for attempt in range(CLOSING):
            try:
                await self._thread.call(UPDATE, ts=ts, **_message(page, blocks))
            except SlackFailure as failure:
                if failure.error == "message_not_found":
                    raise Gone from None
                if failure.error != "streaming_state_conflict" or attempt == CLOSING - 1:
                    raise
                await close(self._thread, ts, self._clock)
            else:
                return


async def close(thread: Thread, ts: str, clock: Clock) -> None:
    """End a stream whose state is not known, so that its message can be edited; failures show there."""
    for _ in range(CLOSING):
        try:
            await thread.call("chat.stopStream", ts=ts)
        except SlackFailure as failure:
            if failure.kind == "permanent":  # it streams no more
                return
            await clock.sleep(GRACE)
        else:
            return


def _message(page: str, blocks: Blocks | None) -> Json:
    """Markdown alone, or as a block where blocks come under it: Slack takes one or the other."""
    if not blocks:
        return {"markdown_text": page}
    text: Blocks = [{"type": "markdown", "text": page}] if page.strip() else []
    return {"blocks": [*text, *blocks], "text": plain(page) or "…"}
