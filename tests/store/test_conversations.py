"""Conversations keep their turns in order, as Slack shows them, and each answer ends once."""

import asyncio

import pytest

from bot.errors import NotFound
from bot.store import Conversation, Store, Turn


async def open_(store: Store, thread_ts: str = "1.0") -> Conversation:
    async with store.begin() as unit:
        return (await unit.conversations.open("T1", "C1", thread_ts, "U1"))[0]


async def say(store: Store, conversation: Conversation, text: str, ts: str | None = None) -> Turn:
    async with store.begin() as unit:
        return await unit.turns.add("T1", conversation.id, role="user", author="U1", text=text, ts=ts)


async def history(store: Store, conversation: Conversation, limit: int = 50) -> list[str]:
    async with store.read() as unit:
        return [turn.text for turn in await unit.turns.history("T1", conversation.id, limit)]


async def test_a_thread_has_one_conversation_even_when_two_open_it_at_once(two: Store) -> None:
    async def one() -> tuple[str, bool]:
        async with two.begin() as unit:
            conversation, created = await unit.conversations.open("T1", "C1", "1.0", "U1")
            return conversation.id, created

    opened = await asyncio.gather(*(one() for _ in range(8)))
    assert len({name for name, _ in opened}) == 1
    assert [created for _, created in opened].count(True) == 1


async def test_a_conversation_keeps_what_was_chosen_for_it(two: Store) -> None:
    async with two.begin() as unit:
        made, _ = await unit.conversations.open(
            "T1", "C1", "1.0", "U1", model="m", system="Be kind.", settings={"temperature": 0.5}
        )
        changed = await unit.conversations.update("T1", made.id, summary="So far", system=None)
        assert (changed.model, changed.system, changed.summary) == ("m", None, "So far")
        assert changed.settings == {"temperature": 0.5}
        assert await unit.conversations.get("T1", made.id) == changed
        with pytest.raises(TypeError):
            await unit.conversations.update("T1", made.id, channel="C2")
        with pytest.raises(NotFound):
            await unit.conversations.update("T1", "none", model="m")
    assert "So far" not in repr(changed)


async def test_the_latest_turns_come_oldest_first(two: Store) -> None:
    conversation = await open_(two)
    for number in range(5):
        await say(two, conversation, str(number))
    assert await history(two, conversation, 3) == ["2", "3", "4"]


async def test_turns_that_are_added_at_once_have_places_of_their_own(two: Store) -> None:
    conversation = await open_(two)
    turns = await asyncio.gather(*(say(two, conversation, str(number)) for number in range(20)))
    assert sorted(turn.seq for turn in turns) == list(range(1, 21))


async def test_edits_and_deletions_reach_the_turn_of_that_channel_only(two: Store) -> None:
    conversation = await open_(two)
    async with two.begin() as unit:
        other, _ = await unit.conversations.open("T1", "C2", "1.0", "U1")
        await unit.turns.add("T1", other.id, role="user", text="elsewhere", ts="1.1")
    await say(two, conversation, "first", "1.1")
    await say(two, conversation, "second", "1.2")
    async with two.begin() as unit:
        first, second = [await unit.turns.by_ts("T1", "C1", ts) for ts in ("1.1", "1.2")]
        assert first is not None
        assert second is not None
        assert await unit.turns.set_text("T1", first.id, "edited")
        assert not await unit.turns.set_text("T2", first.id, "edited elsewhere")
        assert await unit.turns.remove("T1", second.id)
        assert not await unit.turns.remove("T1", second.id)
    assert await history(two, conversation) == ["edited"]
    assert await history(two, other) == ["elsewhere"]


async def test_an_answer_is_kept_as_it_comes_and_ends_once(two: Store) -> None:
    conversation = await open_(two)
    async with two.begin() as unit:
        answers = [
            await unit.turns.add("T1", conversation.id, role="assistant", text="", state="waiting")
            for _ in range(2)
        ]
        one, other = (turn.id for turn in answers)
        await unit.turns.save_progress([("T1", one, "Hel", "1.5"), ("T1", other, "Bon", None)])
        await unit.turns.save_progress([("T1", one, "Hello", None)])
        streaming = await unit.turns.get("T1", one)
        assert streaming
        assert (streaming.text, streaming.ts, streaming.state) == ("Hello", "1.5", "streaming")
        assert await unit.turns.unfinished("T1") == await unit.turns.unfinished()
        assert len(await unit.turns.unfinished("T1")) == 2
        assert await unit.turns.finish(
            "T1", one, "done", text="Hello!", model="m", input_tokens=3, output_tokens=2
        )
        assert not await unit.turns.finish("T1", one, "interrupted")
        await unit.turns.save_progress([("T1", one, "late", None)])
        done = await unit.turns.by_ts("T1", "C1", "1.5")
        assert done
        assert (done.text, done.state, done.model, done.input_tokens, done.output_tokens) == (
            "Hello!",
            "done",
            "m",
            3,
            2,
        )
        with pytest.raises(TypeError):
            await unit.turns.finish("T1", one, "done", colour="red")
        assert await unit.turns.remove("T1", one)
        assert not await unit.turns.remove("T1", one)


async def test_files_of_a_turn_are_kept_with_it(two: Store) -> None:
    conversation = await open_(two)
    async with two.begin() as unit:
        added = await unit.turns.add("T1", conversation.id, role="user", text="see", files=[{"id": "F1"}])
        assert await unit.turns.get("T1", added.id) == added
        assert added.files == [{"id": "F1"}]


async def test_a_turn_needs_its_conversation(two: Store) -> None:
    async with two.begin() as unit:
        with pytest.raises(NotFound):
            await unit.turns.add("T1", "none", role="user", text="lost")
