"""Answers: asks the model for the next turn of a conversation and keeps what comes, as it comes."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from bot.errors import Unavailable
from bot.logs import log
from bot.openai import Kind, chat_body, chat_deltas, lightest_effort
from bot.services.connecting import Connecting
from bot.services.conversations import TURNS, Answer
from bot.services.people import Person
from bot.services.prompt import messages, older, part
from bot.store import Store, Turn
from bot.store.turns import State

PATH = "/chat/completions"
KIND: Kind = "chat"
#: How long a stored answer may be behind what people saw of it (seconds).
SAVE_EVERY = 2.0
#: Seconds between attempts to keep an answer's end: it is paid for, and people have seen it.
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: Fetches a file of a turn: its name, media type and content; None where it is gone or may not be read.
Fetch = Callable[[str, Mapping[str, Any]], Awaitable[tuple[str, str, bytes] | None]]


class Answers:
    """Asks for answers, and keeps them."""

    def __init__(
        self,
        store: Store,
        connecting: Connecting,
        hashed: Callable[[Person], str],
        fetch: Fetch,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._connecting = connecting
        self._hashed = hashed
        self._fetch = fetch
        self._clock = clock
        self._sleep = sleep

    async def answer(self, answer: Answer) -> AsyncIterator[str]:
        """Ask the model; pieces of text as they come. What is known stands in `answer` at every moment."""
        conversation = answer.conversation
        workspace = answer.place.workspace
        line = await self._connecting.line(workspace, conversation.connection)
        model = conversation.model or await self._connecting.model(workspace, line.connection.id, KIND)
        async with self._store.read() as unit:
            turns = await unit.turns.history(workspace, conversation.id, TURNS)
        before = [
            each
            for each in turns
            if conversation.summary_seq < each.seq < answer.turn.seq and (each.text or each.files)
        ]
        answer.long = bool(older(before))
        files = {each.id: await self._parts(workspace, each) for each in before if each.files}
        effort = lightest_effort(model)
        wanted = {**({"reasoning_effort": effort} if effort else {}), **(conversation.settings or {})}
        body, notes = chat_body(model, {**wanted, "messages": messages(conversation, before, files)})
        answer.notes = tuple(notes)
        answer.model = model
        body |= {
            "stream": True,
            "stream_options": {"include_usage": True, "include_obfuscation": False},
            "safety_identifier": self._hashed(answer.person),
        }
        async with line.api.stream(PATH, body) as events:
            async for delta in chat_deltas(events):
                if delta.text:
                    answer.text += delta.text
                    yield delta.text
                if delta.finish_reason:
                    answer.finish_reason = delta.finish_reason
                answer.model = delta.model or answer.model
                if delta.usage:
                    answer.input_tokens = delta.usage.get("prompt_tokens")
                    answer.output_tokens = delta.usage.get("completion_tokens")
        answer.state = "done"

    async def _parts(self, workspace: str, turn: Turn) -> list[dict[str, Any]]:
        found = [await self._fetch(workspace, each) for each in turn.files]
        return [part(*each) for each in found if each]

    async def started(self, answer: Answer, ts: str) -> None:
        """The answer is visible under this ts; kept at once, so that a crash can give it an end."""
        answer.ts = ts  # of several messages the last: that is the one which a crash leaves open
        async with self._store.begin() as unit:
            await unit.turns.save_progress([(answer.place.workspace, answer.turn.id, answer.text, answer.ts)])
        answer.saved_at = self._clock()

    async def progress(self, answer: Answer) -> None:
        """Keep what there is of the answer, at most every two seconds; it goes on where that cannot be."""
        if answer.ts and self._clock() - answer.saved_at >= SAVE_EVERY:
            answer.saved_at = self._clock()
            with suppress(Unavailable):
                async with self._store.begin() as unit:
                    await unit.turns.save_progress(
                        [(answer.place.workspace, answer.turn.id, answer.text, answer.ts)]
                    )

    async def finish(self, answer: Answer, state: State, ts: str | None = None) -> None:
        """Keep how the answer ended; where the store is down for more than a minute, the log says so."""
        answer.state = state
        for pause in PAUSES:
            try:
                await self._finish(answer, state, ts)
            except Unavailable:
                await self._sleep(pause)
            else:
                return
        log("answer.not_kept", level=logging.ERROR, workspace=answer.place.workspace, turn=answer.turn.id)

    async def _finish(self, answer: Answer, state: State, ts: str | None) -> None:
        async with self._store.begin() as unit:
            await unit.turns.finish(
                answer.place.workspace, answer.turn.id, state=state, text=answer.text, ts=ts or answer.ts,
                model=answer.model, input_tokens=answer.input_tokens, output_tokens=answer.output_tokens,
            )  # fmt: skip
