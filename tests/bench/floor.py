"""The least that a bot could do, as a process on raw ASGI: verify a signature and acknowledge."""

import hashlib
import hmac
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]


class Floor:
    """The application; it knows one signing secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status = 200 if self._good(dict(scope["headers"]), body) else 401
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    def _good(self, headers: dict[bytes, bytes], body: bytes) -> bool:
        stamp = headers.get(b"x-slack-request-timestamp", b"0")
        mine = hmac.digest(self._secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hex()
        given = headers.get(b"x-slack-signature", b"")
        return abs(time.time() - int(stamp)) < 300 and hmac.compare_digest(f"v0={mine}".encode(), given)


if __name__ == "__main__":
    uvicorn.run(
        Floor(sys.argv[2]),
        port=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="error",
        timeout_keep_alive=75,
        backlog=2048,
    )
