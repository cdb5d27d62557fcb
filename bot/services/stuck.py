"""Gives answers an end that nobody works on any more: their process died, and so did all who took over."""

import time
from collections.abc import Awaitable, Callable

from bot.errors import Unavailable
from bot.logs import failure as log_failure
from bot.logs import log
from bot.services.conversations import Answer, Place
from bot.services.people import Person
from bot.store import Store, Turn

#: Seconds between two rounds.
EVERY = 300.0
#: An answer takes five minutes at most, and a few may wait in line in a thread; older ones are nobody's.
OLD = 1800.0
#: Older ones whose thread takes nothing are given up.
HOPELESS = 24 * 3600.0


class Stuck:
    """Finds such answers; `repair` gives one its end in its place, and keeps that."""

    def __init__(
        self,
        store: Store,
        repair: Callable[[Answer], Awaitable[None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._repair = repair
        self._clock = clock

    async def close(self) -> None:
        """One round; for the timetable."""
        async with self._store.read() as unit:
            found = await unit.turns.unfinished()
        for turn in found:
            age = self._clock() - turn.created_at.timestamp()
            if age >= OLD and (answer := await self._answer(turn)):
                await self._close(answer, hopeless=age >= HOPELESS)

    async def _close(self, answer: Answer, *, hopeless: bool) -> None:
        workspace = answer.place.workspace
        try:
            await self._repair(answer)
            log("stuck.closed", workspace=workspace)
        except Unavailable:
            raise
        except Exception as wrong:  # noqa: BLE001 - whatever one thread does, the others are to be closed
            log_failure("stuck.failed", wrong, workspace=workspace)
            if hopeless:
                async with self._store.begin() as unit:
                    await unit.turns.finish(workspace, answer.turn.id, "interrupted")

    async def _answer(self, turn: Turn) -> Answer | None:
        async with self._store.read() as unit:
            conversation = await unit.conversations.get(turn.workspace, turn.conversation)
        if conversation is None:
            return None
        place = Place(turn.workspace, conversation.channel, conversation.thread_ts)
        person = Person(turn.workspace, conversation.created_by or "")
        return Answer(
            place=place, person=person, conversation=conversation, turn=turn, fresh=False,
            text=turn.text, ts=turn.ts, state=turn.state,
        )  # fmt: skip
