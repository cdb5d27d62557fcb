"""The log of a real server."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.log import Log, LogMiddleware, mask, routes, summary

Serve = Callable[[ASGIApp], Awaitable[str]]


@pytest.fixture
def log() -> Log:
    return Log(size=3)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def url(serve: Serve, clock: Clock, log: Log, faults: Faults) -> str:
    async def act(request: Request) -> JSONResponse:
        return JSONResponse({"got": (await request.body()).decode()})

    app = Starlette(routes=[Route("/act", act, methods=["POST"]), *routes(log)])
    return await serve(LogMiddleware(FaultMiddleware(app, faults, clock), log))


async def test_an_exchange_is_noted_with_both_sides(url: str, http: aiohttp.ClientSession, log: Log) -> None:
    await http.post(f"{url}/act?x=1", data="hello")
    (entry,) = log.since()
    assert entry["method"] == "POST"
    assert entry["path"] == "/act?x=1"
    assert entry["direction"] == "in"
    assert entry["status"] == 200
    assert entry["asked"] == "hello"
    assert entry["answered"] == '{"got":"hello"}'
    assert entry["ms"] > 0


async def test_only_the_last_requests_are_kept_and_numbers_go_on(
    url: str, http: aiohttp.ClientSession, log: Log
) -> None:
    for word in "abcde":
        await http.post(f"{url}/act", data=word)
    assert [entry["asked"] for entry in log.since()] == ["c", "d", "e"]
    async with http.get(f"{url}/control/log?after=4") as answer:
        assert [entry["number"] for entry in (await answer.json())["entries"]] == [5]


async def test_a_dropped_request_has_no_status(
    url: str, http: aiohttp.ClientSession, log: Log, faults: Faults
) -> None:
    faults.add({"match": "/act", "do": "drop_after"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{url}/act", data="hello")
    (entry,) = log.since()
    assert entry["status"] is None
    assert entry["asked"] == "hello"


async def test_a_log_of_no_size_keeps_nothing(serve: Serve, http: aiohttp.ClientSession) -> None:
    log = Log(size=0)
    url = await serve(LogMiddleware(Starlette(), log))
    await http.get(url)
    log.add("out", "POST", "/", 200, 1.0)
    assert log.since() == []


@pytest.mark.parametrize(
    "text",
    [
        "token=xoxb-12-SECRET&channel=C1",
        "xapp-1-SECRET",
        "sk-proj-SECRET",
        '{"api_key": "SECRET", "n": 1}',
        "client_secret=SECRET",
        "Authorization: Bearer SECRET",
        '{"signing_secret":"SECRET"}',
    ],
)
def test_secrets_are_masked(text: str) -> None:
    assert "SECRET" not in mask(text)
    assert "…" in mask(text)


def test_what_is_no_secret_stays() -> None:
    assert (
        mask('{"max_tokens": 5, "text": "a token of love"}') == '{"max_tokens": 5, "text": "a token of love"}'
    )


def test_a_secret_that_the_end_of_a_summary_would_halve_is_masked_first() -> None:
    assert "xoxb-1" not in summary(b"x" * 290 + b" xoxb-12-345")


def test_a_binary_body_is_not_shown() -> None:
    assert summary(b"\x89PNG\r\n\x1a\n\x00\x00") == "(binary)"
