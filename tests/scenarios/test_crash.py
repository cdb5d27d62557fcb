"""Processes that are killed or asked to end in the middle: every thread gets its end, once."""

import asyncio
import signal
import sqlite3
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot import local
from bot.local import Kept
from bot.playground.openai.prose import essay
from bot.playground.person import Message, Person
from bot.playground.serve import Playground
from tests.scenarios.conftest import SECRET
from tests.scenarios.test_faults import letters
from tests.scenarios.test_start import free
from tests.scenarios.test_threads import answer, answers

LONG = "<@bot> Write 2000 words about clocks."
INTERRUPTED = "interrupted"


@dataclass
class Dwelling:
    """A playground in this process, and the bot in processes of its own."""

    playground: Playground
    ben: Person
    variables: dict[str, str]

    def leases_end(self) -> None:
        """As if a minute had passed since the last sign of life of a process that died."""
        url, change = self.variables["DATABASE_URL"], "UPDATE {} SET lease_until = NULL"
        tables = ("inbox", "outbox")
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as connection:
                for table in tables:
                    connection.execute(change.format(table))
                connection.commit()
            return
        with psycopg.connect(url) as connection:
            for table in tables:
                connection.execute(change.format(table))

    async def killed(self, process: Process | None) -> None:
        """Kill -9, and let the leases run out."""
        assert process is not None
        process.kill()
        await process.wait()
        self.leases_end()

    async def streaming(self, root: str, channel: str = "general", words: int = 20) -> Message:
        """The answer, as soon as there is something of it to be seen."""
        return await self.ben.waits(
            lambda each: each.ts > root and each.streaming and len(each.plain.split()) > words, channel, root
        )

    async def said(self, root: str, channel: str = "general") -> list[Message]:
        """The bot's messages in a thread."""
        return answers(await self.ben.sees(channel, root), root)


@asynccontextmanager
async def dwelling(url: str) -> AsyncIterator[Dwelling]:
    async with AsyncExitStack() as stack:
        port = free()
        events = f"http://127.0.0.1:{port}/slack/events"
        playground = await stack.enter_async_context(Playground.start(events_url=events))
        ben = await stack.enter_async_context(Person(playground.control_url, "ben"))
        keys = playground.credentials
        variables = {
            "SLACK_BOT_TOKEN": keys.bot_token, "SLACK_SIGNING_SECRET": keys.signing_secret,
            "SLACK_APP_TOKEN": "", "SLACK_API_URL": playground.slack_url, "HOST": "127.0.0.1",
            "OPENAI_BASE_URL": playground.openai_url, "OPENAI_API_KEY": keys.api_key, "PORT": str(port),
            "DATABASE_URL": url, "BOT_SECRET_KEY": SECRET, "LOG_LEVEL": "INFO",
        }  # fmt: skip
        yield Dwelling(playground, ben, variables)


@pytest.fixture
async def home(new_sqlite: Callable[[Path], str], tmp_path: Path) -> AsyncIterator[Dwelling]:
    async with dwelling(new_sqlite(tmp_path)) as home:
        yield home


def asked(home: Dwelling) -> int:
    return sum("chat/completions" in each["path"] for each in home.playground.openai.requests)


async def ended(home: Dwelling, root: str) -> Message:
    """The end of an answer that a kill interrupted: there once, and no stream is left open."""
    await home.ben.waits(lambda each: each.ts > root and INTERRUPTED in each.plain, "general", root, 40)
    said = await home.said(root)
    assert not [each for each in said if each.streaming]
    assert sum(INTERRUPTED in each.plain for each in said) == 1
    return said[-1]


async def test_a_kill_in_the_middle_of_answers_leaves_no_thread_without_its_end(home: Dwelling) -> None:
    speed, ben = home.playground.openai.speed, home.ben
    async with local.bot(home.variables) as kept:
        done = await ben.says("general", "<@bot> Write 60 words about tides.")
        first = await answer(ben, "general", done)
        speed.tokens_per_second = 60
        streamed = await ben.says("general", LONG)
        began = await home.streaming(streamed)
        await ben.command("/openai", LONG.replace("<@bot>", "chat"))
        opened = (await ben.waits(lambda each: "asked:" in each.plain, "general")).ts
        await home.streaming(opened)
        again = await ben.says("general", "<@bot> Write 2001 words about tides.")
        speed.first_token = 60
        silent = await ben.says("general", LONG)
        await _true(lambda: asked(home) == 5)
        before = asked(home)
        await home.killed(kept.process)
        ends = [await ended(home, root) for root in (streamed, opened, again, silent)]
        # Asking again costs money, so only a person does that.
        assert asked(home) == before
        assert [each.plain for each in await home.said(done)] == [first.plain]
        assert len(await home.said(streamed)) == 1
        assert letters(ends[0].plain).startswith(letters(began.plain)[:80])
        assert all("Try again" in each.plain for each in ends)
        speed.first_token, speed.tokens_per_second = 0, 0
        await ben.clicks("Try again", "general", ends[3].ts)
        whole = await ben.waits(
            lambda each: each.ts > ends[3].ts and "Regenerate" in each.plain, "general", silent, 40
        )
        assert whole.ts > ends[3].ts


