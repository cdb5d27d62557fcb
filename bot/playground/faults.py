"""Faults on request: lets rules drop, delay, garble, cut or stall what a server answers; knows neither world.

Rules are tried in order; the first that still applies decides. `/control` itself never fails.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.playground.clock import Clock
from bot.playground.fault_rules import Faults, Rule

__all__ = ["DroppableProtocol", "FaultMiddleware", "Faults", "Rule", "routes"]


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol telling the application its transport, the only way to hang up on a client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent
        """Put the transport where each request of this connection finds it: `scope["state"]`."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class FaultMiddleware:
    """Lets rules act on what passes between a server and its application; free when there are none."""

    def __init__(self, app: ASGIApp, faults: Faults, clock: Clock) -> None:
        self.app = app
        self.faults = faults
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request, as an ASGI application."""
        if not self.faults.rules or scope["type"] == "lifespan" or scope["path"].startswith("/control"):
            await self.app(scope, receive, send)
            return
        rule = self.faults.take(scope.get("method", "GET"), scope["path"])
        if rule and rule.do == "delay":
            await self.clock.sleep(rule.seconds)
            rule = None
        # A websocket has no answer to tamper with: it can only be refused.
        if rule is None or (scope["type"] == "websocket" and rule.do != "drop_before"):
            await self.app(scope, receive, send)
        elif rule.do in ("status", "garbage", "html"):
            await rule.answer()(scope, receive, send)
        else:
            await self._break_off(rule, scope, receive, send)

    async def _break_off(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope["state"]["transport"]

        async def drop() -> None:
            transport.abort()

        async def cut() -> None:
            transport.close()  # what was written still goes out

        async def hold() -> None:
            self.faults.held.add(transport)
            try:
                await _gone(receive)
            finally:
                self.faults.held.discard(transport)

        if rule.do == "drop_before":
            await drop()
        elif rule.do == "drop_after":
            await self.app(scope, receive, _up_to(None, send, drop))
        elif rule.do == "cut":
            await self.app(scope, receive, _up_to(rule.bytes or 0, send, cut))
        else:
            await self.app(scope, receive, _up_to(rule.bytes, send, hold))
        if transport.is_closing():
            await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the server has noticed that the client is away, so that it asks for no answer."""
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


def _up_to(limit: int | None, send: Send, end: Callable[[], Awaitable[None]]) -> Send:
    """Pass `limit` bytes of the body on, then do `end` and swallow the rest; None holds back the head too.

    A body that is shorter than the limit passes whole.
    """
    left = limit
    ended = False

    async def limited(message: Message) -> None:
        nonlocal left, ended
        if ended:
            return
        body = message.get("body", b"")
        if left is not None and (message["type"] == "http.response.start" or len(body) < left):
            left -= len(body)
            await send(message)
            return
        ended = True
        if left:
            await send({"type": "http.response.body", "body": body[:left], "more_body": True})
        await end()

    return limited


def routes(faults: Faults) -> list[Route]:
    """The control routes by which a test or a person sets, reads and clears the rules of a server."""

    def listed() -> JSONResponse:
        rules: list[dict[str, Any]] = [asdict(rule) for rule in faults.rules]
        return JSONResponse({"ok": True, "rules": rules})

    async def add(request: Request) -> JSONResponse:
        try:
            given = orjson.loads(await request.body())
            for value in given if isinstance(given, list) else [given]:
                faults.add(value)
        except ValueError as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)
        return listed()

    async def show(_: Request) -> JSONResponse:
        return listed()

    async def clear(_: Request) -> JSONResponse:
        faults.rules.clear()
        return listed()

    return [
        Route("/control/faults", add, methods=["POST"]),
        Route("/control/faults", show, methods=["GET"]),
        Route("/control/faults", clear, methods=["DELETE"]),
    ]
