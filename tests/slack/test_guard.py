"""Nothing that Slack has not signed gets in, and nothing that gets in breaks what comes after."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.guard import Guard, Response

NOW = 1_800_000_000
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Still:
    """A clock that stands."""

    def now(self) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the guard waits for nothing")


def sign(body: bytes, timestamp: int = NOW, secret: str = SECRET) -> str:
    signed = b"v0:%d:" % timestamp + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def headers(body: bytes, kind: str = JSON, **changed: str) -> list[tuple[bytes, bytes]]:
    made = {
        "X-Slack-Signature": sign(body),
        "X-Slack-Request-Timestamp": str(NOW),
        "Content-Type": kind,
        "Content-Length": str(len(body)),
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in made.items()]


class Delivered:
    """Takes what got through."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> Response:
        self.bodies.append(body)
        self.headers.append(headers)
        return Response(200, {"x-from": "bolt"}, b"ok")


async def ask(
    guard: Guard,
    body: bytes | list[bytes],
    given: list[tuple[bytes, bytes]],
    method: str = "POST",
) -> int:
    pieces = [body] if isinstance(body, bytes) else body
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await guard({"type": "http", "method": method, "headers": given}, receive, send)
    return int(sent[0]["status"])


@pytest.fixture
def delivered() -> Delivered:
    return Delivered()


@pytest.fixture
def guard(delivered: Delivered) -> Guard:
    return Guard([SECRET], delivered, Still())


EVENT = json.dumps({"type": "event_callback", "team_id": "T1", "event": {"type": "message"}}).encode()


async def test_what_slack_signed_gets_through_with_its_headers(guard: Guard, delivered: Delivered) -> None:
    assert await ask(guard, EVENT, headers(EVENT, X_Slack_Retry_Num="1")) == 200
    assert delivered.bodies == [EVENT]
    assert delivered.headers[0]["x-slack-retry-num"] == "1"
    assert delivered.headers[0]["content-type"] == JSON


async def test_a_command_and_an_interaction_get_through(guard: Guard, delivered: Delivered) -> None:
    for form in ({"command": "/openai", "text": "chat <@U1> é"}, {"payload": '{"type": "block_actions"}'}):
        body = urlencode(form).encode()
        assert await ask(guard, body, headers(body, FORM + "; charset=utf-8")) == 200
    assert delivered.headers[1]["content-type"] == FORM


async def test_both_secrets_hold_while_one_replaces_the_other(delivered: Delivered) -> None:
    guard = Guard(["new", SECRET], delivered, Still())
    for secret, status in (("new", 200), (SECRET, 200), ("old", 401)):
        given = headers(EVENT, X_Slack_Signature=sign(EVENT, secret=secret))
        assert await ask(guard, EVENT, given) == status


def test_an_empty_secret_is_refused_at_the_start(delivered: Delivered) -> None:
    for secrets in ([], [""], [SECRET, ""]):
        with pytest.raises(ValueError, match="signing secret"):
            Guard(secrets, delivered, Still())


@pytest.mark.parametrize(
    ("skew", "status"), [(0, 200), (299, 200), (-299, 200), (301, 401), (-301, 401), (-NOW, 401)]
)
async def test_a_signature_holds_for_five_minutes(guard: Guard, skew: int, status: int) -> None:
    then = NOW + skew
    changed = {"X_Slack_Signature": sign(EVENT, then), "X_Slack_Request_Timestamp": str(then)}
    assert await ask(guard, EVENT, headers(EVENT, **changed)) == status


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("X_Slack_Signature", "v0=" + "0" * 64, 401),
        ("X_Slack_Signature", "v0=\xe9", 401),
        ("X_Slack_Signature", "", 401),
        ("X_Slack_Request_Timestamp", "soon", 401),
        ("X_Slack_Request_Timestamp", "١٢٣", 401),
        ("X_Slack_Request_Timestamp", "9" * 400, 401),
        ("Content_Type", "text/plain", 415),
        ("Content_Length", "1000001", 413),
        ("Content_Length", "9" * 5000, 413),
        ("Content_Length", "-1", 400),
    ],
)
async def test_a_wrong_header_is_refused(
    guard: Guard, delivered: Delivered, name: str, value: str, status: int
) -> None:
    given = [(n, v) for n, v in headers(EVENT) if n != name.replace("_", "-").lower().encode()]
    given.append((name.replace("_", "-").lower().encode(), value.encode("utf-8")))
    assert await ask(guard, EVENT, given) == status
    assert delivered.bodies == []


