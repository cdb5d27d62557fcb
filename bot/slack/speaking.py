"""Speaks an answer into its thread as it comes, and gives it an end whatever happens."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.errors import BotError, Interrupted
from bot.logs import failure, log
from bot.services.answers import Answers
from bot.services.conversations import Answer, Conversations, Place
from bot.slack import ids
from bot.slack.blocks import actions, button, error_text, footer, thumbs
from bot.slack.caller import Slack
from bot.slack.clock import Clock
from bot.slack.failures import POWERLESS, SlackFailure
from bot.slack.installations import Installations
from bot.slack.remedies import connecting
from bot.slack.replies import Replies
from bot.slack.stream import Writer
from bot.store.turns import State

Buttons = list[dict[str, Any]]
THINKING = "is thinking…"
STOPPED = "_Stopped._"
EMPTY = "_The answer is empty: the model used all its tokens for thinking. Raise the limit, or ask again._"


class Speaker:
    """Runs answers; one at a time in a thread. long: told of those whose conversation is to be summed up."""

    def __init__(
        self,
        slack: Slack,
        installations: Installations,
        conversations: Conversations,
        answers: Answers,
        replies: Replies,
        clock: Clock,
        *,
        long: Callable[[Answer], object],
    ) -> None:
        self._slack = slack
        self._installations = installations
        self._conversations = conversations
        self._answers = answers
        self._replies = replies
        self._clock = clock
        self._long = long
        self._reading: dict[Place, asyncio.Task[None]] = {}

    async def speak(self, answer: Answer, *, team: str | None = None) -> None:
        """Ask for the answer and stream it."""
        place = answer.place
        async with self._conversations.in_order(place):
            writer = Writer(
                self._slack,
                self._installations.token(place.workspace),
                place.workspace,
                place.channel,
                place.thread_ts,
                answer.person.id,
                team or place.workspace,
                self._clock,
                started=lambda ts: self._answers.started(answer, ts),
            )
            status = asyncio.create_task(writer.thinking(THINKING))
            reading = asyncio.create_task(self._read(answer, writer))
            self._reading[place] = reading
            writer.on_stop = lambda: self.stop(place)
            try:
                state, tail, buttons = await self._outcome(answer, reading)
            finally:
                self._reading.pop(place, None)
                await asyncio.gather(status, return_exceptions=True)
            await self._end(answer, writer, state, tail, buttons)
            if answer.long and state == "done":
                self._long(answer)

    async def _read(self, answer: Answer, writer: Writer) -> None:
        async for text in self._answers.answer(answer):
            writer.write(text)
            await self._answers.progress(answer)

    async def _outcome(self, answer: Answer, reading: asyncio.Task[None]) -> tuple[State, str, Buttons]:
        """How the answer ended: its state, what is said about that, and what can be done about it."""
        again = button("Try again", ids.AGAIN, ids.answer(answer))
        try:
            await asyncio.shield(reading)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                # The process ends: say so in the thread, that is the end which this answer gets.
                task.uncancel()
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                return "interrupted", error_text(Interrupted()), [again]
            return "stopped", STOPPED, []
        except BotError as wrong:
            log(
                "answer.failed",
                workspace=answer.place.workspace,
                user=answer.person.id,
                error_kind=type(wrong).__name__,
                request=getattr(wrong, "request_id", None),
            )
            buttons = [*connecting(wrong, answer.person), *([again] if wrong.again else [])]
            return "failed", error_text(wrong), buttons
        except Exception as bug:  # noqa: BLE001 - a bug: logged once, and the person gets the reference
            text = f"⚠️ Something is wrong at my side (reference {failure('answer.bug', bug)})."
            return "failed", text, [again]
        buttons = [button("Regenerate", ids.AGAIN, ids.answer(answer))]
        if answer.finish_reason == "length":
            buttons.append(button("Continue", ids.CONTINUE, ids.answer(answer)))
        buttons.append(button("Use in…", ids.USE, ids.answer(answer)))
        return "done", "", buttons

    async def _end(self, answer: Answer, writer: Writer, state: State, tail: str, buttons: Buttons) -> None:
        blocks = [footer(answer.model, answer.input_tokens, answer.output_tokens, answer.notes)]
        if buttons:
            blocks.append(actions(*buttons))
        if state == "done":
            blocks.append(thumbs(ids.VERDICT, ids.answer(answer)))
        if answer.text == "" and state == "done":
            tail = EMPTY
        text = f"\n\n{tail}" if tail and answer.text else tail
        written, kept = await asyncio.gather(
            writer.finish(blocks=blocks, tail=text),
            self._answers.finish(answer, state),
            return_exceptions=True,
        )
        if isinstance(kept, BaseException):
            raise kept
        if (
            isinstance(written, SlackFailure)
            and written.kind == "permanent"
            and written.error not in POWERLESS
        ):
            await self._replies.elsewhere(answer, written, tail)
        elif isinstance(written, BaseException):
            raise written

    def stop(self, place: Place) -> bool:
        """Stop what is being said there; False when nothing is (here)."""
        reading = self._reading.get(place)
        if reading is None:
            return False
        reading.cancel()
        return True
