"""Fine-tuning jobs tell their channel what happens to them, through restarts, once each."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.playground.message import Predicate
from bot.playground.openai.finetuning_machine import catch_up, follow
from bot.playground.person import Message, Person, PersonError
from bot.slack import ids
from tests.scenarios.conftest import House

MODEL = "gpt-4.1-mini-2025-04-14"
LINE = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy"}]}\n'


def slow(house: House) -> None:
    """Let no job go on before it is told to."""
    pace = house.playground.openai.pace
    pace.validating = pace.queued = pace.finishing = pace.step = 10_000
    pace.steps = 20


def goes_on(house: House, seconds: float) -> None:
    """Let time pass for the jobs alone."""
    pace, api = house.playground.openai.pace, house.playground.openai
    for name in ("validating", "queued", "finishing", "step"):
        setattr(pace, name, seconds)
    for job in api.jobs.values():
        catch_up(api, job)
        follow(api, job)


async def started(person: Person, house: House, channel: str = "general") -> str:
    """A job made by form from a file; its ID."""
    await person.command("/openai", "finetune create", channel)
    view = await person.view(until=lambda each: "Training" in each["plain"])
    assert view is not None
    file = await person.uploads("greetings.jsonl", LINE * 12)
    answer = await person.submits({"model": MODEL, "training_data": [file]})
    assert not answer.get("errors"), answer
    deadline = asyncio.get_running_loop().time() + 20
    while not house.playground.openai.jobs and asyncio.get_running_loop().time() < deadline:
        await person.view(0.2, lambda _: False)
    return next(iter(house.playground.openai.jobs))


async def comes(
    person: Person, house: House, job: str, wanted: Predicate, thread: str | None = None
) -> Message:
    """What is waited for, with a webhook's word again and again that there is something to be seen."""
    for _ in range(60):
        assert house.bot
        async with house.bot.store.begin() as unit:
            for each in await unit.watches.by_job(house.bot.home.workspace, job):
                await unit.watches.due_now(each.workspace, each.connection, job, secrets.token_hex(4))
        await house.bot.watches.tick()
        await house.bot.postman.deliver()
        with suppress(PersonError):
            return await person.waits(wanted, "general", thread, 0.5)
    return await person.waits(wanted, "general", thread, 1)


def under(messages: Sequence[Message], root: str) -> list[Message]:
    return [each for each in messages if each.ts != root]


def told(messages: Sequence[Message]) -> list[str]:
    """Every event, in order."""
    return [
        line.partition("  ")[2].strip("*⚠️❌ ")
        for each in messages
        for block in each.blocks
        if block["type"] == "section" and "<!date" in str(block.get("text"))
        for line in block["text"]["text"].splitlines()
    ]


def buttons(message: Message) -> list[str]:
    return [
        each["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for each in block["elements"]
    ]


async def test_a_job_tells_its_story_once_to_the_end_though_the_bot_is_restarted(
    house_on_either: House,
) -> None:
    house = house_on_either
    slow(house)
    ada = await house.person("ada")
    job = await started(ada, house)
    card = await ada.waits(lambda each: job in each.plain and ids.JOB_CANCEL in buttons(each), "general")
    await comes(ada, house, job, lambda each: "Validating training file" in each.plain, card.ts)
    await house.end()
    goes_on(house, 0)
    await house.begin()
    end = await comes(ada, house, job, lambda each: ids.JOB_TRY in buttons(each), card.ts)
    shown = await ada.waits(lambda each: each.ts == card.ts and "succeeded" in each.plain, "general")
    thread = under(await ada.sees("general", card.ts), card.ts)
    model = house.playground.openai.jobs[job].fine_tuned_model
    assert model
    assert model in shown.plain
    assert "greetings.jsonl" in shown.plain
    assert ids.JOB_CANCEL not in buttons(shown)
    (picture,) = [each for each in end.blocks if each["type"] == "image"]
    assert picture["alt_text"].startswith("Loss by step. Training loss: from ")
    assert any(each["type"] == "table" for each in end.blocks)
    assert sum("<@" in each.text for each in thread) == 1
    assert thread[-1].ts == end.ts
    events = [each.message for each in house.playground.openai.jobs[job].events]
    lines = told(thread)
    assert lines
    assert [each for each in events if each in lines] == lines
    assert sum(ids.JOB_CHECKPOINTS in buttons(each) for each in await ada.sees("general")) == 1


async def test_who_started_a_job_steers_it_by_its_card_and_others_cannot(house: House) -> None:
    slow(house)
    cleo, ben = await house.person("cleo"), await house.person("ben")
    job = await started(cleo, house)
    card = await cleo.waits(lambda each: job in each.plain and ids.JOB_CANCEL in buttons(each), "general")
    await ben.clicks(ids.JOB_CANCEL, "general", card.ts)
    await ben.waits(lambda each: "Somebody else made this job" in each.plain, "general")
    assert house.playground.openai.jobs[job].status == "validating_files"
    await cleo.clicks(ids.JOB_CANCEL, "general", card.ts)
    await comes(cleo, house, job, lambda each: each.ts == card.ts and "cancelled" in each.plain)
    assert house.playground.openai.jobs[job].status == "cancelled"


async def test_the_model_is_tried_and_compared_where_it_was_made(house: House) -> None:
    slow(house)
    goes_on(house, 0)
    ada = await house.person("ada")
    job = await started(ada, house)
    card = await ada.waits(lambda each: job in each.plain and bool(buttons(each)), "general")
    end = await comes(ada, house, job, lambda each: ids.JOB_TRY in buttons(each), card.ts)
    model = str(house.playground.openai.jobs[job].fine_tuned_model)

    await ada.clicks(ids.JOB_COMPARE, "general", end.ts)
    assert await ada.view(until=lambda each: "Question" in each["plain"])
    await ada.submits({"prompt": "How do you greet?"})
    blind = await ada.waits(lambda each: "asks two models" in each.plain, "general", card.ts)
    assert model not in str(blind.blocks)
    assert MODEL not in str(blind.blocks)
    asked = [each["body"]["model"] for each in house.playground.openai.requests if "chat" in each["path"]]
    assert sorted(asked) == sorted([MODEL, model])
    await ada.clicks("job.vote:a", "general", blind.ts)
    seen = await ada.waits(
        lambda each: each.ts == blind.ts and "says A is better" in each.plain, "general", card.ts
    )
    assert model in seen.plain
    assert not buttons(seen)

    await ada.clicks(ids.JOB_TRY, "general", end.ts)
    assert await ada.view(until=lambda each: f"Model: {model}" in each["plain"])
    await ada.submits({"messages.0.content": "Hello there"})
    await ada.waits(
        lambda each: model in each.plain and each.ts > seen.ts and not each.streaming, "general", card.ts
    )
    last: Any = [each["body"] for each in house.playground.openai.requests if "chat" in each["path"]][-1]
    assert last["model"] == model


async def test_a_channel_without_the_bot_follows_nothing_and_says_why(house: House) -> None:
    slow(house)
    ada = await house.person("ada")
    job = await started(ada, house)
    await ada.waits(lambda each: job in each.plain and bool(buttons(each)), "general")
    await ada.command("/openai", f"finetune follow {job}", "random")
    said = await ada.waits(lambda each: "cannot post here" in each.plain, "random")
    assert "/invite" in said.plain
