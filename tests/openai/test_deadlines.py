"""The deadlines of a stream on real sockets: what moves them, and what ends when they pass."""

import asyncio

import pytest

from bot.errors import ApiTimeout
from bot.openai import chat_deltas
from tests.openai.server import DONE, Connect, Server, chunk, endless, hang, pieces, read, text


async def test_pings_do_not_move_the_first_deadline(server: Server, connect: Connect) -> None:
    server.says(endless(b": ping\n\n", 0.01))
    with pytest.raises(ApiTimeout, match="begin"):
        await read(connect(first=0.1), [])


async def test_empty_chunks_do_not_move_the_first_deadline(server: Server, connect: Connect) -> None:
    role = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}\n\n'
    server.says(endless(role, 0.01))
    with pytest.raises(ApiTimeout, match="begin"):
        await read(connect(first=0.1), [])


async def test_no_headers_within_the_first_deadline_is_a_timeout(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(hang)
    with pytest.raises(ApiTimeout):
        await read(connect(first=0.05), [])
    assert waits == []


async def test_pings_do_not_move_the_idle_deadline(server: Server, connect: Connect) -> None:
    server.says(endless(b": ping\n\nevent: ping\ndata: {}\n\n", 0.01, chunk("Hel")))
    deltas = []
    with pytest.raises(ApiTimeout, match="nothing more came"):
        await read(connect(idle=0.1), deltas)
    assert text(deltas) == "Hel"


async def test_content_moves_the_idle_deadline_but_not_the_total_one(
    server: Server, connect: Connect
) -> None:
    server.says(endless(chunk("a"), 0.01))
    deltas = []
    with pytest.raises(ApiTimeout, match="not whole after"):
        await read(connect(idle=0.1, total=0.4), deltas)
    assert len(text(deltas)) > 10


async def test_one_byte_at_a_time_forever_is_a_timeout(server: Server, connect: Connect) -> None:
    server.says(endless(b"x", 0.001))
    with pytest.raises(ApiTimeout):
        await read(connect(first=0.1), [])


async def test_a_slow_reader_is_not_a_late_answer(server: Server, connect: Connect) -> None:
    server.says(pieces(chunk("a"), chunk("b", "stop"), DONE))
    async with connect(idle=0.02).stream("chat/completions", {}) as events:
        texts = []
        async for delta in chat_deltas(events):
            texts.append(delta.text)
            await asyncio.sleep(0.05)
    assert "".join(texts) == "ab"


async def test_stopping_the_reader_is_not_a_timeout(server: Server, connect: Connect) -> None:
    server.says(endless(b": ping\n\n", 0.01, chunk("a")))
    api, begun = connect(), asyncio.Event()

    async def read_on() -> None:
        async with api.stream("chat/completions", {}) as events:
            async for _ in events:
                begun.set()

    reading = asyncio.create_task(read_on())
    await begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
