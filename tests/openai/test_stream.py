"""Streams on real sockets: what arrives, when they are whole, and how each broken one ends."""

import asyncio
import json

import pytest

from bot.errors import ApiBroken, ApiDown, QuotaExhausted, RateLimited
from bot.openai import transport
from bot.openai.chat import chat_deltas
from tests.openai.server import DONE, Connect, Seen, Server, chunk, endless, http, pieces, read, refusal, text


async def test_a_whole_answer(server: Server, connect: Connect) -> None:
    usage = {"total_tokens": 3}
    parts = [chunk("Hel"), chunk("lo"), chunk(finish="stop"), chunk(usage=usage), DONE]
    server.says(pieces(*parts))
    deltas = await read(connect(), [])
    assert text(deltas) == "Hello"
    assert [delta.finish_reason for delta in deltas if delta.finish_reason] == ["stop"]
    assert [delta.usage for delta in deltas if delta.usage] == [usage]
    assert deltas[0].model == "gpt-6-luna"
    assert json.loads(server.seen[0].body) == {"model": "m", "stream": True}
    assert server.seen[0].headers["accept-encoding"] == "identity"


async def test_events_come_one_by_one_too(server: Server, connect: Connect) -> None:
    server.says(pieces(b'event: a\ndata: {"n": 1}\n\ndata: {"n": 2}\n\n', DONE))
    async with connect().stream("images/generations", {}) as events:
        assert [(event.name, event.data["n"]) async for event in events] == [("a", 1), (None, 2)]
        assert events.ended
        assert events.request_id == "req_s"


async def test_one_network_read_is_one_batch(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("a") + chunk("b") + chunk("c", "stop") + DONE))
    assert [delta.text for delta in await read(connect(), [])] == ["abc"]


async def test_after_the_first_content_reads_gather_but_the_end_is_noticed_at_once(
    server: Server, connect: Connect
) -> None:
    first_read = asyncio.Event()

    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for part in [chunk("a"), chunk("b"), chunk("c"), chunk("d", "stop"), DONE, b""]:
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
            await first_read.wait()

    server.says(reply)
    deltas = []
    async with (
        asyncio.timeout(5),
        connect(gather=60.0).stream("chat/completions", {}) as events,
    ):
        async for delta in chat_deltas(events):
            deltas.append(delta.text)
            first_read.set()
    assert "".join(deltas) == "abcd"
    assert deltas[0] == "a"


async def test_in_a_crowd_reads_gather_in_the_kernel_and_nothing_is_lost(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CROWD", 0)
    server.says(pieces(*[chunk(str(number % 10)) for number in range(300)], chunk(finish="stop"), DONE))
    api = connect(gather=0.01)
    answers = await asyncio.gather(*(read(api, []) for _ in range(5)))
    assert [text(deltas) for deltas in answers] == ["0123456789" * 30] * 5


async def test_a_finished_stream_gives_its_connection_back(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("a", "stop"), DONE))
    api = connect()
    for _ in range(3):
        await read(api, [])
    assert server.connections == 1


async def test_a_reader_that_leaves_early_closes_the_connection(server: Server, connect: Connect) -> None:
    server.says(endless(chunk("a"), 0.01))
    async with connect().stream("chat/completions", {}) as events:
        async for _ in events:
            break


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("finish", ["stop", None])
async def test_an_answer_without_its_end_marker_is_broken_off(
    server: Server, connect: Connect, *, whole: bool, finish: str | None
) -> None:
    server.says(pieces(chunk("Hel"), chunk("lo", finish), whole=whole))
    deltas = []
    with pytest.raises(ApiBroken, match="broke off"):
        await read(connect(), deltas)
    assert text(deltas) == "Hello"


async def test_an_end_marker_without_a_finish_reason_is_broken_off(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("Hello"), DONE))
    with pytest.raises(ApiBroken, match="broke off"):
        await read(connect(), [])


async def test_an_end_marker_without_its_blank_line_counts(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("Hello", "stop"), b"data: [DONE]"))
    assert text(await read(connect(), [])) == "Hello"


async def test_an_error_in_the_middle_comes_after_the_text_before_it(
    server: Server, connect: Connect
) -> None:
    error = {"error": {"message": "The server had an error", "type": "server_error", "code": None}}
    server.says(pieces(chunk("Hel") + b"data: " + json.dumps(error).encode() + b"\n\n", DONE))
    deltas = []
    with pytest.raises(ApiDown, match="The server had an error") as caught:
        await read(connect(), deltas)
    assert text(deltas) == "Hel"
    assert caught.value.request_id == "req_s"


async def test_an_error_event_without_the_error_object_is_an_error(server: Server, connect: Connect) -> None:
    data = b'event: error\ndata: {"type": "error", "code": "rate_limit_exceeded", "message": "slow"}\n\n'
    server.says(pieces(data))
    with pytest.raises(RateLimited, match="slow"):
        await read(connect(), [])


@pytest.mark.parametrize(
    "rubbish", [b"data: {oops\n\n", b"data: [1]\n\n", b'data: {"choices": 5}\n\n', b"data: \xff\n\n"]
)
async def test_rubbish_comes_after_the_text_before_it(
    server: Server, connect: Connect, rubbish: bytes
) -> None:
    server.says(pieces(chunk("Hel"), rubbish, DONE))
    deltas = []
    with pytest.raises(ApiBroken):
        await read(connect(), deltas)
    assert text(deltas) == "Hel"


async def test_a_page_instead_of_a_stream_is_broken(server: Server, connect: Connect) -> None:
    server.says(http(200, b"<html>hello", content_type="text/html"))
    with pytest.raises(ApiBroken, match="text/html"):
        await read(connect(), [])


async def test_a_refusal_before_the_first_byte_is_tried_again(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(
        refusal(429, "rate_limit_exceeded", "requests", retry_after="2"),
        refusal(503, "server_is_overloaded", "service_unavailable_error"),
        pieces(chunk("Hello", "stop"), DONE),
    )
    assert text(await read(connect(), [])) == "Hello"
    assert waits == [2.0, 1.0]


async def test_a_quota_is_asked_once(server: Server, connect: Connect, waits: list[float]) -> None:
    server.says(refusal(429, "credit_balance_exhausted", "insufficient_quota", x_should_retry="true"))
    with pytest.raises(QuotaExhausted):
        await read(connect(), [])
    assert (len(server.seen), waits) == (1, [])


async def test_nothing_is_tried_again_after_the_first_byte(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("Hel"), whole=False))
    with pytest.raises(ApiBroken):
        await read(connect(), [])
    assert len(server.seen) == 1
