"""Socket Mode does what HTTP does: forms, threads, buttons; through renewed and broken connections."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.settings import Settings
from tests.scenarios.test_start import joining, running
from tests.scenarios.test_threads import answer, answers


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground.start() as playground:
        playground.slack.app.socket_mode = True
        yield playground


@pytest.fixture
async def settings(playground: Playground, tmp_path: Path) -> AsyncIterator[Settings]:
    """A bot without a signing secret and without an address that Slack knows."""
    token = playground.credentials.app_token
    settings = joining(
        playground, tmp_path, SLACK_APP_TOKEN=token, SLACK_SIGNING_SECRET="", OPENAI_API_KEY=""
    )
    async with running(settings):
        yield settings


async def connected(person: Person, playground: Playground) -> None:
    await person.command("/openai", "connect")
    assert await person.view() is not None
    sent = await person.submits({"name": "Main", "key": "sk-proj-mistyped-0123456789"})
    assert "key" in sent["errors"]
    sent = await person.submits({"name": "Main", "key": playground.credentials.api_key})
    assert sent["response_action"] == "update"
    await person.closes()


async def test_forms_threads_and_buttons_work_over_a_socket(
    playground: Playground, settings: Settings
) -> None:
    async with Person(playground.control_url, "ada") as ada:
        await connected(ada, playground)
        await ada.command("/openai", "chat Say hello in one line.")
        root = await ada.waits(lambda each: "asked:" in each.plain, "general")
        first = await answer(ada, "general", root.ts)
        await ada.clicks("Regenerate", "general", first.ts)
        await answer(ada, "general", root.ts, first.ts)
        mention = await ada.says("general", "<@bot> I am Ada.")
        await answer(ada, "general", mention)
        question = await ada.says("general", "What is my name?", thread=mention)
        assert "Ada" in (await answer(ada, "general", mention, question)).plain
        view = await ada.opens_home()
        assert view is not None
        assert "Main" in view["plain"]


async def test_a_renewed_connection_loses_and_doubles_nothing(
    playground: Playground, settings: Settings
) -> None:
    async with Person(playground.control_url, "ada") as ada:
        await connected(ada, playground)
        playground.openai.speed.tokens_per_second = 200
        roots = []
        for number in range(6):
            roots.append(await ada.says("general", f"<@bot> Write 60 words about number {number}."))
            if number % 2:
                await ada._ask("POST", "refresh", json={})
        for root in roots:
            await ada.waits(
                lambda each, root=root: each.ts > root and "Regenerate" in each.plain, "general", root, 40
            )
            assert len(answers(await ada.sees("general", root), root)) == 1
        assert sum("chat/completions" in each["path"] for each in playground.openai.requests) == 6


async def test_nobody_can_sign_where_there_is_no_signing_secret(
    playground: Playground, settings: Settings
) -> None:
    url = f"http://127.0.0.1:{settings.port}/slack/events"
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=b"{}") as response:
            assert response.status == 401
        async with session.get(url.replace("/slack/events", "/healthz")) as response:
            assert (await response.json())["socket"] is True
