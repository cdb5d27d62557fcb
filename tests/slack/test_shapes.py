"""Of what is signed, only bodies of a shape that Slack sends reach Bolt, and none of those breaks it."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.shapes import FORM, JSON, Malformed, check


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
def test_nonsense_is_refused_as_a_body_and_within_a_form(body: bytes) -> None:
    with pytest.raises(Malformed):
        check(body, JSON)
    with pytest.raises(Malformed):
        check(urlencode({"payload": body}).encode(), FORM)


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
def test_a_form_that_is_none_of_slacks_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        check(body, FORM)


def test_a_backslash_before_u0000_is_what_somebody_typed() -> None:
    event = {"type": "event_callback", "event": {"type": "message", "text": "see \\u0000 and 😀"}}
    check(json.dumps(event).encode(), JSON)


def test_a_button_that_was_pressed_says_what_stood_on_it() -> None:
    action = {
        "type": "button",
        "action_id": "a",
        "block_id": "b",
        "text": {"type": "plain_text", "text": "Go"},
    }
    payload = {"type": "block_actions", "team": {"id": "T1"}, "channel": None, "actions": [action]}
    check(urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def test_field_names_of_a_form_are_the_apps_own() -> None:
    values = {"text": {"type": {"type": "plain_text_input", "value": "x"}}, "user": {"user": {}}}
    view = {"id": "V1", "type": "modal", "state": {"values": values}}
    payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    check(urlencode({"payload": json.dumps(payload)}).encode(), FORM)


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
    max_leaves=8,
)
kinds = st.sampled_from(
    [
        *("event_callback", "block_actions", "view_submission", "view_closed", "message_action", "shortcut"),
        *("block_suggestion", "url_verification", "function_executed"),
    ]
)
bodies = st.builds(
    lambda tree, kind, event, name: {**tree, "type": kind, "event": {**event, "type": name}},
    st.dictionaries(keys, trees, max_size=6),
    kinds | scalars,
    st.dictionaries(keys, trees, max_size=6),
    st.sampled_from(["message", "app_mention", "app_home_opened", "x"]) | scalars,
)


@pytest.fixture(scope="module")
def bolt() -> AsyncApp:
    """Bolt as the bot runs it, with one listener for each kind of request."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1")

    app = AsyncApp(
        signing_secret="checked by the guard",
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )

    async def done(ack: Any) -> None:
        await ack()

    for kind in (app.event, app.command, app.action, app.shortcut, app.view, app.options):
        kind(re.compile(".*"))(done)
    return app


def test_an_odd_shape_is_refused_or_breaks_nothing_in_bolt(bolt: AsyncApp) -> None:
    with asyncio.Runner() as runner:

        @settings(max_examples=4_000, deadline=None)
        @given(bodies | st.dictionaries(keys, trees, max_size=6), st.sampled_from([JSON, FORM]))
        def odd_shape(shape: dict[str, Any], kind: str) -> None:
            text = json.dumps(shape)
            body = text if kind == JSON else urlencode({"payload": text})
            with suppress(Malformed):
                check(body.encode(), kind)
                request = AsyncBoltRequest(body=body, headers={"content-type": kind})
                assert runner.run(bolt.async_dispatch(request)).status in (200, 404)

        odd_shape()
