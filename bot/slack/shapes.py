"""Whether a signed body is one of Slack's: parsed as Bolt will, in a shape that what follows can rely on."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
DEEPEST = 100  # levels; Slack's own bodies have about twenty
FIELDS = 100  # of a form; a command has fifteen

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
# What a name holds, at the places that `_places` names; null everywhere.
_TEXTS = frozenset(
    (
        *("action_id", "action_ts", "api_app_id", "app_installed_team_id", "block_id", "bot_access_token"),
        *("bot_id", "callback_id", "challenge", "channel_id", "channel_type", "client_msg_id", "command"),
        *("context_enterprise_id", "context_team_id", "enterprise_id", "event_id", "event_ts"),
        *("function_execution_id", "message_ts", "response_url", "subtype", "tab", "team_id"),
        *("thread_ts", "token", "trigger_id", "ts", "type", "user_id", "user_team"),
    )
)
_TEXTS_OR_OBJECTS = frozenset(("channel", "enterprise", "file", "state", "team", "text", "user"))
_OBJECTS = frozenset(
    (
        *("assistant_thread", "container", "event", "function", "function_data", "inputs", "item"),
        *("message", "previous_message", "selected_option", "view"),
    )
)
_INSIDE = ("event", "message", "previous_message", "view", "item", "assistant_thread")
_NEVER_NULL = frozenset(("event", "response_urls"))
_LISTS = frozenset(("actions", "attachments", "authorizations", "blocks", "files", "response_urls"))


class Malformed(Exception):
    """A body that Slack would not send; says in a word why, never what was in it."""


def check(body: bytes, content_type: str) -> None:
    """Malformed unless the body is an event, an interaction or a command of Slack's."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    if "\x00" in text:
        raise Malformed("nul")
    if content_type == JSON:
        _shaped(_object(text))
        return
    try:
        fields = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=FIELDS
        )
    except ValueError:
        raise Malformed("not_a_form") from None
    form = dict(fields)
    if len(form) < len(fields) or any("\x00" in name + value for name, value in fields):
        raise Malformed("not_a_form")
    if "payload" in form:
        _shaped(_object(form["payload"]))
    elif "payload" in text or ("command" not in form and "ssl_check" not in form):
        raise Malformed("neither_payload_nor_command")


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)  # as Bolt does after us, so that what passes here passes there
        orjson.dumps(value)  # refuses lone surrogates and numbers beyond 64 bits
    except (ValueError, TypeError, RecursionError):
        raise Malformed("not_json") from None
    if not isinstance(value, dict):
        raise Malformed("not_an_object")
    if "\\u0000" in text and _NUL.search(text):  # the search alone takes longer than to parse
        raise Malformed("nul")
    if text.count("[") + text.count("{") > DEEPEST and _too_deep(value):
        raise Malformed("too_deep")
    return value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _shaped(body: dict[str, Any]) -> None:
    if not isinstance(body.get("type"), str):
        raise Malformed("no_type")
    for place in _places(body):
        for name, value in place.items():
            if not _fits(name, value):
                raise Malformed(name)
    if body.get("view", body) is None:  # Bolt looks into it wherever there is one
        raise Malformed("view")
    if body["type"] == "event_callback" and not isinstance((body.get("event") or {}).get("type"), str):
        raise Malformed("event")


def _fits(name: str, value: Any) -> bool:
    if value is None:
        return name not in _NEVER_NULL
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _TEXTS_OR_OBJECTS:
        return isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("id"), str | None))
    if name in _OBJECTS:
        return isinstance(value, dict)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(each, dict) for each in value)
    return True


def _places(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects whose fields are looked at by name; inside state and blocks the names are the app's own."""
    todo = [body]
    while todo:
        place = todo.pop()
        yield place
        inner = [place.get(name) for name in _INSIDE]
        for name in ("authorizations", "actions", "response_urls"):
            listed = place.get(name)
            inner += listed if isinstance(listed, list) else []
        todo += [each for each in inner if isinstance(each, dict)]
