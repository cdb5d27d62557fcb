"""Checks the body of POST /chat/completions: every parameter, and every kind of message and content part."""

import base64
import binascii
import re
from typing import Any

from bot.playground.openai import check
from bot.playground.openai.errors import invalid

BREAKPOINT = check.record({"mode": check.one_of("explicit"), "ttl": check.one_of("30m", "12h")}, ["mode"])
NAME = check.string(1, 64, r"[^\s<|\\/>]+")
TOOL_NAME = check.string(1, 64, r"[a-zA-Z0-9_-]+")


def base64_text(name: str, value: Any) -> None:
    """Bytes in base64."""
    check.string(1)(name, value)
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid '{name}': expected base64-encoded data.", name, "invalid_base64") from None


def image_url(name: str, value: Any) -> None:
    """An address of an image: http, https, or data: with a picture in it."""
    check.string(1)(name, value)
    if value.startswith(("http://", "https://")):
        return
    match = re.match(r"data:([^;,]*);base64,", value)
    if not match:
        text = "Expected a valid URL, but got a value with an invalid format."
        raise invalid(f"Invalid '{name}'. {text}", name, "invalid_image_url")
    if match[1] not in {"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"}:
        text = "Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp']."
        raise invalid(f"You uploaded an unsupported image. {text}", name, "invalid_image_format")
    base64_text(name, value[match.end() :])


def _typed(kind: str, **members: check.Rule) -> check.Rule:
    rules = {"type": check.one_of(kind), "prompt_cache_breakpoint": BREAKPOINT, **members}
    return check.record(rules, ["type", *members])


DETAIL = check.one_of("auto", "low", "high", "original")
FILE = {"file_id": check.string(1), "file_data": check.string(1), "filename": check.string(1)}
PARTS = {
    "text": _typed("text", text=check.string()),
    "image_url": _typed("image_url", image_url=check.record({"url": image_url, "detail": DETAIL}, ["url"])),
    "input_audio": _typed(
        "input_audio",
        input_audio=check.record(
            {"data": base64_text, "format": check.one_of("wav", "mp3")}, ["data", "format"]
        ),
    ),
    "file": _typed("file", file=check.record(FILE)),
    "refusal": _typed("refusal", refusal=check.string()),
}
PARTS_OF = {
    "user": ("text", "image_url", "input_audio", "file"),
    "assistant": ("text", "refusal"),
}


def _content(role: str) -> check.Rule:
    allowed = PARTS_OF.get(role, ("text",))

    def part(name: str, value: Any) -> None:
        check.mapping(name, value)
        if "type" not in value:
            raise check.missing(f"{name}.type")
        check.one_of(*allowed)(f"{name}.type", value["type"])
        PARTS[value["type"]](name, value)

    return check.either(check.string(), check.array(part, 1), "one of a string or array of objects")


CALL = check.record(
    {
        "id": check.string(1),
        "type": check.one_of("function", "custom"),
        "function": check.record({"name": TOOL_NAME, "arguments": check.string()}, ["name", "arguments"]),
        "custom": check.record({"name": TOOL_NAME, "input": check.string()}, ["name", "input"]),
    },
    ["id", "type"],
)
FUNCTION_CALL = check.record({"name": TOOL_NAME, "arguments": check.string()}, ["name", "arguments"])
OF_ROLE: dict[str, dict[str, check.Rule]] = {
    "developer": {},
    "system": {},
    "user": {},
    "assistant": {
        "tool_calls": check.array(CALL, 1),
        "refusal": check.string(),
        "audio": check.record({"id": check.string(1)}, ["id"]),
        "function_call": FUNCTION_CALL,
        "annotations": check.array(check.mapping),
    },
    "tool": {"tool_call_id": check.string(1)},
    "function": {},
}
NEEDED = {"tool": ["content", "tool_call_id"], "function": ["content", "name"]}


def message(name: str, value: Any) -> None:
    """One message, by the rules of its role."""
    check.mapping(name, value)
    if "role" not in value:
        raise check.missing(f"{name}.role")
    check.one_of(*OF_ROLE)(f"{name}.role", value["role"])
    role = value["role"]
    rules = {"role": check.anything, "content": _content(role), "name": NAME, **OF_ROLE[role]}
    needed = NEEDED.get(role, ["content"])
    if role == "assistant" and (value.get("tool_calls") or value.get("function_call") or value.get("audio")):
        needed = []
    if needed and needed[0] == "content" and "content" in value and value["content"] is None:
        raise check.wrong_type(f"{name}.content", "one of a string or array of objects", None)
    check.fields(value, rules, needed, f"{name}.")


def messages(name: str, value: Any) -> None:
    """The conversation: each message, and each tool's answer after the call that it answers."""
    check.array(message, 1)(name, value)
    open_calls: set[str] = set()
    for index, one in enumerate(value):
        if one["role"] == "tool":
            if one["tool_call_id"] not in open_calls:
                text = (
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                )
                raise invalid(f"Invalid parameter: {text}", f"messages.[{index}].role", None)
            open_calls.discard(one["tool_call_id"])
            continue
        if open_calls:
            text = (
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
            )
            ids = ", ".join(sorted(open_calls))
            full = f"{text} 'tool_call_id'. The following tool_call_ids did not have response messages: {ids}"
            raise invalid(full, f"messages.[{index}].role", None)
        open_calls = {called["id"] for called in one.get("tool_calls") or ()}
