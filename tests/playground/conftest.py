"""What every playground test needs: a clock to push, a server for any application, a client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from starlette.types import ASGIApp

from bot.playground.clock import Clock
from bot.playground.serve import Playground
from bot.playground.server import bind, serving

Serve = Callable[[ASGIApp], Awaitable[str]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve an application on a free loopback port until the test ends; gives its root URL."""
    async with AsyncExitStack() as stack:

        async def start(app: ASGIApp) -> str:
            return await stack.enter_async_context(serving(app, bind(0)))

        yield start


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait until a condition holds; fails after five seconds."""

    async def wait(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110 - what servers do to each other has no event to wait for
                await asyncio.sleep(0.001)

    return wait


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """Both worlds, running until the test ends."""
    async with Playground.start() as running:
        yield running
