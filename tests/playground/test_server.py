"""One application on a port: its end."""

import asyncio
import logging
import socket

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.playground import server
from bot.playground.server import PortInUseError, bind, serving


async def test_an_answer_under_way_is_finished_when_the_server_stops(http: aiohttp.ClientSession) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        asked.set()
        await go.wait()
        return PlainTextResponse("done")

    async with serving(Starlette(routes=[Route("/", slow)]), bind(0)) as url:
        asking = asyncio.create_task(http.get(url))
        await asked.wait()
        asyncio.get_running_loop().call_soon(go.set)
    async with await asking as answer:
        assert await answer.text() == "done"


async def test_an_answer_that_never_ends_is_cut_off_after_the_grace(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "GRACE", 0.05)
    asked = asyncio.Event()

    async def stuck(_: Request) -> PlainTextResponse:
        asked.set()
        await asyncio.Event().wait()
        return PlainTextResponse("never")

    async with serving(Starlette(routes=[Route("/", stuck)]), bind(0)) as url:
        asking = asyncio.create_task(http.get(url))
        await asked.wait()
    with pytest.raises(aiohttp.ClientConnectionError):
        await asking
    caplog.handler.setLevel(logging.CRITICAL)  # uvicorn reports the cancelled answer, rightly


def test_a_port_that_another_program_has_is_named() -> None:
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} on 127\.0\.0\.1 is in use") as refused:
            bind(port)
        assert refused.value.port == port
