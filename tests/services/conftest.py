"""The services on a real store, a real client, and the OpenAI stand-in over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.openai import Client
from bot.playground.clock import Clock
from bot.playground.openai.api import Api, build
from bot.playground.server import bind, serving
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person
from bot.services.runs import Runs
from bot.store import Store

ADA = Person("T1", "UADA", admin=True)
BEN = Person("T1", "UBEN")
STRANGER = Person("T2", "UEVE", admin=True)


@dataclass
class House:
    """The services of one process, and the API that they ask."""

    store: Store
    client: Client
    api: Api
    url: str
    connecting: Connecting
    runs: Runs

    async def connect(self, person: Person = ADA, name: str = "Main") -> str:
        """A connection of the person's workspace; its id."""
        linked, _ = await Desk(self.connecting, person).add(
            name, self.api.key.secret, organization=None, project=None, base_url=None
        )
        return linked.id


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    """Services over a fresh database, beside an API of their own."""
    api = Api(Clock(), seed=1)
    async with serving(build(api), bind(0)) as root, Client() as client:
        url = root + "/v1"
        connecting = Connecting(store, client, usual=url, allowed=[url, "https://api.openai.com/v1"])
        async with store.begin() as unit:
            await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
            await unit.workspaces.ensure("T2", "Two", "UBOT", "B1")
        yield House(store, client, api, url, connecting, Runs(store, connecting, b"salt"))
