"""A real Chromium on the page of a real playground, with the real bot in it or an app of the test's own."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from slack_sdk.signature import SignatureVerifier

from bot.modules import ALL
from bot.playground.serve import Playground
from bot.playground.server import bind, serving
from bot.slack.manifest import manifest
from tests.playground.slack.conftest import Receiver
from tests.scenarios.conftest import opened

CHROMIUM = shutil.which("chromium")
TOKEN = "a-token-of-the-tests"
#: It stays on this machine and asks for nothing by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
Json = dict[str, Any]


@dataclass
class Seen:
    """The page as one person has it open; everything that it complains of is kept."""

    page: Page
    playground: Playground
    wrong: list[str] = field(default_factory=list)

    async def comes(self, where: str = "") -> "Seen":
        """Open the page at a place such as `ben/C0GENERAL`."""
        await self.page.goto(f"{self.playground.control_url}/?token={TOKEN}#{where}")
        await self.page.locator("#main .head").wait_for()
        return self

    @property
    def channel(self) -> Locator:
        """What lies open in the middle."""
        return self.page.get_by_role("main")

    @property
    def thread(self) -> Locator:
        """The thread beside it."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def form(self) -> Locator:
        """The form on top."""
        return self.page.get_by_role("dialog")

    def field(self, name: str) -> Locator:
        """What one types a message into."""
        return self.page.get_by_role("textbox", name=name)

    async def says(self, text: str, into: str = "Message #general") -> None:
        """Type and press Enter, as a person does."""
        box = self.field(into)
        await box.press_sequentially(text)
        if await self.page.get_by_role("listbox", name="Suggestions").is_visible():
            await box.press("Escape")
        await box.press("Enter")

    async def violations(self) -> list[str]:
        """What axe finds to be serious or critical."""
        found = await Axe().run(self.page)
        return [
            f"{each['id']}: {node['html'][:160]}"
            for each in found.response["violations"]
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]


Visit = Callable[..., Awaitable[Seen]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        needed = "CHROMIUM_REQUIRED" in os.environ  # noqa: TID251 - a test's own switch
        (pytest.fail if needed else pytest.skip)("Chromium is not installed: apt-get install chromium")
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Open the page of a playground; in the end it must have complained of nothing."""
    async with AsyncExitStack() as stack:
        made: list[Seen] = []

        async def come(playground: Playground, where: str = "", **options: Any) -> Seen:
            size = {"viewport": {"width": 1280, "height": 800}}
            context = await browser.new_context(**{**size, "reduced_motion": "reduce", **options})
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(10_000)
            seen = Seen(page, playground)
            page.on(
                "console",
                lambda said: seen.wrong.append(said.text) if said.type in {"error", "warning"} else None,
            )
            page.on("pageerror", lambda error: seen.wrong.append(str(error)))
            made.append(seen)
            return await seen.comes(where)

        expect.set_options(timeout=10_000)
        yield come
        assert [each.wrong for each in made] == [[] for _ in made]


@pytest_asyncio.fixture(loop_scope="session")
async def house(
    new_sqlite: Callable[[Path], str], tmp_path: Path, browser: Browser
) -> AsyncIterator[Playground]:
    """A playground with the bot in it, as `make run` starts both."""
    async with opened(new_sqlite(tmp_path)) as house:
        house.playground.slack.control_token = TOKEN
        await set_up(house.playground, house.playground.slack.app.events_url or "")
        yield house.playground


@pytest_asyncio.fixture(loop_scope="session")
async def place(browser: Browser) -> AsyncIterator[Playground]:
    """A playground with an app of the test's own."""
    async with Playground.start(token=TOKEN) as playground:
        yield playground


@pytest_asyncio.fixture(loop_scope="session")
async def app(place: Playground) -> AsyncIterator[Receiver]:
    """That app: keeps what comes and answers as it is told."""
    receiver = Receiver(SignatureVerifier(place.credentials.signing_secret))
    async with serving(receiver, bind(0)) as url:
        place.slack.app.events_url = url + "/slack/events"
        yield receiver


@pytest_asyncio.fixture(loop_scope="session")
async def web(place: Playground) -> AsyncIterator[Callable[..., Awaitable[Json]]]:
    """Slack's Web API, called with the app's token."""
    headers = {"Authorization": f"Bearer {place.credentials.bot_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def call(method: str, **said: Any) -> Json:
            async with session.post(place.slack_url + method, json=said) as answer:
                told: Json = await answer.json()
            assert told["ok"], told
            return told

        yield call


async def set_up(playground: Playground, url: str) -> None:
    """Give the playground the bot's manifest."""
    made = manifest(ALL, agent=True, url=url)
    headers = {"X-Playground-Token": TOKEN}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(
            f"{playground.control_url}/control/manifest", data=json.dumps({"manifest": made})
        ) as answer,
    ):
        assert answer.status == 200
