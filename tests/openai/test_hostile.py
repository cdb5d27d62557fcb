"""Answers that mean harm or come from something broken: each is one failure, in time and in bounds."""

import asyncio
import resource
import zlib

import pytest

from bot.errors import ApiBroken, ApiDown, ApiError, ApiTimeout
from bot.openai import Api, Delta, chat_deltas
from tests.openai.server import Connect, Reply, Seen, Server, drop, http, pieces

MIB = 1024 * 1024
MOST = 64 * MIB  # what one bad answer may cost in memory


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bomb(kind: str) -> Reply:
    """1 GB of zeros as 1 MB of gzip, sent as it is made."""

    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-encoding: gzip\r\n\r\n".encode())
        packer = zlib.compressobj(wbits=31)
        zeros = bytes(MIB)
        for _ in range(1024):
            writer.write(packer.compress(zeros))
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    return reply


def endless_line(kind: str, start: bytes = b"") -> Reply:
    """300 MB without the end of a line."""

    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n".encode() + start)
        for _ in range(300):
            writer.write(b"x" * MIB)
            await writer.drain()
        writer.close()

    return reply


async def deltas(api: Api) -> list[Delta]:
    async with api.stream("chat/completions", {}) as events:
        return [delta async for delta in chat_deltas(events)]


CALLS = {
    "get": lambda api: api.get("models"),
    "post": lambda api: api.post("chat/completions", {}),
    "download": lambda api: api.download("files/f/content", cap=20 * MIB),
    "request": lambda api: api.request("GET", "models"),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_gigabyte_in_a_megabyte_of_gzip_is_stopped(
    server: Server, connect: Connect, call: str
) -> None:
    server.says(bomb("application/json"))
    before = peak()
    with pytest.raises(ApiBroken, match="larger than"):
        await CALLS[call](connect())
    assert peak() - before < MOST


@pytest.mark.parametrize("call", CALLS)
async def test_a_line_of_300_megabytes_is_stopped(server: Server, connect: Connect, call: str) -> None:
    server.says(endless_line("application/json"))
    before = peak()
    with pytest.raises(ApiBroken, match="larger than"):
        await CALLS[call](connect())
    assert peak() - before < MOST


@pytest.mark.parametrize("start", [b"data: ", b": ", b""])
async def test_an_event_of_300_megabytes_is_stopped(server: Server, connect: Connect, start: bytes) -> None:
    server.says(endless_line("text/event-stream", start))
    before = peak()
    with pytest.raises(ApiBroken, match="larger than"):
        await deltas(connect())
    assert peak() - before < MOST


async def test_an_error_body_without_end_is_cut(server: Server, connect: Connect) -> None:
    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 No\r\ncontent-type: text/html\r\n\r\n<html>")
        while True:
            writer.write(b"x" * MIB)
            await writer.drain()

    server.says(reply)
    with pytest.raises(ApiDown, match="HTTP 500"):
        await connect().post("chat/completions", {})


BROKEN = {
    "HTML 200": lambda: http(200, b"<html>hello", content_type="text/html"),
    "empty 200": lambda: http(200, b""),
    "half JSON": lambda: http(200, b'{"a": '),
    "a list": lambda: http(200, [1]),
    "not gzip": lambda: http(200, b"hello", content_encoding="gzip"),
    "cut gzip": lambda: http(200, zlib.compress(b"{}" * 9, wbits=31)[:-9], content_encoding="gzip"),
    "unknown encoding": lambda: http(200, b"hello", content_encoding="br"),
    "shorter than said": lambda: pieces(b'{"a"', whole=False, kind="application/json"),
    "not HTTP": lambda: b"hello\r\n\r\n",
    "a header without end": lambda: b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
    "a chunk of a bad size": lambda: b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "dropped": lambda: drop,
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("call", ["post", "stream"])
async def test_what_is_no_answer_is_one_failure(
    server: Server, connect: Connect, name: str, call: str
) -> None:
    server.says(BROKEN[name]())
    with pytest.raises(ApiError) as caught:
        await (deltas(connect()) if call == "stream" else CALLS["post"](connect()))
    assert type(caught.value) is ApiBroken
    assert len(server.seen) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_a_trickle_ends_at_the_deadline(server: Server, connect: Connect, call: str) -> None:
    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.01)

    server.says(reply)
    with pytest.raises(ApiTimeout):
        await CALLS[call](connect(total=0.1))


async def test_a_gzip_answer_is_read(server: Server, connect: Connect) -> None:
    server.says(http(200, zlib.compress(b'{"a": 1}', wbits=31), content_encoding="gzip"))
    assert (await connect().get("models")).data == {"a": 1}
    assert server.seen[0].headers["accept-encoding"] == "gzip"
