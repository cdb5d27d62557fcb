"""Conversations as people have them."""

import asyncio

from bot.playground.person import Message, Person
from bot.slack import ids
from tests.scenarios.conftest import House

PEOPLE = {"ada", "ben", "cleo", "gus"}


def answers(messages: list[Message], after: str) -> list[Message]:
    return [each for each in messages if each.ts > after and each.author not in PEOPLE]


async def answer(person: Person, channel: str, thread: str, after: str | None = None) -> Message:
    since = after or thread

    def whole(each: Message) -> bool:
        return bool(each.ts > since and each.author not in PEOPLE and each.plain and not each.streaming)

    return await person.waits(whole, channel, thread)


async def test_a_mention_is_answered_once_in_its_thread_and_the_thread_remembers(
    house_on_either: House,
) -> None:
    ben = await house_on_either.person("ben")
    root = await ben.says("general", "<@bot> My name is Ben.")
    await answer(ben, "general", root)
    question = await ben.says("general", "What is my name?", thread=root)
    said = await answer(ben, "general", root, question)
    assert "Ben" in said.plain
    thread = await ben.sees("general", root)
    assert len(answers(thread, root)) == 2
    assert "<@" not in said.plain


async def test_a_direct_message_needs_no_mention(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("dm", "Hello")
    assert (await answer(ben, "dm", root)).plain


async def test_what_is_not_said_to_the_bot_is_neither_answered_nor_kept(house: House) -> None:
    ben = await house.person("ben")
    asked = len(house.playground.openai.requests)
    other = await ben.says("general", "Has anybody seen my keys?")
    await ben.says("general", "They are on the table.", thread=other)
    root = await ben.says("general", "<@bot> hello")
    await answer(ben, "general", root)
    assert len(await ben.sees("general", other)) == 2
    chats = [each for each in list(house.playground.openai.requests)[asked:] if "chat" in each["path"]]
    assert len(chats) == 1


async def test_two_people_are_told_apart(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    root = await ben.says("general", "<@bot> I like tea.")
    await answer(ben, "general", root)
    question = await cleo.says("general", "And I like coffee.", thread=root)
    await answer(cleo, "general", root, question)
    body = [each for each in house.playground.openai.requests if "chat" in each["path"]][-1]["body"]
    names = [each["name"] for each in body["messages"] if each["role"] == "user"]
    assert len(set(names)) == 2


async def test_a_thread_that_the_bot_joins_late_is_read_once(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "The budget is 12 euros.")
    await ben.says("general", "Tea costs 3 euros.", thread=root)
    question = await ben.says("general", "<@bot> what is the budget?", thread=root)
    await answer(ben, "general", root, question)
    body = [each for each in house.playground.openai.requests if "chat" in each["path"]][-1]["body"]
    said = [each["content"] for each in body["messages"] if each["role"] == "user"]
    assert said == ["The budget is 12 euros.", "Tea costs 3 euros.", "what is the budget?"]


async def test_edits_and_deletions_reach_the_memory(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> I am Ben and I like tea.")
    first = await answer(ben, "general", root)
    second = await ben.says("general", "My dog is Rex.", thread=root)
    await answer(ben, "general", root, second)
    await ben.edits("general", root, "<@bot> I am Ben and I like coffee.")
    await ben.deletes("general", second)
    third = await ben.says("general", "What do I like?", thread=root)
    await answer(ben, "general", root, third)
    body = [each for each in house.playground.openai.requests if "chat" in each["path"]][-1]["body"]
    said = " ".join(each["content"] for each in body["messages"] if each["role"] == "user")
    assert "coffee" in said
    assert "tea" not in said
    assert "Rex" not in said
    assert first.ts


async def test_stop_ends_an_answer_where_it_is(house: House) -> None:
    house.playground.openai.speed.tokens_per_second = 20
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> Write 400 words about clocks.")
    await ben.waits(lambda each: each.ts > root and each.streaming and each.plain, "general", root)
    await ben.stops("general", root)
    said = await ben.waits(lambda each: "Stopped" in each.plain and not each.streaming, "general", root)
    assert len(said.plain.split()) < 200


async def test_an_answer_can_be_given_anew(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> Tell me something.")
    first = await answer(ben, "general", root)
    await ben.clicks("Regenerate", "general", first.ts)
    second = await answer(ben, "general", root, first.ts)
    assert second.ts != first.ts


async def test_guests_and_strangers_hear_why_not(house: House) -> None:
    gus = await house.person("gus")
    await gus.says("general", "<@bot> Hello")
    said = await gus.waits(lambda each: each.ephemeral, "general")
    assert "Guests" in said.plain
    assert not [each for each in house.playground.openai.requests if "chat" in each["path"]]


async def test_a_long_thread_remembers_what_no_longer_fits(house: House) -> None:
    ben = await house.person("ben")
    root = after = await ben.says("general", "<@bot> My name is Ben.")
    await answer(ben, "general", root)
    for _ in range(8):
        after = await ben.says("general", f"Tell me about tea. {'word ' * 1500}", thread=root)
        await answer(ben, "general", root, after)
    bot = house.bot
    assert bot is not None
    while bot.background.busy:  # noqa: ASYNC110 - a summary tells nobody that it is made
        await asyncio.sleep(0.01)
    after = await ben.says("general", "What is my name?", thread=root)
    said = await answer(ben, "general", root, after)
    assert "Ben" in said.plain
    asked = [each for each in house.playground.openai.requests if "chat" in each["path"]]
    messages = asked[-1]["body"]["messages"]
    assert "name is Ben" in messages[1]["content"]
    assert not any(each["content"] == "My name is Ben." for each in messages)


async def test_people_say_what_they_think_of_an_answer_and_admins_see_it(house: House) -> None:
    ada, ben = await house.person("ada"), await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    said = await answer(ben, "general", root)
    await ben.clicks(ids.VERDICT, "general", said.ts, value="Good answer")
    await ben.waits(lambda each: each.ephemeral and "noted" in each.plain, "general", root)
    await ben.clicks(ids.VERDICT, "general", said.ts, value="Bad answer")
    await ben.waits(lambda each: each.ephemeral and "Regenerate" in each.plain, "general", root)
    await ada.clicks(ids.VERDICT, "general", said.ts, value="Good answer")
    await ada.waits(lambda each: each.ephemeral and "noted" in each.plain, "general", root)
    await ada.command("/openai", "admin list", "general")
    told = await ada.waits(lambda each: each.ephemeral and "Good answers" in each.plain, "general")
    assert "gpt-6-luna | 1 | 1" in told.plain
