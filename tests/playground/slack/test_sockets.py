"""Socket Mode with slack_sdk's client and with Bolt."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.playground.slack.world import World


@asynccontextmanager
async def connected(
    playground: Playground, hear: Callable[[SocketModeRequest], Any]
) -> AsyncIterator[SocketModeClient]:
    """One connection; `hear` returns the acknowledgement's payload, or False for none at all."""

    async def listen(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if (payload := hear(request)) is not False:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(base_url=playground.slack_url, session=session)
        client = SocketModeClient(playground.credentials.app_token, web_client=web, ping_interval=0.5)
        client.socket_mode_request_listeners.append(listen)
        await client.connect()
        try:
            yield client
        finally:
            await client.disconnect()
            await client.close()


async def test_a_bolt_app_works_over_a_socket(
    playground: Playground, client: AsyncWebClient, ada: Person
) -> None:
    bolt = AsyncApp(client=client, signing_secret="unused")

    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="here")

    @bolt.command("/openai")
    async def asked(ack: Any) -> None:
        await ack("fine")

    handler = AsyncSocketModeHandler(bolt, playground.credentials.app_token)
    await handler.connect_async()
    try:
        ts = await ada.says("general", "<@bot> hello")
        await ada.waits(lambda each: each.plain == "here", "general", ts)
        assert (await ada.command("/openai"))["immediate"] == {"text": "fine"}
    finally:
        await handler.close_async()


async def test_a_connected_socket_is_used_instead_of_the_url(
    playground: Playground, app: Any, ada: Person, world: World, until: Any
) -> None:
    heard: list[SocketModeRequest] = []
    async with connected(playground, heard.append):
        await ada.says("dm", "by socket")
        await until(lambda: heard)
        world.app.socket_mode = False
        await ada.says("dm", "by address")
        await until(lambda: app.got)
    assert (heard[0].type, heard[0].payload["event"]["text"]) == ("events_api", "by socket")
    assert not heard[0].accepts_response_payload
    assert [event["text"] for event in app.events("message")] == ["by address"]


async def test_an_event_that_is_not_acknowledged_comes_again(
    playground: Playground, ada: Person, world: World, until: Any
) -> None:
    heard: list[SocketModeRequest] = []

    def hear(request: SocketModeRequest) -> Any:
        heard.append(request)
        return None if len(heard) > 1 else False

    async with connected(playground, hear):
        await ada.says("dm", "hello")
        await until(lambda: heard)
        world.clock.advance(3.1)
        await until(lambda: len(heard) == 2)
    assert (heard[0].retry_attempt, heard[1].retry_attempt, heard[1].retry_reason) == (0, 1, "http_timeout")
    assert heard[0].payload["event_id"] == heard[1].payload["event_id"]


async def test_several_connections_share_the_work(playground: Playground, ada: Person, until: Any) -> None:
    first: list[Any] = []
    second: list[Any] = []
    async with connected(playground, first.append), connected(playground, second.append):
        for number in range(30):
            await ada.says("dm", str(number))
        await until(lambda: len(first) + len(second) == 30)
    assert first
    assert second


async def test_a_refresh_ends_in_a_new_connection(
    playground: Playground, ada: Person, until: Any, http: aiohttp.ClientSession
) -> None:
    heard: list[Any] = []
    async with connected(playground, heard.append) as client:
        before = client.current_session
        async with http.post(f"{playground.control_url}/control/refresh", json={}) as answer:
            assert (await answer.json())["disconnected"] == 1
        await until(lambda: client.current_session is not before)
        await ada.says("dm", "hello")
        await until(lambda: heard)


async def test_an_event_waits_for_the_next_connection(
    playground: Playground, ada: Person, world: World, until: Any
) -> None:
    await ada.says("dm", "hello")
    heard: list[Any] = []
    async with connected(playground, heard.append):
        async with asyncio.timeout(5):
            while not heard:
                world.clock.advance(60)
                await asyncio.sleep(0)
    assert heard[0].payload["event"]["text"] == "hello"


async def test_a_ticket_is_good_once_and_ten_connections_are_the_most(
    playground: Playground, http: aiohttp.ClientSession, client: AsyncWebClient, world: World
) -> None:
    app_token = playground.credentials.app_token
    sockets = []
    for _ in range(10):
        url = (await client.apps_connections_open(app_token=app_token))["url"]
        sockets.append(await http.ws_connect(url))
        assert (await sockets[-1].receive_json())["type"] == "hello"
    eleventh = (await client.apps_connections_open(app_token=app_token))["url"]
    for refused in (url, eleventh):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(refused)
    for socket in sockets:
        await socket.send_str("not json")
        await socket.close()
    world.app.socket_mode = False
    with pytest.raises(SlackApiError, match="socket_mode_disabled"):
        await client.apps_connections_open(app_token=app_token)
