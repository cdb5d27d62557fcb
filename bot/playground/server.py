"""One ASGI application on a loopback port, inside the running loop, without signal handlers or output."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.playground.faults import DroppableProtocol

HOST = "127.0.0.1"
#: Seconds that answers under way are given at the end before they are cancelled.
GRACE = 2


class PortInUseError(OSError):
    """The port of a playground server is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(
            errno.EADDRINUSE, f"port {port} on {HOST} is in use: stop what uses it or choose another"
        )
        self.port = port


def bind(port: int) -> socket.socket:
    """Take a port on loopback, 0 for any free one; PortInUseError when another program has it."""
    # With the protocol named: asyncio sets TCP_NODELAY only then, without it each answer waits 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen(2048)  # a second listener fails here, not at bind, when both asked for SO_REUSEADDR
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(port) from error
        raise
    return bound


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[str]:
    """Serve an application on a bound socket while the block runs; yields "http://127.0.0.1:PORT"."""
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,  # seconds; uvicorn's 5 makes clients meet connections that just closed
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        ticking.cancel()
        await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    """As uvicorn's own shutdown, but without its fixed pauses, which every test would pay for."""
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    if server.server_state.tasks:
        _, late = await asyncio.wait(server.server_state.tasks, timeout=GRACE)
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        for task in late:
            task.cancel()
    await asyncio.sleep(0)  # closed transports say goodbye in the next round of the loop
    await server.lifespan.shutdown()
