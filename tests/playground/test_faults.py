"""Faults on real servers, met by a real client."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from io import BytesIO

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults, routes

Serve = Callable[[ASGIApp], Awaitable[str]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def faults() -> Iterator[Faults]:
    faults = Faults()
    yield faults
    faults.release()


@pytest.fixture
def effects() -> list[str]:
    return []


@pytest.fixture
async def url(serve: Serve, clock: Clock, faults: Faults, effects: list[str]) -> str:
    async def act(request: Request) -> JSONResponse:
        effects.append((await request.body()).decode())
        return JSONResponse({"ok": True, "n": len(effects)})

    async def stream(_: Request) -> StreamingResponse:
        async def words() -> AsyncIterator[str]:
            for n in range(10):
                effects.append(str(n))
                yield f"data: {n}\n\n"  # nine bytes

        return StreamingResponse(words(), media_type="text/event-stream")

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    paths = [
        Route("/act", act, methods=["POST"]),
        Route("/stream", stream),
        WebSocketRoute("/socket", socket),
    ]
    app = Starlette(routes=[*paths, *routes(faults)])
    return await serve(FaultMiddleware(app, faults, clock))


async def test_without_rules_nothing_is_touched(
    url: str, http: aiohttp.ClientSession, effects: list[str]
) -> None:
    async with http.post(f"{url}/act", data="one") as answer:
        assert await answer.json() == {"ok": True, "n": 1}
    async with http.get(f"{url}/stream") as answer:
        assert (await answer.read()).endswith(b"data: 9\n\n")


async def test_a_drop_before_hangs_up_and_nothing_has_happened(
    url: str,
    http: aiohttp.ClientSession,
    faults: Faults,
    effects: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults.add({"match": "^POST /act$", "do": "drop_before", "times": 1})
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{url}/act", data="one")
    assert effects == []
    async with http.post(f"{url}/act", data="two") as answer:
        assert answer.status == 200
    assert effects == ["two"]
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_a_drop_after_hangs_up_when_it_has_happened(
    url: str,
    http: aiohttp.ClientSession,
    faults: Faults,
    effects: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults.add({"match": "/act", "do": "drop_after"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{url}/act", data="one")
    assert effects == ["one"]
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_a_drop_of_a_large_request_that_was_not_read_yet_hangs_up(
    url: str, http: aiohttp.ClientSession, faults: Faults, effects: list[str]
) -> None:
    faults.add({"match": "/act", "do": "drop_before"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{url}/act", data=BytesIO(b"x" * 2_000_000))
    assert effects == []


async def test_a_delay_lasts_as_long_as_the_worlds_clock_says(
    url: str, http: aiohttp.ClientSession, faults: Faults, effects: list[str], clock: Clock, until: Until
) -> None:
    faults.add({"match": "/act", "do": "delay", "seconds": 3600})
    asking = asyncio.create_task(http.post(f"{url}/act", data="one"))
    await until(lambda: faults.rules[0].done)
    assert effects == []
    clock.advance(3600)
    async with await asking as answer:
        assert answer.status == 200
    assert effects == ["one"]


async def test_a_status_comes_with_the_headers_and_body_of_the_rule_instead_of_an_effect(
    url: str, http: aiohttp.ClientSession, faults: Faults, effects: list[str]
) -> None:
    body = {"ok": False, "error": "ratelimited"}
    faults.add(
        {"match": "/act", "do": "status", "status": 429, "headers": {"Retry-After": "7"}, "body": body}
    )
    async with http.post(f"{url}/act") as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "7"
        assert await answer.json() == body
    assert effects == []


async def test_garbage_says_that_it_is_json_and_is_not(
    url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults.add({"match": "/act", "do": "garbage"})
    async with http.post(f"{url}/act") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/json"
        with pytest.raises(UnicodeDecodeError):
            await answer.json()


async def test_html_is_the_error_page_of_a_proxy(
    url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults.add({"match": "/act", "do": "html"})
    async with http.post(f"{url}/act") as answer:
        assert answer.status == 503
        assert answer.content_type == "text/html"
        assert (await answer.text()).startswith("<!DOCTYPE html>")


async def test_a_cut_stops_a_stream_after_so_many_bytes_and_hangs_up(
    url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults.add({"match": "/stream", "do": "cut", "bytes": 22})
    got = b""
    async with http.get(f"{url}/stream") as answer:
        assert answer.status == 200
        while chunk := await answer.content.read(9):
            got += chunk
            if len(got) >= 22:
                break
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read(1)
    assert got == b"data: 0\n\ndata: 1\n\ndata"


async def test_a_cut_without_a_number_leaves_only_the_head(
    url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults.add({"match": "/act", "do": "cut"})
    async with http.post(f"{url}/act") as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_stall_sends_so_many_bytes_and_then_nothing_until_it_is_released(
    url: str, http: aiohttp.ClientSession, faults: Faults, until: Until
) -> None:
    faults.add({"match": "/stream", "do": "stall", "bytes": 9})
    async with http.get(f"{url}/stream") as answer:
        assert await answer.content.readexactly(9) == b"data: 0\n\n"
        rest = asyncio.create_task(answer.content.readany())
        await until(lambda: faults.held)
        assert not rest.done()
        faults.release()
        with pytest.raises(aiohttp.ClientPayloadError):
            await rest


async def test_a_stall_without_a_number_does_not_even_answer_with_a_head(
    url: str, http: aiohttp.ClientSession, faults: Faults, effects: list[str], until: Until
) -> None:
    faults.add({"match": "/act", "do": "stall"})
    asking = asyncio.create_task(http.post(f"{url}/act", data="one"))
    await until(lambda: faults.held)
    assert effects == ["one"]
    assert not asking.done()
    faults.release()
    with pytest.raises(aiohttp.ClientConnectionError):
        await asking


async def test_a_client_that_gives_up_ends_a_stall(url: str, faults: Faults, until: Until) -> None:
    faults.add({"match": "/act", "do": "stall"})
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.post(f"{url}/act"))
        await until(lambda: faults.held)
        asking.cancel()
    await until(lambda: not faults.held)


async def test_after_spares_and_times_ends(url: str, http: aiohttp.ClientSession, faults: Faults) -> None:
    faults.add({"match": "/act", "do": "status", "status": 500, "after": 2, "times": 2})
    statuses = []
    for _ in range(6):
        async with http.post(f"{url}/act") as answer:
            statuses.append(answer.status)
    assert statuses == [200, 200, 500, 500, 200, 200]
    assert (faults.rules[0].seen, faults.rules[0].done) == (6, 2)


async def test_a_websocket_can_be_refused(url: str, http: aiohttp.ClientSession, faults: Faults) -> None:
    async with http.ws_connect(f"{url}/socket") as socket:
        assert await socket.receive_str() == "hello"
    faults.add({"match": "^GET /socket", "do": "drop_before"})  # always: aiohttp asks again after a drop
    with pytest.raises(aiohttp.ClientError):
        await http.ws_connect(f"{url}/socket")


async def test_rules_are_set_read_and_cleared_over_http_and_never_hit_the_control_routes(
    url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    rule = {"match": ".", "do": "drop_before"}
    async with http.post(f"{url}/control/faults", json=[rule]) as answer:
        assert (await answer.json())["rules"][0]["do"] == "drop_before"
    async with http.get(f"{url}/control/faults") as answer:
        assert len((await answer.json())["rules"]) == 1
    async with http.delete(f"{url}/control/faults") as answer:
        assert (await answer.json()) == {"ok": True, "rules": []}
    assert faults.rules == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"do": "delay"}, "'match' and 'do'"),
        ("drop", "'match' and 'do'"),
        ({"match": "x", "do": "explode"}, "'do' must be one of"),
        ({"match": "(", "do": "delay"}, "not a regular expression"),
        ({"match": "x", "do": "delay", "seconds": "3"}, "seconds"),
        ({"match": "x", "do": "delay", "minutes": 3}, "minutes"),
    ],
)
async def test_a_wrong_rule_is_refused_with_what_is_wrong(
    url: str, http: aiohttp.ClientSession, faults: Faults, rule: object, says: str
) -> None:
    async with http.post(f"{url}/control/faults", json=rule) as answer:
        assert answer.status == 400
        assert says in (await answer.json())["error"]
    assert faults.rules == []
