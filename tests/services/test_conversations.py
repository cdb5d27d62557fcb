"""Conversations and their answers: memory, order, edits, failures."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.errors import ApiBroken, BotError, Forbidden
from bot.module import Opening
from bot.services.answers import Answers
from bot.services.conversations import Answer, Conversations, Place, Said
from bot.services.people import Person
from bot.services.prompt import BUDGET, tokens
from tests.services.conftest import BEN, House

PLACE = Place("T1", "C1", "100.1")


async def no_files(_: str, __: Mapping[str, Any]) -> tuple[str, str, bytes] | None:
    return None


class Thread:
    """A thread as a person uses it."""

    def __init__(self, house: House) -> None:
        self.conversations = Conversations(house.store, house.connecting)
        self.answers = Answers(house.store, house.connecting, house.runs.hashed, no_files)
        self.house = house

    async def says(self, text: str, ts: str, person: Person = BEN, place: Place = PLACE) -> Answer:
        answer = await self.conversations.hear(place, person, Said(ts=ts, text=text))
        async for _ in self.answers.answer(answer):
            pass
        await self.answers.finish(answer, "done", f"{ts}5")
        return answer

    @property
    def asked(self) -> list[dict[str, Any]]:
        last = [each for each in self.house.api.requests if each["path"] == "/v1/chat/completions"][-1]
        return list(last["body"]["messages"])


@pytest.fixture
async def thread(house: House) -> Thread:
    await house.connect()
    return Thread(house)


async def test_a_thread_remembers_what_was_said(thread: Thread) -> None:
    await thread.says("My name is Ada.", "100.1")
    answer = await thread.says("What is my name?", "100.2")
    assert "Ada" in answer.text
    roles = [each["role"] for each in thread.asked]
    assert roles == ["system", "user", "assistant", "user"]
    assert thread.asked[1]["name"] == "UBEN"


async def test_another_thread_and_another_workspace_know_nothing_of_it(thread: Thread) -> None:
    await thread.says("My name is Ada.", "100.1")
    await thread.says("What is my name?", "200.1", place=Place("T1", "C1", "200.1"))
    assert "Ada" not in str(thread.asked)
    assert not await thread.conversations.known(Place("T2", "C1", "100.1"))


async def test_a_message_that_is_delivered_twice_owes_one_answer(thread: Thread) -> None:
    first = await thread.conversations.hear(PLACE, BEN, Said(ts="100.1", text="Hello"))
    second = await thread.conversations.hear(PLACE, BEN, Said(ts="100.1", text="Hello"))
    assert first.fresh
    assert not second.fresh
    assert first.turn.id == second.turn.id


async def test_edits_and_deletions_change_what_the_model_sees(thread: Thread) -> None:
    await thread.says("My name is Ada.", "100.1")
    await thread.says("I like tea.", "100.2")
    await thread.conversations.changed(PLACE, "100.1", "My name is Grace.")
    await thread.conversations.changed(PLACE, "100.2", None)
    await thread.says("Who am I?", "100.3")
    seen = " ".join(each["content"] for each in thread.asked if each["role"] == "user")
    assert "Grace" in seen
    assert "Ada" not in seen
    assert "tea" not in seen


async def test_what_was_said_before_the_bot_came_is_kept_once(thread: Thread) -> None:
    earlier = [("user", "UCLEO", Said(ts="99.1", text="The budget is 12 euros."))]
    await thread.conversations.remember(PLACE, BEN, earlier)
    await thread.conversations.remember(PLACE, BEN, earlier)
    await thread.says("What is the budget?", "100.2")
    assert [each["content"] for each in thread.asked[1:]] == [
        "The budget is 12 euros.",
        "What is the budget?",
    ]


async def test_a_conversation_opens_with_its_instructions_and_settings(thread: Thread, house: House) -> None:
    opening = Opening(
        model="gpt-4.1",
        system="Answer like a pirate.",
        turns=[("user", "Hello")],
        settings={"temperature": 0.5},
    )
    answer = await thread.conversations.open(PLACE, BEN, opening, None)
    async for _ in thread.answers.answer(answer):
        pass
    body = [each for each in house.api.requests if each["path"] == "/v1/chat/completions"][-1]["body"]
    assert body["model"] == "gpt-4.1"
    assert body["temperature"] == 0.5
    assert "reasoning_effort" not in body
    assert body["messages"][0]["content"] == "Answer like a pirate."
    assert answer.notes == ()
    assert not (await thread.conversations.open(PLACE, BEN, opening, None)).fresh


async def test_a_long_thread_is_cut_to_its_budget_from_the_oldest_on(thread: Thread) -> None:
    for at in range(4):
        await thread.conversations.remember(PLACE, BEN, [])
        await thread.conversations.hear(PLACE, BEN, Said(ts=f"100.{at}", text=f"{at} " + "word " * 9_000))
    await thread.says("And now?", "101.1")
    assert sum(tokens(each["content"]) for each in thread.asked) <= BUDGET
    assert thread.asked[-1]["content"] == "And now?"
    assert not any(each["content"].startswith("0 ") for each in thread.asked)


async def test_one_message_of_fifty_thousand_characters_is_asked_whole(thread: Thread) -> None:
    await thread.says("x" * 50_000, "100.1")
    assert len(thread.asked[-1]["content"]) == 50_000


async def test_two_quick_questions_are_answered_in_order(thread: Thread) -> None:
    order: list[str] = []

    async def ask(name: str) -> None:
        async with thread.conversations.in_order(PLACE):
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(*(ask(name) for name in "abc"))
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_a_question_that_comes_while_the_next_one_waits_is_answered_after_it(thread: Thread) -> None:
    order: list[str] = []

    async def ask(name: str, *then: str) -> None:
        async with thread.conversations.in_order(PLACE):
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")
        await asyncio.gather(*(ask(each) for each in then))

    await asyncio.gather(ask("first", "third"), ask("second"))
    assert order == [f"{name} {what}" for name in ("first", "second", "third") for what in ("begins", "ends")]


async def test_what_came_before_a_cut_is_kept(thread: Thread, house: House) -> None:
    house.api.speed.tokens_per_second = 0
    answer = await thread.conversations.hear(PLACE, BEN, Said(ts="100.1", text="Hello"))
    await thread.answers.started(answer, "100.15")
    async with house.store.read() as unit:
        turn = await unit.turns.get("T1", answer.turn.id)
    assert turn is not None
    assert (turn.ts, turn.state) == ("100.15", "streaming")


async def test_an_answer_is_asked_anew_only_where_it_was_given(thread: Thread) -> None:
    answer = await thread.says("Hello", "100.1")
    again = await thread.conversations.again(BEN, PLACE, answer.turn.id)
    assert again is not None
    assert again.fresh
    other = Place("T1", "C2", "100.1")
    assert await thread.conversations.again(BEN, other, answer.turn.id) is None
    assert (
        await thread.conversations.again(Person("T2", "UEVE"), Place("T2", "C1", "100.1"), answer.turn.id)
        is None
    )


async def test_guests_are_not_heard(thread: Thread) -> None:
    with pytest.raises(Forbidden):
        await thread.conversations.hear(
            PLACE, Person("T1", "UGUS", guest=True), Said(ts="100.1", text="Hello")
        )
    assert not await thread.conversations.known(PLACE)


def test_a_broken_answer_can_be_tried_again() -> None:
    assert ApiBroken().again
    assert isinstance(ApiBroken(), BotError)