async def test_a_kill_in_a_long_answer_and_in_one_given_anew_is_repaired_too(home: Dwelling) -> None:
    speed, ben = home.playground.openai.speed, home.ben
    async with local.bot(home.variables) as kept:
        anew = await ben.says("general", "<@bot> Write 600 words about tides.")
        first = await answer(ben, "general", anew)
        speed.tokens_per_second = 1500
        long = await ben.says("general", "<@bot> Write 9000 words about clocks.")

        def second(each: Message) -> bool:
            return each.ts > long and each.streaming and each.ts != starts[0] and bool(each.plain)

        starts = [(await home.streaming(long)).ts]
        await ben.waits(second, "general", long, 60)
        speed.tokens_per_second = 60
        await ben.clicks("Regenerate", "general", first.ts)
        await ben.waits(lambda each: each.ts > first.ts and each.streaming, "general", anew)
        await home.killed(kept.process)
        for root in (long, anew):
            await ended(home, root)
        shown = "".join(each.plain.replace("continued…", "") for each in await home.said(long))
        text = letters(shown).partition(letters("This was interrupted"))[0]
        assert letters(essay("clocks", 9000)).startswith(text)
        assert len(text) > 10_000  # letters: more than one message holds
        assert len(await home.said(anew)) == 2
        assert asked(home) == 3


async def test_a_process_that_is_asked_to_end_says_so_in_the_threads_and_ends_in_time(
    home: Dwelling, new_sqlite: Callable[[Path], str], tmp_path: Path
) -> None:
    """The second one's Slack answers nothing any more: it ends in time all the same."""
    (tmp_path / "second").mkdir()
    async with dwelling(new_sqlite(tmp_path / "second")) as stuck:
        async with local.bot(home.variables) as kept, local.bot(stuck.variables) as kept_too:
            for each in (home, stuck):
                each.playground.openai.speed.tokens_per_second = 30
            root = await home.ben.says("general", LONG)
            other = await stuck.ben.says("general", LONG)
            await home.streaming(root)
            await stuck.streaming(other)
            stuck.playground.slack_faults.add({"match": "/api/", "do": "stall"})
            took = await asyncio.gather(_terminated(kept), _terminated(kept_too))
            assert max(took) < 25
            end = await ended(home, root)
            assert "Try again" in end.plain
            stuck.playground.slack_faults.rules.clear()
            stuck.playground.slack_faults.release()
        async with local.bot(home.variables), local.bot(stuck.variables):
            await ended(stuck, other)
            assert len(await home.said(root)) == 1
            await ended(home, root)
            assert (asked(home), asked(stuck)) == (1, 1)


async def _terminated(kept: Kept) -> float:
    assert kept.process is not None
    began = time.monotonic()
    kept.process.send_signal(signal.SIGTERM)
    assert await kept.process.wait() == 0
    return time.monotonic() - began


async def test_a_worker_takes_over_what_a_web_process_left(empty_postgresql: Callable[[], str]) -> None:
    async with dwelling(empty_postgresql()) as home:
        home.playground.openai.speed.tokens_per_second = 60
        async with process(home, "web") as web:
            await Kept(home.variables, quiet=True)._ready(web)
            root = await home.ben.says("general", LONG)
            await home.streaming(root)
            await home.killed(web)
        async with process(home, "worker"):
            assert "Try again" in (await ended(home, root)).plain
            assert asked(home) == 1


async def test_a_worker_and_two_web_processes_answer_everything_once(
    empty_postgresql: Callable[[], str],
) -> None:
    async with dwelling(empty_postgresql()) as home, AsyncExitStack() as stack:
        other = {**home.variables, "PORT": str(free())}
        for variables in (home.variables, other):
            web = await stack.enter_async_context(process(home, "web", PORT=variables["PORT"]))
            await Kept(variables, quiet=True)._ready(web)
        await stack.enter_async_context(process(home, "worker", PORT=str(free())))
        roots = []
        for number in range(8):
            port = (home.variables, other)[number % 2]["PORT"]
            home.playground.slack.app.events_url = f"http://127.0.0.1:{port}/slack/events"
            roots.append(await home.ben.says("general", "<@bot> Write 60 words about clocks."))
        for root in roots:
            await home.ben.waits(
                lambda each, root=root: each.ts > root and "Regenerate" in each.plain, "general", root
            )
            assert len(await home.said(root)) == 1
        assert asked(home) == 8


@asynccontextmanager
async def process(home: Dwelling, kind: str, **more: str) -> AsyncIterator[Process]:
    started = await local._start(kind, env=local.environment(**{**home.variables, **more}))
    try:
        yield started
    finally:
        await local._end(started)


async def _true(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(time.sleep, 0.02))])
