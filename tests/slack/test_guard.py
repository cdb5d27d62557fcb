"""Nothing that Slack has not signed gets in, and nothing that gets in breaks what comes after."""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"\xff\xfe",
        b'{"type": "x", "a": "\\ud800"}',
        b'{"type": "x", "a": "\\u0000"}',
        b'{"type": "x", "a": "\x00"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"type": "x", "a": ' + b"[" * 150 + b"]" * 150 + b"}",
        b'{"type": "x", "a": ' + b"9" * 5000 + b"}",
        b'{"event": 5}',
        b'{"type": "event_callback", "event": 5}',
        b'{"type": "event_callback", "event": {"type": "message", "user": 5}}',
        b'{"type": "event_callback", "event": {"type": ["message"]}}',
        b'{"type": "event_callback", "event": {"type": "message", "channel": ["C1"]}}',
        b'{"type": "event_callback"}',
        b'{"type": "x", "authorizations": [5]}',
        b'{"type": 5}',
    ],
)
async def test_signed_nonsense_is_refused(guard: Guard, delivered: Delivered, body: bytes) -> None:
    assert await ask(guard, body, headers(body)) == 400
    form = urlencode({"payload": body}).encode()
    assert await ask(guard, form, headers(form, FORM)) in (400, 413)
    assert delivered.bodies == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a",
        b"text=1",
        b"command=%00",
        b"command=%ff",
        b"payload={}&payload={}",
        b"command=a&command=b",
        b"xpayload=1&command=2",
        b"&".join(b"a%d=1" % number for number in range(200)),
    ],
)
async def test_a_signed_form_that_is_none_of_slacks_is_refused(guard: Guard, body: bytes) -> None:
    assert await ask(guard, body, headers(body, FORM)) == 400


async def test_a_backslash_before_u0000_is_what_somebody_typed(guard: Guard) -> None:
    event = {"type": "event_callback", "event": {"type": "message", "text": "see \\u0000 and 😀"}}
    body = json.dumps(event).encode()
    assert await ask(guard, body, headers(body)) == 200


async def test_field_names_of_a_form_are_the_apps_own(guard: Guard) -> None:
    values = {"text": {"type": {"type": "plain_text_input", "value": "x"}}, "user": {"user": {}}}
    view = {"id": "V1", "type": "modal", "state": {"values": values}}
    payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert await ask(guard, body, headers(body, FORM)) == 200


async def test_a_body_never_reaches_the_log(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"type": 5, "secret": "hush"}'
    await ask(guard, body, headers(body))
    await ask(guard, body, headers(body, X_Slack_Signature="v0=" + "1" * 64))
    assert "guard.refused" in caplog.text
    assert "hush" not in caplog.text


odd = st.text(st.characters(exclude_categories=("Cs",)), max_size=20).map(str.encode) | st.binary(max_size=60)
names = st.sampled_from(
    [
        b"x-slack-signature",
        b"x-slack-request-timestamp",
        b"content-type",
        b"content-length",
        b"x-slack-retry-num",
        b"x",
    ]
)
values = odd | st.sampled_from(
    [str(NOW).encode(), b"v0=" + b"0" * 64, JSON.encode(), FORM.encode(), b"0", b"99999999999", b"1e3"]
)


@settings(max_examples=14_000, deadline=None)
@given(
    st.lists(odd, max_size=3),
    st.lists(st.tuples(names, values), max_size=6),
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


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
keys = st.sampled_from(
    [
        *(
            "type",
            "event",
            "team",
            "team_id",
            "user",
            "channel",
            "view",
            "message",
            "actions",
            "authorizations",
        ),
        *(
            "enterprise",
            "item",
            "id",
            "previous_message",
            "response_urls",
            "response_url",
            "thread_ts",
            "state",
        ),
        *("event_ts", "api_app_id", "is_ext_shared_channel", "assistant_thread", "function_data", "blocks"),
        *("is_enterprise_install", "user_team", "inputs", "function_execution_id", "callback_id", "command"),
    ]
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=12,
)
kinds = st.sampled_from(
    [
        *("event_callback", "block_actions", "view_submission", "view_closed", "message_action", "shortcut"),
        *("block_suggestion", "url_verification", "function_executed"),
    ]
)
bodies = st.builds(
    lambda tree, kind, event, name: {**tree, "type": kind, "event": {**event, "type": name}},
    st.dictionaries(keys, trees, max_size=8),
    kinds | scalars,
    st.dictionaries(keys, trees, max_size=6),
    st.sampled_from(["message", "app_mention", "app_home_opened", "x"]) | scalars,
)


class Through:
    """Bolt as the bot runs it, with one listener for each kind of request."""

    def __init__(self) -> None:
        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1")

        app = self.app = AsyncApp(
            signing_secret=SECRET,
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )

        async def done(ack: Any) -> None:
            await ack()

        anything = re.compile(".*")
        for kind in (app.event, app.command, app.action, app.shortcut, app.view, app.options):
            kind(anything)(done)

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> Response:
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=body.decode(), headers=dict(headers)))
        return Response(answer.status)


def test_signed_odd_shapes_break_nothing_behind_the_guard() -> None:
    guard = Guard([SECRET], Through(), Still())
    with asyncio.Runner() as runner:

        @settings(max_examples=6_000, deadline=None)
        @given(bodies | st.dictionaries(keys, trees, max_size=8), st.booleans())
        def odd_shape(shape: dict[str, Any], form: bool) -> None:  # noqa: FBT001 - as above
            text = json.dumps(shape)
            body = urlencode({"payload": text}).encode() if form else text.encode()
            asking = ask(guard, body, headers(body, FORM if form else JSON))
            assert runner.run(asking) in (200, 400, 404)

        odd_shape()


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
