"""Answers that nobody works on get an end; what is young, or another thread's trouble, stays as it is."""

import time

import pytest

from bot.services.conversations import Answer
from bot.services.stuck import HOPELESS, OLD, Stuck
from bot.store import Store


class Thread:
    """What repairs answers, unless the thread is closed to it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.repaired: list[Answer] = []
        self.closed: set[str] = set()

    async def repair(self, answer: Answer) -> None:
        if answer.place.channel in self.closed:
            raise RuntimeError("channel_not_found")
        self.repaired.append(answer)
        async with self.store.begin() as unit:
            await unit.turns.finish(answer.place.workspace, answer.turn.id, "interrupted")


async def owe(store: Store, channel: str = "C1") -> str:
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
        conversation, _ = await unit.conversations.open("T1", channel, "1.0", "UADA")
        turn = await unit.turns.add("T1", conversation.id, role="assistant", text="Half", state="streaming")
        return turn.id


async def state(store: Store, turn: str) -> str:
    async with store.read() as unit:
        found = await unit.turns.get("T1", turn)
    assert found
    return found.state


@pytest.fixture
def thread(store: Store) -> Thread:
    return Thread(store)


async def test_an_old_answer_is_repaired_once_and_a_young_one_is_left_to_its_process(
    store: Store, thread: Thread
) -> None:
    turn = await owe(store)
    await Stuck(store, thread.repair).close()
    assert thread.repaired == []
    later = Stuck(store, thread.repair, lambda: time.time() + OLD + 60)
    await later.close()
    await later.close()
    (answer,) = thread.repaired
    assert (answer.turn.id, answer.text, answer.fresh, answer.person.id) == (turn, "Half", False, "UADA")
    assert (answer.place.channel, answer.place.thread_ts) == ("C1", "1.0")


async def test_a_closed_thread_keeps_no_other_waiting_and_is_given_up_in_the_end(
    store: Store, thread: Thread
) -> None:
    closed, other = await owe(store, "C1"), await owe(store, "C2")
    thread.closed.add("C1")
    await Stuck(store, thread.repair, lambda: time.time() + OLD + 60).close()
    assert (await state(store, closed), await state(store, other)) == ("streaming", "interrupted")
    await Stuck(store, thread.repair, lambda: time.time() + HOPELESS + 60).close()
    assert await state(store, closed) == "interrupted"
