"""The scripted server, and clients that talk to it over either transport."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.openai import Account, Api, Client, Limits
from tests.openai.server import Connect, Server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()
    await made.close()


@pytest.fixture
def waits() -> list[float]:
    """How long the client wanted to wait between attempts; nothing really waits."""
    return []


@pytest.fixture(params=["aiohttp", "httpx"])
async def connect(
    request: pytest.FixtureRequest, server: Server, waits: list[float]
) -> AsyncIterator[Connect]:
    """`connect(first=0.1, …)`: the API of one account at the server, with those limits, over both roads."""
    clients: list[Client] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def made(base_url: str | None = None, **limits: float) -> Api:
        plain = httpx.AsyncHTTPTransport() if request.param == "httpx" else None
        client = Client(Limits(**limits), road=plain, sleep=sleep, rng=lambda: 0.0)  # type: ignore[arg-type]
        clients.append(client)
        return client.api(Account("sk-secret-1234", "org-1", "proj_1", base_url or server.url))

    yield made
    for client in clients:
        await client.close()
