"""Socket Mode: websockets over which the app gets what else would be posted to its URL."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import orjson
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.slack.answers import Answer
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.state import Json
from bot.playground.slack.world import World

MOST_CONNECTIONS = 10  # of one app
ACK_SECONDS = 3.0


@method("apps.connections.open", kind="app")
async def connections_open(call: Call) -> Json:
    """The address of one websocket connection."""
    if not call.world.app.socket_mode:
        raise Refusal("socket_mode_disabled")
    ticket = secrets.token_hex(16)
    call.world.socket_tickets.add(ticket)
    base = call.world.url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.world.app.id}"}


class Sockets:
    """The app's open connections; each envelope goes to one of them by chance."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[WebSocket] = []
        self._connected: set[WebSocket] = set()  # with those that were told to come anew
        self._waiting: dict[str, tuple[WebSocket, asyncio.Future[Any]]] = {}
        self._arrived = asyncio.Event()

    def routes(self) -> list[WebSocketRoute]:
        """Where connections arrive."""
        return [WebSocketRoute("/link/", self._connect)]

    async def send(self, kind: str, payload: Json, *, answers: bool, attempt: int, reason: str) -> Answer:
        """Send an envelope and wait for its acknowledgement."""
        socket = secrets.choice(self.open)
        envelope_id = secrets.token_hex(16)
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = answers
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (socket, acknowledged)
        limit = asyncio.ensure_future(self.world.clock.sleep(ACK_SECONDS))
        try:
            await socket.send_text(orjson.dumps(envelope).decode())
            await asyncio.wait({acknowledged, limit}, return_when=asyncio.FIRST_COMPLETED)
            if acknowledged.cancelled():
                return Answer(ok=False, reason="connection_failed")
            if acknowledged.done():
                return Answer(ok=True, status=200, body=acknowledged.result() if answers else None)
            return Answer(ok=False, reason="http_timeout")
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: starlette's word for a closed socket
            return Answer(ok=False, reason="connection_failed")
        finally:
            limit.cancel()
            self._waiting.pop(envelope_id, None)

    async def arrival(self) -> None:
        """Wait as long for a connection as for an acknowledgement: while one is renewed there is none."""
        limit = asyncio.ensure_future(self.world.clock.sleep(ACK_SECONDS))
        arrived = asyncio.ensure_future(self._arrived.wait())
        try:
            await asyncio.wait({limit, arrived}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
            arrived.cancel()

    async def disconnect(self, reason: str = "refresh_requested") -> int:
        """Tell every connection to come anew and send it nothing more; how many there were."""
        sockets, self.open = self.open, []
        self._arrived.clear()
        told = orjson.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})
        for socket in sockets:
            with suppress(WebSocketDisconnect, RuntimeError):  # it went away by itself
                await socket.send_text(told.decode())
        return len(sockets)

    async def aclose(self) -> None:
        """Hang up."""
        for socket in list(self._connected):
            with suppress(WebSocketDisconnect, RuntimeError):  # it went away by itself
                await socket.close()

    async def _connect(self, socket: WebSocket) -> None:
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.world.socket_tickets or len(self.open) >= MOST_CONNECTIONS:
            await socket.close(4000)
            return
        self.world.socket_tickets.discard(ticket)
        await socket.accept()
        self._connected.add(socket)
        self.open.append(socket)
        self._arrived.set()
        hello: Json = {"type": "hello", "num_connections": len(self.open)}
        hello |= {"connection_info": {"app_id": self.world.app.id}}
        hello |= {"debug_info": {"host": "playground", "approximate_connection_time": 18060}}
        try:
            await socket.send_text(orjson.dumps(hello).decode())
            while True:
                self._acknowledge(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(socket)

    def _forget(self, socket: WebSocket) -> None:
        self._connected.discard(socket)
        if socket in self.open:
            self.open.remove(socket)
        if not self.open:
            self._arrived.clear()
        for sent_to, acknowledged in self._waiting.values():
            if sent_to is socket:
                acknowledged.cancel()

    def _acknowledge(self, text: str) -> None:
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return  # some clients send text of their own as a sign of life
        if isinstance(said, dict):
            _, waiting = self._waiting.get(said.get("envelope_id", ""), (None, None))
            if waiting is not None and not waiting.done():
                waiting.set_result(said.get("payload") or None)
