"""Stands before Bolt: lets through only what Slack has signed, in size and shape; logs no body."""

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.logs import log
from bot.slack.clock import Clock
from bot.slack.shapes import FORM, JSON, Malformed, check

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST = 1_000_000  # bytes of a body; Slack's largest, a full modal's state, are a tenth of it
SKEW = 300  # seconds that a signature holds (docs.slack.dev: verifying requests)
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")
_ONCE = (b"x-slack-signature", b"x-slack-request-timestamp", b"content-type", b"content-length")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back to Slack."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Refused(Exception):
    """A request that does not get through: the status, and a word for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Guard:
    """A raw ASGI application for Slack's one address.

    secrets: the signing secret, or two of them while one replaces the other. deliver: gets the body and the
    headers (names in lower case) of a request that is Slack's.
    """

    def __init__(
        self,
        secrets: Sequence[str],
        deliver: Callable[[bytes, Mapping[str, str]], Awaitable[Response]],
        clock: Clock,
    ) -> None:
        if not all(secrets) or not secrets:
            raise ValueError("a signing secret is empty: anybody could sign with it")
        self._secrets = [secret.encode() for secret in secrets]
        self._deliver = deliver
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        try:
            admitted = await self._admit(scope, receive)
        except Refused as refused:
            log("guard.refused", status=refused.status, reason=refused.reason)
            await _send(send, Response(refused.status, {"allow": "POST"} if refused.status == 405 else {}))
            return
        if admitted is not None:
            await _send(send, await self._deliver(*admitted))

    async def _admit(self, scope: Scope, receive: Receive) -> tuple[bytes, Mapping[str, str]] | None:
        """The body and headers of a request that is Slack's; None when the sender has gone."""
        if scope["method"] != "POST":
            raise Refused(405, "method")
        headers = _headers(scope)
        timestamp, signature = self._signed(headers)
        body = await _body(headers, receive)
        if body is None:
            return None
        self._verify(timestamp, signature, body)
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        if kind not in (JSON, FORM):
            raise Refused(415, "content_type")
        try:
            check(body, kind)
        except Malformed as malformed:
            raise Refused(400, f"body: {malformed}") from None
        plain = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        return body, {**plain, "content-type": kind}

    def _signed(self, headers: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
        """The timestamp and signature, checked for what can be told before the body is read."""
        timestamp = headers.get(b"x-slack-request-timestamp", b"")
        signature = headers.get(b"x-slack-signature", b"")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            raise Refused(401, "unsigned")
        if abs(self._clock.now() - int(timestamp)) > SKEW:
            raise Refused(401, "timestamp")
        return timestamp, signature

    def _verify(self, timestamp: bytes, signature: bytes, body: bytes) -> None:
        signed = b"v0:" + timestamp + b":" + body
        good = False
        for secret in self._secrets:  # all of them, so that the time tells nothing
            mine = b"v0=" + hmac.digest(secret, signed, "sha256").hex().encode()
            good |= hmac.compare_digest(mine, signature)
        if not good:
            raise Refused(401, "signature")


def _headers(scope: Scope) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        lower = name.lower()
        if lower in headers and lower in _ONCE:
            raise Refused(400, "header_twice")
        headers[lower] = value
    return headers


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes | None:
    """The whole body, or None when the sender has gone."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        raise Refused(400, "content_length")
    if len(length) > 12 or int(length) > MOST:
        raise Refused(413, "size")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MOST:
            raise Refused(413, "size")
        if not message.get("more_body"):
            return bytes(body)


async def _send(send: Send, response: Response) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()
    ]
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
