"""What every test of a module uses: the API at work, and the official client at the same API."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from bot.openai import Client
from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.openai.api import Api as StandIn
from bot.playground.openai.api import build
from bot.playground.server import bind, serving
from tests.modules.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock, faults = Clock(), Faults()
    stand_in = StandIn(clock, seed=1)

    async def no_wait(_: float) -> None:
        """Repeats come at once."""

    app = FaultMiddleware(build(stand_in), faults, clock)
    async with serving(app, bind(0)) as root, Client(sleep=no_wait, rng=lambda: 0.0) as client:
        yield World(stand_in, faults, client, root)
        faults.release()


@pytest.fixture
async def sdk(world: World) -> AsyncIterator[AsyncOpenAI]:
    """The official client at the same API."""
    async with AsyncOpenAI(api_key=world.stand_in.key.secret, base_url=world.url, max_retries=0) as client:
        yield client
