"""One look at a followed job: what is new is told in one transaction with where the story stands now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import (
    AccessDenied,
    ApiError,
    BotError,
    Invalid,
    KeyRefused,
    MissingAtApi,
    NoConnection,
    NotFound,
)
from bot.jobs import JOBS, Job
from bot.logs import log
from bot.openai import Api, segment
from bot.services import reading
from bot.services.connecting import Connecting
from bot.services.gathering import Gathered, gather
from bot.services.pacing import Pace
from bot.services.staging import Stage
from bot.services.stories import Card, Chapter, Ending
from bot.store import Store, Watch

#: After these a job cannot be followed any more, whoever tries.
OVER = (KeyRefused, AccessDenied, MissingAtApi, NoConnection, NotFound, Invalid)
#: Looks in a row without an answer until the card says so: about two minutes.
TROUBLE = 4
#: Seconds until a message is there that waits in the outbox, or room for the last edit of a card.
LETTER, EDIT = 4.0, 20.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: the card now, chapters under the ids of their events, and the end if it came."""

    card: Card
    chapters: Sequence[tuple[str, Chapter]] = ()
    events: Sequence[str] = ()
    over: bool = False


class Looking:
    """Looks at watches that somebody leased; every write is bound to the lease."""

    def __init__(self, store: Store, connecting: Connecting, stage: Stage, pace: Pace) -> None:
        self._store = store
        self._connecting = connecting
        self._stage = stage
        self._pace = pace

    async def look(self, watch: Watch) -> bool:
        """Look once; whether something is on its way to the channel now. Raises BotError for no answer."""
        if watch.state == "ending":
            await self._end(watch)
            return False
        async with self._store.read() as unit:
            waiting = await unit.watches.untold(watch)
        if waiting:  # while Slack is down or slow, what happens meanwhile becomes one message
            await self._later(watch, self._pace.soon(LETTER))
            return False
        if not watch.card_ts:
            ts = await self._begin(watch)
            if not ts:
                return ts is not None
            watch = replace(watch, card_ts=ts)
        try:
            line = await self._connecting.line(watch.workspace, watch.connection)
            found = await self._found(watch, line.api)
        except OVER as wrong:
            found = _lost(watch, wrong)
        return await self._tell(watch, found)

    async def postponed(self, watch: Watch, seconds: float) -> None:
        """Not now: OpenAI wants this connection to wait."""
        await self._later(watch, self._pace.soon(seconds))

    async def trouble(self, watch: Watch, wrong: BotError) -> None:
        """A look got no answer: look again later, and let the card say so when it lasts."""
        failures, name = watch.failures + 1, type(wrong).__name__
        card = reading.opened(watch.last)
        changes: dict[str, Any] = {"failures": failures, "last_error": name}
        if card and watch.card_ts and failures >= TROUBLE:
            changes |= (await self._stage.show(watch, reading.troubled(card, wrong.text)))[1]
        log("watches.failed", workspace=watch.workspace, error_code=name, count=failures)
        asked = wrong.retry_after if isinstance(wrong, ApiError) else None
        await self._later(watch, self._pace.after_failure(failures, asked), **changes)

    async def _begin(self, watch: Watch) -> str | None:
        """The card comes before the story: its ts, "" while it is on its way, None where it never will be."""
        try:
            async with self._store.begin() as unit:
                ts = await self._stage.put_card(unit, watch, reading.opened(watch.last) or _unseen(watch))
                if not ts:
                    await unit.watches.checked(watch, self._pace.soon(LETTER))
                elif not await unit.watches.carded(watch, ts):
                    return None
        except NotFound as wrong:
            log("watches.unwelcome", workspace=watch.workspace)
            await self._later(watch, 0.0, state="stopped", last_error=wrong.text)
            return None
        return ts

    async def _found(self, watch: Watch, api: Api) -> Look:
        async def known(events: Sequence[str]) -> set[str]:
            async with self._store.read() as unit:
                return await unit.watches.known(watch.workspace, watch.id, events)

        before = reading.opened(watch.last)
        # The job first: events that come between the two are told now, and the end never before them.
        job: Job = (await api.get(f"{JOBS}/{segment(watch.job)}")).data
        new: Gathered = await gather(api, watch.job, known)
        card = reading.carded(job, before, new, await reading.names(api, job, before))
        chapters = new.chapters() if new.ids else []
        ending = await reading.ended(api, job, card)
        if ending is not None:
            card = replace(card, followed=False)
            chapters = [*chapters, ("end", Chapter(ending=ending))]
        return Look(card, chapters, new.ids, over=ending is not None)

    async def _tell(self, watch: Watch, look: Look) -> bool:
        """Everything together or nothing: the events, their messages, and where the story stands."""
        shown, changed = await self._stage.show(watch, look.card)
        if shown == "gone":
            log("watches.gone", workspace=watch.workspace)
            await self._later(watch, 0.0, state="stopped", last_error="The card is not there any more.")
            return False
        letters = await self._stage.written(watch, look.card, look.chapters)
        quiet = 0 if look.chapters else reading.quiet(watch.last) + 1
        changes: dict[str, Any] = {"status": look.card.status, "failures": 0, "last_error": None, **changed}
        if look.over:
            changes["state"] = "ended" if shown == "done" else "ending"
        after = self._pace.after(look.card.status, quiet)
        async with self._store.begin() as unit:
            if not await unit.watches.checked(watch, after, last=reading.kept(look.card, quiet), **changes):
                return False  # another has it by now, and tells it
            await unit.watches.add_events(watch.workspace, watch.id, look.events)
            await self._stage.put(unit, watch, letters)
        return bool(letters)

    async def _end(self, watch: Watch) -> None:
        """The story is told; only the card does not show it yet."""
        card = reading.opened(watch.last)
        shown = (await self._stage.show(watch, card))[0] if card else "gone"
        over = {} if shown == "later" else {"state": "ended"}
        await self._later(watch, self._pace.soon(EDIT), **over)

    async def _later(self, watch: Watch, seconds: float, **changes: Any) -> None:
        async with self._store.begin() as unit:
            await unit.watches.checked(watch, seconds, **changes)


async def fresh(api: Api, job: str) -> Card:
    """A job that nobody looked at before. Raises ApiError."""
    found: Job = (await api.get(f"{JOBS}/{segment(job)}")).data
    return reading.carded(found, None, Gathered(), await reading.names(api, found, None))


def _unseen(watch: Watch) -> Card:
    return Card(job=watch.job, status=watch.status or "unknown", base_model="", file="", method="")


def _lost(watch: Watch, wrong: BotError) -> Look:
    """The story of a job that cannot be followed any more."""
    advice = f"Once that is settled, `/openai finetune follow {watch.job}` follows it again."
    ending = Ending(kind="lost", reason=wrong.text, advice=advice)
    card = reading.troubled(reading.opened(watch.last) or _unseen(watch), wrong.text, followed=False)
    return Look(card, [("lost", Chapter(ending=ending))], over=True)