async def test_other_methods_and_doubled_headers_are_refused(guard: Guard) -> None:
    assert await ask(guard, b"", headers(b""), "GET") == 405
    for name in ("x-slack-signature", "x-slack-request-timestamp", "content-type", "content-length"):
        given = headers(EVENT)
        given.append(next(header for header in given if header[0] == name.encode()))
        assert await ask(guard, EVENT, given) == 400


async def test_a_body_without_length_is_cut_off_at_a_megabyte(guard: Guard, delivered: Delivered) -> None:
    piece = b"x" * 100_000
    given = [header for header in headers(b"") if header[0] != b"content-length"]
    assert await ask(guard, [piece] * 11, given) == 413
    assert delivered.bodies == []


async def test_what_is_signed_but_none_of_slacks_shapes_is_refused(
    guard: Guard, delivered: Delivered
) -> None:
    for body in (b"[]", b'{"event": 5}', b'{"type": "event_callback", "event": 5}', b"[" * 100_000):
        assert await ask(guard, body, headers(body)) == 400
    assert delivered.bodies == []


async def test_a_body_never_reaches_the_log(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"type": 5, "secret": "hush"}'
    await ask(guard, body, headers(body))
    await ask(guard, body, headers(body, X_Slack_Signature="v0=" + "1" * 64))
    assert "guard.refused" in caplog.text
    assert "hush" not in caplog.text


names = st.sampled_from(
    [b"x-slack-signature", b"x-slack-request-timestamp", b"content-type", b"content-length"]
)
values = st.sampled_from(
    [
        *(
            b"",
            b"0",
            b"-1",
            b"5",
            b"1e3",
            b"99999999999",
            b"9" * 400,
            str(NOW).encode(),
            b"\xd9\xa1",
            b"\x00",
        ),
        *(
            b"v0=",
            b"v0=" + b"0" * 64,
            b"v0=" + b"G" * 64,
            b"v1=" + b"0" * 64,
            b"v0=" + b"0" * 65,
            b"\xff" * 67,
        ),
        *(
            JSON.encode(),
            FORM.encode(),
            b"text/plain",
            b";",
            b"multipart/form-data; boundary=x",
            b"application/\xe9",
        ),
    ]
) | st.binary(max_size=8)


@pytest.mark.timeout(600)  # 16,000 cases, on a machine that may have other work
@settings(max_examples=16_000, deadline=None)
@given(
    st.lists(st.binary(max_size=30), max_size=2),
    st.lists(st.tuples(names, values), max_size=4),
    st.sampled_from(["POST"] * 9 + ["GET", "PUT", "HEAD"]),
    st.booleans(),
)
def test_nothing_unsigned_gets_in_or_breaks_the_guard(
    pieces: list[bytes],
    given: list[tuple[bytes, bytes]],
    method: str,
    nearly: bool,  # noqa: FBT001 - hypothesis gives arguments by place
) -> None:
    delivered = Delivered()
    body = b"".join(pieces)
    if nearly:  # all right but for the signature, which is of something else
        given = [*headers(body + b"x", Content_Length=str(len(body))), *given]
    asking = ask(Guard([SECRET], delivered, Still()), pieces or [b""], given, method)
    with pytest.raises(StopIteration) as answered:  # it waits for nothing, so it needs no loop
        asking.send(None)
    assert 400 <= answered.value.value < 500
    assert delivered.bodies == []


@pytest.fixture
async def served(guard: Guard) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(guard, port=0, log_config=None, lifespan="off", access_log=False))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events"
    await server.shutdown()


async def test_over_a_socket_it_answers_as_in_process(served: str, delivered: Delivered) -> None:
    good = {name.decode(): value.decode() for name, value in headers(EVENT)}
    async with aiohttp.ClientSession() as session:
        for data, given, status in (
            (EVENT, good, 200),
            (EVENT + b" ", good | {"content-length": str(len(EVENT) + 1)}, 401),
            (EVENT, {}, 401),
            (b"x" * 1_040_000, {name: good[name] for name in good if name != "content-length"}, 413),
        ):
            try:
                async with session.post(served, data=data, headers=given) as response:
                    assert response.status == status
            except aiohttp.ClientConnectionError:
                assert status == 413  # the server hung up while the rest was still coming
        async with session.get(served) as response:
            assert response.status == 405
    assert delivered.bodies == [EVENT]
