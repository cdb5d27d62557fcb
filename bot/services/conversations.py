"""Conversations: what was said in a thread, and which answers are owed to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from bot.module import File, Opening
from bot.services.connecting import Connecting
from bot.services.people import Person, allow_entry
from bot.store import Conversation, Store, Turn, Unit
from bot.store.turns import Role, State

#: How many of the latest turns are looked at; the token budget decides how many are shown.
TURNS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is: a thread of a channel of a workspace."""

    workspace: str
    channel: str
    thread_ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something a person said in a place; `ts` is its id there, `files` what is known of its files."""

    ts: str
    text: str
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True, kw_only=True)
class Answer:
    """An answer that is owed, and what is known of it so far."""

    place: Place
    person: Person
    conversation: Conversation
    turn: Turn
    fresh: bool = True  # whether it is owed since just now; else another process began it
    text: str = ""
    ts: str | None = None
    state: State = "waiting"
    model: str | None = None
    finish_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    notes: Sequence[str] = ()
    saved_at: float = 0.0
    long: bool = False  # whether the conversation has older turns that are better summed up


class Conversations:
    """Keeps what was said in each place."""

    def __init__(self, store: Store, connecting: Connecting) -> None:
        self._store = store
        self._connecting = connecting
        self._order = WeakValueDictionary[Place, asyncio.Lock]()  # each while somebody holds or awaits it

    async def known(self, place: Place) -> bool:
        """Whether there is a conversation in this place."""
        async with self._store.read() as unit:
            return await unit.conversations.find(place.workspace, place.channel, place.thread_ts) is not None

    @asynccontextmanager
    async def in_order(self, place: Place) -> AsyncIterator[None]:
        """Answers of one place one after the other, in the order in which they were asked for."""
        lock = self._order.setdefault(place, asyncio.Lock())
        async with lock:
            yield

    async def hear(self, place: Place, person: Person, said: Said) -> Answer:
        """Keep what was said and the answer owed to it. Said twice (a redelivery), it is the same answer."""
        allow_entry(person)
        async with self._store.begin() as unit:
            conversation, _ = await unit.conversations.open(
                place.workspace, place.channel, place.thread_ts, person.id
            )
            known = await unit.turns.by_ts(place.workspace, place.channel, said.ts)
            if known is not None:
                owed = await self._owed(unit, conversation, known)
            else:
                await self._add(
                    unit, conversation, "user", said.text, author=person.id, ts=said.ts, files=said.files
                )
                owed = await self._add(unit, conversation, "assistant", "", state="waiting")
        return _answer(place, person, conversation, owed, fresh=known is None)

    async def open(
        self, place: Place, person: Person, opening: Opening, connection: str | None, ts: str | None = None
    ) -> Answer:
        """Begin a conversation as a chat operation describes it; in one that is there, ask its last question.

        `ts` is the message in which the place sees the question.
        """
        line = await self._connecting.line(place.workspace, connection)
        async with self._store.begin() as unit:
            conversation, created = await unit.conversations.open(
                place.workspace, place.channel, place.thread_ts, person.id, connection=line.connection.id,
                model=opening.model, system=opening.system, settings=dict(opening.settings),
            )  # fmt: skip
            known = await unit.turns.by_ts(place.workspace, place.channel, ts) if ts else None
            fresh = created or (ts is not None and known is None)
            if fresh:
                for role, text in opening.turns[:-1] if created else ():
                    author = person.id if role == "user" else None
                    await self._add(unit, conversation, role, text, author=author)
                asked, files = opening.turns[-1][1], _described(opening.files)
                await self._add(unit, conversation, "user", asked, author=person.id, ts=ts, files=files)
                owed = await self._add(unit, conversation, "assistant", "", state="waiting")
            elif known:
                owed = await self._owed(unit, conversation, known)
            else:
                owed = (await unit.turns.history(place.workspace, conversation.id, TURNS))[-1]
        return _answer(place, person, conversation, owed, fresh=fresh)

    async def again(self, person: Person, place: Place, turn: str) -> Answer | None:
        """Owe an answer anew that failed or is not liked; None where it is not known here."""
        allow_entry(person)
        async with self._store.begin() as unit:
            conversation = await unit.conversations.find(place.workspace, place.channel, place.thread_ts)
            old = await unit.turns.get(place.workspace, turn)
            if conversation is None or old is None or old.conversation != conversation.id:
                return None
            await unit.turns.remove(place.workspace, turn)
            await unit.conversations.untell(place.workspace, conversation.id, old.seq)
            owed = await self._add(unit, conversation, "assistant", "", state="waiting")
        return _answer(place, person, conversation, owed)

    async def left(self, person: Person, place: Place) -> Answer | None:
        """The answer that a process left in a place without its end, if there is one."""
        async with self._store.read() as unit:
            conversation = await unit.conversations.find(place.workspace, place.channel, place.thread_ts)
            if conversation is None:
                return None
            turns = await unit.turns.history(place.workspace, conversation.id, TURNS)
        open_ = [each for each in turns if each.state in {"waiting", "streaming"}]
        return _answer(place, person, conversation, open_[-1], fresh=False) if open_ else None

    async def remember(
        self, place: Place, person: Person, earlier: Sequence[tuple[Role, str | None, Said]]
    ) -> None:
        """Keep what was said before the bot came: (role, author, what), oldest first."""
        async with self._store.begin() as unit:
            conversation, created = await unit.conversations.open(
                place.workspace, place.channel, place.thread_ts, person.id
            )
            if not created:
                return
            for role, author, said in earlier:
                await self._add(
                    unit, conversation, role, said.text, author=author, ts=said.ts, files=said.files
                )

    async def changed(self, place: Place, ts: str, text: str | None) -> None:
        """A message of the place has another text now, or was deleted (None): so is its turn."""
        async with self._store.begin() as unit:
            turn = await unit.turns.by_ts(place.workspace, place.channel, ts)
            if turn is None:
                return
            if text is None:
                await unit.turns.remove(place.workspace, turn.id)
            else:
                await unit.turns.set_text(place.workspace, turn.id, text)
            await unit.conversations.untell(place.workspace, turn.conversation, turn.seq)

    async def _add(self, unit: Unit, conversation: Conversation, role: Role, text: str, **more: Any) -> Turn:
        return await unit.turns.add(conversation.workspace, conversation.id, role=role, text=text, **more)

    async def _owed(self, unit: Unit, conversation: Conversation, question: Turn) -> Turn:
        turns = await unit.turns.history(conversation.workspace, conversation.id, TURNS)
        after = [each for each in turns if each.seq > question.seq and each.role == "assistant"]
        return after[0] if after else await self._add(unit, conversation, "assistant", "", state="waiting")


def _answer(
    place: Place, person: Person, conversation: Conversation, turn: Turn, *, fresh: bool = True
) -> Answer:
    return Answer(
        place=place, person=person, conversation=conversation, turn=turn,
        fresh=fresh, text=turn.text, ts=turn.ts, state=turn.state,
    )  # fmt: skip


def _described(files: Sequence[File]) -> list[dict[str, Any]]:
    """Files as a place describes them, as far as it keeps them."""
    return [
        {"id": each.source, "name": each.name, "mimetype": each.media_type} for each in files if each.source
    ]
