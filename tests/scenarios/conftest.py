"""A whole house in one process: both stand-ins and the bot over real HTTP, and people who use them."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import Bot, built
from bot.door import Door, bind, open_door
from bot.openai import Limits
from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.settings import Settings

SECRET = "a-secret-of-the-tests-which-opens-nothing-elsewhere"


@dataclass
class House:
    """A playground, the bot in it, and people; the bot can be ended and begun again."""

    playground: Playground
    settings: Settings
    stack: AsyncExitStack
    bot: Bot | None = None
    limits: Limits | None = None
    people: dict[str, Person] = field(default_factory=dict)
    _running: AsyncExitStack | None = None

    async def begin(self) -> Bot:
        """Start the bot."""
        self._running = AsyncExitStack()
        listener = bind(self.settings)
        self._running.callback(listener.close)
        self.bot = await self._running.enter_async_context(built(self.settings, self.limits))
        self.bot.begin(ticking=True)
        door = Door(self.bot.guard, _well, self.bot.webhooks.receive)
        await self._running.enter_async_context(open_door(door, listener))
        return self.bot

    async def end(self) -> None:
        """End the bot as SIGTERM does."""
        if self._running is not None:
            await self._running.aclose()
        self._running = None

    async def person(self, name: str) -> Person:
        """Somebody who uses the bot."""
        if name not in self.people:
            self.people[name] = await self.stack.enter_async_context(
                Person(self.playground.control_url, name)
            )
        return self.people[name]


async def _well() -> tuple[bool, dict[str, object]]:
    return True, {}


@asynccontextmanager
async def opened(database_url: str, **more: str) -> AsyncIterator[House]:
    """A house on a database, with more variables for the bot."""
    async with AsyncExitStack() as stack:
        playground = await stack.enter_async_context(
            Playground.start(events_url="http://127.0.0.1:1/slack/events")
        )
        keys = playground.credentials
        variables = {
            "SLACK_BOT_TOKEN": keys.bot_token,
            "SLACK_SIGNING_SECRET": keys.signing_secret,
            "SLACK_API_URL": playground.slack_url,
            "OPENAI_BASE_URL": playground.openai_url,
            "OPENAI_API_KEY": keys.api_key,
            "DATABASE_URL": database_url,
            "BOT_SECRET_KEY": SECRET,
            "PORT": str(_free_port()),
            **more,
        }
        settings = Settings.read({name: value for name, value in variables.items() if value})
        playground.slack.app.events_url = f"http://127.0.0.1:{settings.port}/slack/events"
        house = House(playground, settings, stack)
        await house.begin()
        try:
            yield house
        finally:
            await house.end()


@pytest.fixture
async def house(new_sqlite: Callable[[Path], str], tmp_path: Path) -> AsyncIterator[House]:
    """A house on SQLite, connected with a key from the environment."""
    async with opened(new_sqlite(tmp_path)) as house:
        yield house


@pytest.fixture
async def empty_house(new_sqlite: Callable[[Path], str], tmp_path: Path) -> AsyncIterator[House]:
    """A house whose workspace has no connection yet."""
    async with opened(new_sqlite(tmp_path), OPENAI_API_KEY="") as house:
        yield house


@pytest.fixture
async def house_on_either(database_url: str) -> AsyncIterator[House]:
    """A house on each kind of database."""
    async with opened(database_url) as house:
        yield house


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
