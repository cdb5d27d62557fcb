"""A server on a real socket that answers as a script says, and the words of such scripts."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from bot.openai import Api, Delta, chat_deltas

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Connect = Callable[..., Api]  # `connect(first=0.1)`: the API at the server, with those limits
Reply = bytes | Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each request with the next line of its script, the last line again and again."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.early: bytes | None = None  # said before the body of a request is read
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0
        self.asked = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def says(self, *replies: Reply) -> Self:
        self.script.extend(replies)
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        # CancelledError too: a handler that hangs is ended by close(), and asyncio logs what a handler raises
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not (writer.is_closing() or (self.early and self.seen)):
                seen = await self._request(reader, writer)
                self.seen.append(seen)
                self.asked.set()
                if self.early:
                    continue
                reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if isinstance(reply, bytes):
                    writer.write(reply)
                    await writer.drain()
                else:
                    await reply(seen, writer)
        self._tasks.discard(task)
        writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Seen:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = dict(_header(line) for line in head[1:] if line)
        if self.early:
            writer.write(self.early)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Seen(method, target, headers, body)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value


def http(status: int, body: object = b"", **headers: str) -> bytes:
    """A whole answer; anything but bytes is sent as JSON. Header names are written with underscores."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"content-type": "application/json", "x-request-id": "req_1"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines.setdefault("content-length", str(len(content)))
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode() + b"\r\n" + content


def refusal(
    status: int, code: str | None = None, kind: str = "", message: str = "No.", **headers: str
) -> bytes:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return http(status, {"error": error}, **headers)


def chunk(text: str = "", finish: str | None = None, **more: object) -> bytes:
    """One event of a chat stream."""
    delta = {"content": text} if text else {}
    data = {"model": "gpt-6-luna", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def pieces(*parts: bytes, whole: bool = True, kind: str = "text/event-stream") -> Reply:
    """A chunked answer, one network write a part; not `whole`: the connection is closed in the middle."""

    async def reply(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nx-request-id: req_s\r\n".encode())
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        for part in parts:
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
        if whole:
            writer.write(b"0\r\n\r\n")
        else:
            writer.close()

    return reply


def endless(part: bytes, every: float, *before: bytes) -> Reply:
    """A stream that sends `before`, then the same bytes again and again until the client goes."""

    async def reply(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + b"".join(before))
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every)

    return reply


async def hang(_: Seen, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drop(_: Seen, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def read(api: Api, into: list[Delta]) -> list[Delta]:
    """A whole chat stream; `into` has what came, also when it fails."""
    async with api.stream("chat/completions", {"model": "m"}) as events:
        async for delta in chat_deltas(events):
            into.append(delta)  # noqa: PERF401 - what came before a failure has to be in it
    return into


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)
