"""Long conversations: what they said first is summed up, remembered, and forgotten with its messages."""

from bot.services.conversations import Answer
from bot.services.prompt import LATEST, MANY, older
from bot.services.summaries import Summaries
from bot.store import Conversation
from tests.services.conftest import House
from tests.services.test_conversations import PLACE, Thread

#: A turn of so many words takes about an eighth of what is kept as it was said.
WORDS = "word " * 600


class Long(Thread):
    """A thread that sums itself up after each answer, as the bot does."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.summaries = Summaries(house.store, house.connecting, house.runs.hashed)
        self.summed = 0

    async def goes_on(self, text: str, ts: str) -> Answer:
        answer = await self.says(text, ts)
        if answer.long:
            self.summed += 1
            await self.summaries.keep_up(answer)
        return answer

    async def kept(self) -> Conversation:
        async with self.house.store.read() as unit:
            found = await unit.conversations.find(PLACE.workspace, PLACE.channel, PLACE.thread_ts)
        assert found is not None
        return found


async def grown(house: House) -> Long:
    """A thread that was summed up once: it begins with a name, and then is long."""
    await house.connect()
    thread = Long(house)
    await thread.goes_on("My name is Ada.", "100.1")
    for at in range(10, 40):
        if thread.summed:
            break
        await thread.goes_on(f"Tell me more. {WORDS}", f"100.{at}")
    assert thread.summed == 1
    return thread


async def test_what_no_longer_fits_is_summed_up_and_remembered(house: House) -> None:
    thread = await grown(house)
    conversation = await thread.kept()
    assert conversation.summary
    assert "Ada" in conversation.summary
    assert conversation.summary_seq > 2
    answer = await thread.goes_on("What is my name?", "200.1")
    assert "Ada" in answer.text
    assert conversation.summary in thread.asked[1]["content"]
    assert not any(each["content"] == "My name is Ada." for each in thread.asked)
    assert len(thread.asked) < 20


async def test_short_conversations_ask_for_no_summary(house: House) -> None:
    await house.connect()
    thread = Long(house)
    await thread.goes_on("My name is Ada.", "100.1")
    await thread.goes_on("What is my name?", "100.2")
    assert thread.summed == 0
    assert (await thread.kept()).summary is None


async def test_a_summary_goes_with_a_message_that_it_tells(house: House) -> None:
    thread = await grown(house)
    await thread.conversations.changed(PLACE, "100.1", None)
    conversation = await thread.kept()
    assert (conversation.summary, conversation.summary_seq) == (None, 0)
    answer = await thread.says("What is my name?", "200.1")
    assert "Ada" not in answer.text


async def test_a_summary_stays_when_a_later_message_changes(house: House) -> None:
    thread = await grown(house)
    await thread.says("One more.", "200.1")
    before = await thread.kept()
    await thread.conversations.changed(PLACE, "200.1", "Two more.")
    assert (await thread.kept()).summary == before.summary is not None


async def test_what_was_changed_while_it_was_summed_up_is_not_told(house: House) -> None:
    await house.connect()
    thread = Long(house)
    await thread.says("My name is Ada.", "100.1")
    answer = None
    for at in range(10, 40):
        answer = await thread.says(f"Tell me more. {WORDS}", f"100.{at}")
        if answer.long:
            break
    assert answer is not None

    class Meanwhile(Summaries):
        async def _ask(self, *given: object) -> str:
            await thread.conversations.changed(PLACE, "100.1", "My name is Grace.")
            return "Her name is Ada."

    await Meanwhile(house.store, house.connecting, house.runs.hashed).keep_up(answer)
    assert (await thread.kept()).summary is None


async def test_a_refused_summary_leaves_the_conversation_as_it_was(house: House) -> None:
    thread = await grown(house)
    before = await thread.kept()
    answers = [await thread.says(f"And then? {WORDS}", f"300.{at}") for at in range(10, 18)]
    assert answers[-1].long
    async with house.store.begin() as unit:
        await unit.conversations.update("T1", before.id, model="gpt-of-long-ago")
    await thread.summaries.keep_up(answers[-1])
    assert (await thread.kept()).summary == before.summary


async def test_a_second_summary_tells_what_the_first_told(house: House) -> None:
    thread = await grown(house)
    for at in range(50, 90):
        if thread.summed > 1:
            break
        await thread.goes_on(f"And then? {WORDS}", f"100.{at}")
    conversation = await thread.kept()
    assert thread.summed == 2
    assert conversation.summary
    assert "Ada" in conversation.summary


async def test_many_short_turns_are_summed_up_too_and_the_last_two_never(house: House) -> None:
    await house.connect()
    thread = Thread(house)
    answers = [await thread.says("Hi", f"{100 + at}.1") for at in range(MANY // 2)]
    async with house.store.read() as unit:
        turns = await unit.turns.history("T1", answers[0].conversation.id, 2 * MANY)
    assert older(turns) == []
    assert older([*turns, turns[-1]]) == turns[: MANY + 1 - LATEST]
