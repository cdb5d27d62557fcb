"""OpenAI refuses, breaks off or is away; Slack drops, doubles or slows down: people get one answer."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from bot.openai import Limits
from bot.playground.openai.prose import essay
from bot.playground.person import Message, Person
from tests.scenarios.conftest import House
from tests.scenarios.test_threads import PEOPLE, answer, answers

CHAT = "POST /v1/chat/completions"
WORDS = 120
ESSAY = essay("clocks", WORDS)
ASKED = f"<@bot> Write {WORDS} words about clocks."


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def calls(house: House, path: str = "chat") -> int:
    return sum(path in each["path"] for each in house.playground.openai.requests)


async def told(person: Person, channel: str = "general", since: str = "0") -> Message:
    """What somebody hears alone."""
    return await person.waits(lambda each: each.ephemeral and each.ts > since, channel)


async def test_a_model_that_the_account_does_not_have_is_named(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "chat --model gpt-nowhere Hello")
    root = await ben.waits(lambda each: "asked:" in each.plain, "general")
    said = await answer(ben, "general", root.ts)
    assert "gpt-nowhere" in said.plain
    assert "Choose another" in said.plain


async def test_an_empty_account_is_told_at_once_and_asked_once(house: House) -> None:
    house.playground.openai.key.quota = "insufficient_quota"
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    said = await answer(ben, "general", root)
    assert "no credit" in said.plain
    assert calls(house) == 1


async def test_a_limit_that_passes_is_waited_for(house: House) -> None:
    limit = {"match": CHAT, "do": "status", "status": 429, "times": 2, "headers": {"retry-after-ms": "20"}}
    house.playground.openai_faults.add(limit)
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    said = await answer(ben, "general", root)
    assert letters(ESSAY) in letters(said.plain)


async def test_a_limit_that_lasts_is_told(house: House) -> None:
    limit = {"match": CHAT, "do": "status", "status": 429, "headers": {"retry-after": "900"}}
    house.playground.openai_faults.add(limit)
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    said = await answer(ben, "general", root)
    assert "limiting how fast" in said.plain
    assert "Try again" in said.plain


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"do": "status", "status": 500}, "problem at its side"),
        ({"do": "html"}, "problem at its side"),
        ({"do": "html", "status": 200}, "Instead of a stream"),
        ({"do": "garbage"}, "Instead of a stream"),
        ({"do": "drop_before"}, "connection to OpenAI broke"),
        ({"do": "cut", "bytes": 10}, "broke off"),
    ],
)
async def test_an_api_that_is_down_is_told_and_asked_again_by_a_click(
    house: House, fault: dict[str, object], words: str
) -> None:
    house.playground.openai_faults.add({"match": CHAT, **fault})
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    said = await answer(ben, "general", root)
    assert words in said.plain
    house.playground.openai_faults.rules.clear()
    await ben.clicks("Try again", "general", said.ts)
    again = await answer(ben, "general", root, said.ts)
    assert letters(ESSAY) in letters(again.plain)


async def test_an_answer_that_is_cut_keeps_what_there_is_and_says_so(house: House) -> None:
    house.playground.openai_faults.add({"match": CHAT, "do": "cut", "bytes": 6000, "times": 1})
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    said = await answer(ben, "general", root)
    assert letters(ESSAY)[:60] in letters(said.plain)
    assert letters(ESSAY) not in letters(said.plain)
    assert "broke off" in said.plain
    assert "Try again" in said.plain
    assert calls(house) == 1


@pytest.mark.parametrize(
    ("bytes_", "words"), [(None, "did not"), (0, "did not begin to answer"), (3000, "nothing more came")]
)
async def test_an_api_that_falls_silent_is_not_waited_for_for_ever(
    house: House, bytes_: int | None, words: str
) -> None:
    await house.end()
    house.limits = Limits(first=0.4, idle=0.4)
    await house.begin()
    house.playground.openai_faults.add({"match": CHAT, "do": "stall", "bytes": bytes_, "times": 1})
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    said = await answer(ben, "general", root)
    assert words in said.plain
    await ben.clicks("Try again", "general", said.ts)
    assert letters(ESSAY) in letters((await answer(ben, "general", root, said.ts)).plain)


async def test_an_address_where_nobody_answers_is_told(house: House) -> None:
    ben = await house.person("ben")
    house.playground.openai_faults.add({"match": "/v1/", "do": "drop_before"})
    await ben.command("/openai", "embed Hello")
    said = await told(ben)
    assert "connection to OpenAI broke" in said.plain


METHODS = ("chat.startStream", "chat.appendStream", "chat.stopStream", "assistant.threads.setStatus")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop_before", "times": 1},
        {"do": "drop_after", "times": 1},
        {"do": "status", "status": 500, "times": 1},
        {"do": "status", "status": 429, "times": 2, "headers": {"Retry-After": "1"}},
        {"do": "status", "status": 200, "times": 1, "body": {"ok": False, "error": "fatal_error"}},
    ],
    ids=["drop_before", "drop_after", "500", "429", "fatal_error"],
)
async def test_an_answer_is_whole_and_there_once_whatever_slack_does(
    house: House, method: str, fault: dict[str, object]
) -> None:
    house.playground.openai.speed.tokens_per_second = 400  # so that there is something to append
    house.playground.slack_faults.add({"match": f"/{method}$", **fault})
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    await ben.waits(lambda each: each.ts > root and "Regenerate" in each.plain, "general", root)
    said = answers(await ben.sees("general", root), root)
    assert len(said) == 1
    assert letters(said[0].plain).count(letters(ESSAY)) == 1
    assert not said[0].streaming


@pytest.mark.parametrize("do", ["drop_before", "drop_after", "status"])
async def test_a_commands_thread_is_opened_once(house: House, do: str) -> None:
    house.playground.slack_faults.add({"match": "/chat.postMessage$", "do": do, "times": 1})
    ben = await house.person("ben")
    await ben.command("/openai", f"chat Write {WORDS} words about clocks.")
    root = await ben.waits(lambda each: "asked:" in each.plain, "general")
    said = await answer(ben, "general", root.ts)
    assert letters(ESSAY) in letters(said.plain)
    seen = [each for each in await ben.sees("general") if each.author not in PEOPLE and not each.ephemeral]
    assert len(seen) == 1


@pytest.mark.parametrize("do", ["drop_before", "drop_after", "status"])
async def test_what_one_person_hears_gets_through(house: House, do: str) -> None:
    house.playground.slack_faults.add({"match": "/actions/", "do": do, "times": 1})
    ben = await house.person("ben")
    await ben.command("/openai", "connect list")
    assert "Default" in (await told(ben)).plain


async def test_a_storm_of_refusals_passes_over_many_threads(house: House) -> None:
    storm = {"match": "/chat", "do": "status", "status": 429, "times": 12, "headers": {"Retry-After": "1"}}
    house.playground.slack_faults.add(storm)
    ben = await house.person("ben")
    roots = [await ben.says("general", ASKED) for _ in range(4)]
    for root in roots:
        await ben.waits(
            lambda each, root=root: each.ts > root and "Regenerate" in each.plain, "general", root, 60
        )
        said = answers(await ben.sees("general", root), root)
        assert "".join(letters(each.plain) for each in said).count(letters(ESSAY)) == 1
        assert len(said) == 1


async def test_an_answer_for_an_archived_channel_comes_directly(house: House) -> None:
    house.playground.openai.speed.tokens_per_second = 60
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    await ben.waits(lambda each: each.ts > root and each.streaming and each.plain, "general", root)
    no = {"ok": False, "error": "is_archived"}
    streams = r"/chat\.(update|(append|stop)Stream)$"
    house.playground.slack_faults.add({"match": streams, "do": "status", "status": 200, "body": no})
    said = await ben.waits(lambda each: "archived" in each.plain, "dm")
    assert "#general" in said.plain
    whole = await ben.waits(lambda each: letters(ESSAY) in letters(each.plain), "dm")
    assert whole.ts > said.ts


async def test_an_answer_for_a_channel_that_is_gone_comes_directly(house: House) -> None:
    house.playground.openai.speed.tokens_per_second = 60
    ben = await house.person("ben")
    root = await ben.says("general", ASKED)
    await ben.waits(lambda each: each.ts > root and each.streaming and each.plain, "general", root)
    del house.playground.slack.channels["C0GENERAL"]
    house.playground.slack.changed()
    await ben.waits(lambda each: letters(ESSAY) in letters(each.plain), "dm")


async def test_a_command_where_the_bot_is_not_is_answered_to_the_person_alone(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", f"chat Write {WORDS} words about clocks.", channel="random")
    said = await ben.waits(lambda each: letters(ESSAY) in letters(each.plain), "random")
    assert said.ephemeral
    assert "/invite" in said.plain


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """What the bot logs, whoever else sets up or takes away handlers meanwhile."""
    kept: list[logging.LogRecord] = []
    handler, logger = logging.Handler(), logging.getLogger("bot")
    handler.emit = kept.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    yield kept
    logger.removeHandler(handler)


async def test_a_revoked_bot_token_ends_in_the_log_and_no_loop(
    house: House, said: list[logging.LogRecord]
) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    await answer(ben, "general", root)
    no = {"ok": False, "error": "token_revoked"}
    revoked = house.playground.slack_faults.add({"match": "/api/", "do": "status", "status": 200, "body": no})
    await ben.says("general", "And now?", thread=root)
    await ben.command("/openai", "connect list")
    await logged(ben, said, "work.refused", "token_revoked")
    asked = revoked.done
    assert asked < 10
    await ben.command("/openai", "connect list")
    assert revoked.done <= asked + 5


async def logged(person: Person, said: list[logging.LogRecord], event: str, code: str) -> None:
    seen: list[tuple[str, object]] = []
    deadline = asyncio.get_running_loop().time() + 10
    while asyncio.get_running_loop().time() < deadline:
        seen = [(each.getMessage(), getattr(each, "keys", {}).get("error_code")) for each in said]
        if (event, code) in seen:
            return
        await person._look("see", {"channel": "general", "since": 10**9, "seconds": 0.05})
    raise AssertionError(f"no {event} with {code} in the log, but {seen}")


async def test_a_form_that_slack_does_not_open_is_told(house: House) -> None:
    house.playground.slack_faults.add({"match": "/views.open$", "do": "drop_before", "times": 1})
    ada = await house.person("ada")
    await ada.command("/openai", "connect")
    assert "Slack" in (await told(ada)).plain
    await ada.command("/openai", "connect")
    assert await ada.view() is not None


async def test_what_only_one_person_hears_in_a_thread_comes_later_where_slack_was_away(house: House) -> None:
    house.playground.slack_faults.add({"match": "/chat.postEphemeral$", "do": "status", "times": 1})
    gus = await house.person("gus")
    await gus.says("general", "<@bot> Hello")
    said = await gus.waits(lambda each: each.ephemeral, "general", seconds=40)
    assert "Guests" in said.plain
