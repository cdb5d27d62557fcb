"""A scene of its own for every test, and the official document where it lies beside the project."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.openai import Client, Limits
from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.openai.api import Api, build
from bot.playground.server import bind, serving
from bot.services.connecting import Connecting
from bot.services.runs import Runs
from bot.services.watches import Watches
from bot.store import Store
from tests.contract.scene import Recorder, Scene
from tests.playground.openai import conftest as official
from tests.services.channel import Surface

SECRET = "a secret of the tests, which opens nothing elsewhere"
schema = official.schema


@pytest.fixture
async def scene(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> AsyncIterator[Scene]:
    clock, faults = Clock(), Faults()
    api = Api(clock, seed=1)
    recorder = Recorder(FaultMiddleware(build(api), faults, clock))

    async def no_wait(_: float) -> None:
        """Repeats come at once."""

    limits = Limits(total=5.0)
    store = await Store.open(new_sqlite(tmp_path), [SECRET])
    async with (
        serving(recorder, bind(0)) as root,
        Client(limits, sleep=no_wait, rng=lambda: 0.0) as client,
    ):
        url = f"{root}/v1"
        connecting = Connecting(store, client, usual=url, allowed=[url])
        async with store.begin() as unit:
            await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
        watches = Watches(store, connecting, Surface(store), "one")
        runs = Runs(store, connecting, b"salt", watches=watches)
        yield Scene(store, client, api, faults, url, connecting, runs, recorder.seen)
        faults.release()
    await store.close()
