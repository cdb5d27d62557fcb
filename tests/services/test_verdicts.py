"""Who may say what they think of which answer."""

import pytest

from bot.errors import Forbidden, NotFound
from bot.services.conversations import Place
from bot.services.people import Person
from bot.services.verdicts import Verdicts
from tests.services.conftest import BEN, STRANGER, House
from tests.services.test_conversations import PLACE, Thread


async def test_a_verdict_counts_where_the_answer_was_given_and_nowhere_else(house: House) -> None:
    await house.connect()
    thread, verdicts = Thread(house), Verdicts(house.store)
    turn = (await thread.says("Hello", "100.1")).turn.id
    elsewhere = Place("T1", "C1", "200.1")
    await thread.says("Hello", "200.1", place=elsewhere)
    for person, place, named in (
        (BEN, elsewhere, turn),
        (BEN, PLACE, "no such turn"),
        (STRANGER, Place("T2", PLACE.channel, PLACE.thread_ts), turn),
    ):
        with pytest.raises(NotFound):
            await verdicts.give(person, place, named, "bad")
    with pytest.raises(Forbidden):
        await verdicts.give(Person("T1", "UGUS", guest=True), PLACE, turn, "bad")
    await verdicts.give(BEN, PLACE, turn, "good")
    async with house.store.read() as unit:
        assert await unit.verdicts.count("T1") == [("gpt-6-luna", "good", 1)]
        assert await unit.verdicts.count("T2") == []


async def test_a_verdict_stays_when_the_answer_is_asked_for_anew(house: House) -> None:
    await house.connect()
    thread, verdicts = Thread(house), Verdicts(house.store)
    turn = (await thread.says("Hello", "100.1")).turn.id
    await verdicts.give(BEN, PLACE, turn, "bad")
    await thread.conversations.again(BEN, PLACE, turn)
    async with house.store.read() as unit:
        assert await unit.verdicts.count("T1") == [("gpt-6-luna", "bad", 1)]
