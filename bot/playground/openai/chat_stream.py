"""Writes a chat completion as the events of a stream, each made once as bytes from a template."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from bot.playground.openai import answers, tokens
from bot.playground.openai.answers import Choice

# Padding that hides the length of a token from who listens to the line: 16 letters less the token's.
PADDING = [b"aQ3xZ81LmP0rT6Kw"[:length] for length in range(17)]
AUDIO_PIECE = 16_000  # characters of base64 in an event


class Template:
    """The fixed parts of a completion's chunks."""

    def __init__(self, completion: dict[str, Any], body: dict[str, Any]) -> None:
        options = body.get("stream_options") or {}
        shared = ("id", "created", "model", "service_tier", "system_fingerprint")
        fixed = {"object": "chat.completion.chunk", **{name: completion[name] for name in shared}}
        self.start = b"data: " + orjson.dumps(fixed)[:-1] + b',"choices":['
        self.usage = b',"usage":null' if options.get("include_usage") else b""
        self.padded = options.get("include_obfuscation") is not False

    def chunk(
        self, index: int, delta: bytes, finish: bytes = b"null", probabilities: bytes = b"null"
    ) -> bytes:
        """One event with one choice's delta."""
        padding = b',"obfuscation":"%b"' % PADDING[16 - min(16, len(delta) % 32)] if self.padded else b""
        return b'%b{"index":%d,"delta":%b,"logprobs":%b,"finish_reason":%b}]%b%b}\n\n' % (
            self.start,
            index,
            delta,
            probabilities,
            finish,
            self.usage,
            padding,
        )

    def bare(self, members: dict[str, Any]) -> bytes:
        """An event without choices."""
        return self.start + b"]," + orjson.dumps(members)[1:] + b"\n\n"


def events(completion: dict[str, Any], choices: Sequence[Choice], body: dict[str, Any]) -> list[bytes]:
    """Every event but "[DONE]": choices in turn, then moderation and usage where these were asked for."""
    template = Template(completion, body)
    streams = [
        _choice(template, choice, whole, body)
        for choice, whole in zip(choices, completion["choices"], strict=True)
    ]
    made = streams[0] if len(streams) == 1 else _in_turn(streams)
    if "moderation" in completion:
        made.append(template.bare({"moderation": completion["moderation"]}))
    if template.usage:
        made.append(template.bare({"usage": completion["usage"]}))
    return made


def _in_turn(streams: list[list[bytes]]) -> list[bytes]:
    longest = max(map(len, streams))
    return [stream[step] for step in range(longest) for stream in streams if step < len(stream)]


def _choice(template: Template, choice: Choice, whole: dict[str, Any], body: dict[str, Any]) -> list[bytes]:
    index, message = choice.index, whole["message"]
    end = template.chunk(index, b"{}", orjson.dumps(whole["finish_reason"]))
    if "tool_calls" in message or "function_call" in message:
        deltas = list(_calls(message))
    elif "audio" in message:
        deltas = list(_audio(message["audio"]))
    else:
        opening = template.chunk(index, b'{"role":"assistant","content":"","refusal":null}')
        if not body.get("logprobs"):
            dumps, chunk = orjson.dumps, template.chunk
            texts = [chunk(index, b'{"content":%b}' % dumps(piece)) for piece in choice.pieces]
            return [opening, *texts, end]
        most = body.get("top_logprobs") or 0
        texts = [
            template.chunk(
                index,
                b'{"content":%b}' % orjson.dumps(piece),
                probabilities=orjson.dumps(answers.logprobs([piece], most)),
            )
            for piece in choice.pieces
        ]
        return [opening, *texts, end]
    return [*(template.chunk(index, orjson.dumps(delta)) for delta in deltas), end]


def _calls(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    first: dict[str, Any] = {"role": "assistant", "content": None}
    if "function_call" in message:
        called = message["function_call"]
        yield {**first, "function_call": {"name": called["name"], "arguments": ""}}
        for piece in tokens.split(called["arguments"]):
            yield {"function_call": {"arguments": piece}}
        return
    for place, one in enumerate(message["tool_calls"]):
        kind = one["type"]
        given = "input" if kind == "custom" else "arguments"
        opened = {"index": place, "id": one["id"], "type": kind, kind: {"name": one[kind]["name"], given: ""}}
        yield {**first, "tool_calls": [opened]}
        first = {}
        for piece in tokens.split(one[kind][given]):
            yield {"tool_calls": [{"index": place, kind: {given: piece}}]}


def _audio(audio: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "audio": {"id": audio["id"], "transcript": ""}}
    for piece in tokens.split(audio["transcript"]):
        yield {"audio": {"transcript": piece}}
    data = audio["data"]
    for start in range(0, len(data), AUDIO_PIECE):
        yield {"audio": {"data": data[start : start + AUDIO_PIECE]}}
    yield {"audio": {"expires_at": audio["expires_at"]}}
