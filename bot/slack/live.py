"""An answer as a stream: started with the first text, appended to, rolled over before Slack ends it."""

from collections.abc import Awaitable, Callable

from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure
from bot.slack.pages import Blocks, Gone, Pages, close
from bot.slack.posting import Thread, find_started
from bot.slack.split import MOST, Fences
from bot.slack.text import whole

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
# Slack ends a stream about 306 s after its start, whatever is appended (measured by others).
LIFE = 240.0
CONTINUED = "\n\n_continued…_"
# A message never gets more than it can hold, so that one chat.update can repair it. What closes a code block
# and the note have to fit in too.
ROOM = MOST - 150
SOON = 1.0  # seconds; where the end has to wait longer, the text goes ahead of it
LONGEST_WORD, LONGEST_LINE = 40, 1000  # characters; longer ones are cut anywhere
STOPS = 10  # refusals of one stop by the rates, each with its wait


class Over(Exception):
    """This answer cannot be streamed, or no more; `pages` go on with it."""

    def __init__(self, pages: Pages) -> None:
        super().__init__()
        self.pages = pages


class Live:
    """The stream of one answer. All calls come from one task, one after the other."""

    def __init__(
        self,
        thread: Thread,
        recipient: dict[str, str],
        clock: Clock,
        began: Callable[[str], Awaitable[None]],
    ) -> None:
        self._thread = thread
        self._recipient = recipient
        self._clock = clock
        self._began = began
        self._rates = thread.slack.rates
        self._ts: str | None = None
        self._base = self._shown = 0  # where this message begins in the text, and how much is surely in Slack
        self._head = ""  # the line that opens again the code block in which the message begins
        self._started = self._called = 0.0
        self._counted = False

    def leave(self) -> None:
        """Nothing more comes: others may have the share of the rates."""
        if self._counted:
            self._counted = False
            self._rates.leave(APPEND, self._thread.workspace)

    def pace(self) -> float:
        """Seconds until more may be shown: none after the start, then so that all streams get a share."""
        ready = self._rates.ready(APPEND, self._thread.workspace)
        if self._called <= self._started:
            return ready
        due = self._called + self._rates.pace(APPEND, self._thread.workspace)
        return max(0.0, due - self._clock.now(), ready)

    async def show(self, text: str) -> bool:
        """Show what of the text is not in Slack yet; whether that is done, or Slack wants a pause."""
        if self._ts is None and not text[self._base :].strip():
            return True  # Slack starts no message with nothing to see
        if self._ts is not None:
            text = text[: self._words(text)]
        while self._shown < len(text):
            await self._make_room(text)
            cut = self._cut(text)
            if self._ts is None:
                await self._start(text[:cut])
            elif not await self._append(text[self._shown : cut]):
                return False
            self._shown = cut
        return True

    async def end(self, text: str, blocks: Blocks | None) -> None:
        """Show the rest, with blocks under it, and close the stream."""
        waits = self._rates.ready(STOP, self._thread.workspace) > SOON
        if self._ts is None or self._cut(text) < len(text) or waits or self._old():
            await self.show(text)
        if self._ts is None or self._cut(text) < len(text):
            raise await self._give_up()
        await self._stop(text[self._shown :], blocks)
        self.leave()

    async def _make_room(self, text: str) -> None:
        if self._ts is not None and (self._old() or self._cut(text) <= self._shown):
            await self._roll(text)

    def _old(self) -> bool:
        return self._ts is not None and self._clock.now() - self._started >= LIFE

    def _words(self, text: str) -> int:
        """How far the text has whole words (Slack may drop a space that begins a piece), at the end lines."""
        near = self._shown - self._base > ROOM - LONGEST_LINE
        cut = text.rfind("\n", self._shown)
        if not near:
            cut = max(cut, text.rfind(" ", self._shown))
        if cut < 0:  # a language without spaces, or a word that is still coming
            long = len(text) - self._shown > (LONGEST_LINE if near else LONGEST_WORD)
            return len(text) if long else self._shown
        return cut + 1

    def _cut(self, text: str) -> int:
        """How far this message can go: at a line's end where there is one in its second half."""
        most = self._base + ROOM - len(self._head)
        if len(text) <= most:
            return len(text)
        half = self._base + ROOM // 2
        if line := text.rfind("\n", max(self._shown, half), most) + 1:
            return line
        return self._shown if self._shown > half else whole(text, most)

    async def _start(self, text: str) -> None:
        if self._rates.ready(START, self._thread.workspace) > 0:
            raise Over(self._pages())
        began = self._clock.now()
        piece = self._head + text[self._base :]
        args = {"thread_ts": self._thread.thread_ts, "markdown_text": piece}
        try:
            try:
                answer = await self._thread.call(START, **args, **self._recipient)
            except SlackFailure as failure:
                if failure.kind != "permanent" or "recipient" not in failure.error:
                    raise
                answer = await self._thread.call(START, **args)
            ts = str(answer["ts"])
        except SlackFailure as failure:
            if failure.kind == "ambiguous" and (
                lost := await find_started(self._thread, piece, began, self._clock)
            ):
                await self._mark(lost)
                raise await self._give_up() from None
            raise Over(self._pages()) from None
        await self._mark(ts)

    async def _mark(self, ts: str) -> None:
        self._ts = ts
        self._started = self._called = self._clock.now()
        self._counted = True
        self._rates.enter(APPEND, self._thread.workspace)
        await self._began(ts)

    async def _append(self, piece: str) -> bool:
        """Whether it is in Slack; not yet where Slack wants us to wait."""
        self._called = self._clock.now() + 1e-6
        try:
            await self._thread.call(APPEND, ts=self._ts, markdown_text=piece)
        except SlackFailure as failure:
            if failure.kind == "limited":
                return False
            raise await self._after(failure) from None
        return True

    async def _roll(self, text: str) -> None:
        """End this message, so that the text goes on in a new one."""
        piece = self._head + text[self._base : self._shown]
        fences = Fences().text(piece)
        closer = fences.closer().lstrip("\n") if piece.endswith("\n") else fences.closer()
        await self._stop(closer + CONTINUED, None)
        self.leave()
        self._ts = None
        self._base = self._shown
        self._head = f"{fences.opener}\n" if fences.opener else ""

    async def _stop(self, rest: str, blocks: Blocks | None) -> None:
        for _ in range(STOPS):
            try:
                await self._thread.call(STOP, ts=self._ts, markdown_text=rest or None, blocks=blocks or None)
            except SlackFailure as failure:
                if failure.kind == "limited":  # nothing was done; the next call waits as long as Slack wants
                    continue
                raise await self._after(failure) from None
            return
        raise await self._give_up()

    async def _after(self, failure: SlackFailure) -> Over | Gone:
        """What follows a failure in the stream; an ambiguous call is not repeated: all text replaces it."""
        if failure.error == "message_not_found":
            return Gone()
        if failure.error == "stopped_by_user":
            return Gone(self._pages(), self._shown)
        return await self._give_up(close_it=failure.error != "message_not_in_streaming_state")

    async def _give_up(self, *, close_it: bool = True) -> Over:
        if close_it and self._ts is not None:
            await close(self._thread, self._ts, self._clock)
        return Over(self._pages())

    def _pages(self) -> Pages:
        self.leave()
        return Pages(self._thread, self._clock, self._began, base=self._base, head=self._head, ts=self._ts)
