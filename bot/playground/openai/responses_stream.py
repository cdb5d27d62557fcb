"""Writes a response as the events of a stream, each made once as bytes, in the order of the API."""

from collections.abc import Iterator
from typing import Any

import orjson

from bot.playground.openai import tokens
from bot.playground.openai.answers import Choice


def events(response: dict[str, Any], choice: Choice) -> list[bytes]:
    """Every event, numbered."""
    made = []
    for number, (kind, members) in enumerate(_each(response, choice)):
        body = orjson.dumps({"type": kind, "sequence_number": number, **members})
        made.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), body))
    return made


Event = tuple[str, dict[str, Any]]


def _each(response: dict[str, Any], choice: Choice) -> Iterator[Event]:
    begun = {
        **response,
        "status": "in_progress",
        "output": [],
        "completed_at": None,
        "incomplete_details": None,
    }
    del begun["usage"]
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    for place, item in enumerate(response["output"]):
        if item["type"] == "message":
            yield from _message(place, item, choice)
        else:
            yield from _call(place, item)
    yield f"response.{response['status']}", {"response": response}


def _message(place: int, item: dict[str, Any], choice: Choice) -> Iterator[Event]:
    at = {"item_id": item["id"], "output_index": place, "content_index": 0}
    part = item["content"][0]
    opened = {**item, "status": "in_progress", "content": []}
    yield "response.output_item.added", {"output_index": place, "item": opened}
    yield "response.content_part.added", {**at, "part": {**part, "text": ""}}
    for piece in choice.pieces:
        yield "response.output_text.delta", {**at, "delta": piece, "logprobs": []}
    yield "response.output_text.done", {**at, "text": choice.text, "logprobs": []}
    yield "response.content_part.done", {**at, "part": part}
    yield "response.output_item.done", {"output_index": place, "item": item}


def _call(place: int, item: dict[str, Any]) -> Iterator[Event]:
    at = {"item_id": item["id"], "output_index": place}
    opened = {**item, "status": "in_progress", "arguments": ""}
    yield "response.output_item.added", {"output_index": place, "item": opened}
    for piece in tokens.split(item["arguments"]):
        yield "response.function_call_arguments.delta", {**at, "delta": piece}
    done = {**at, "name": item["name"], "arguments": item["arguments"]}
    yield "response.function_call_arguments.done", done
    yield "response.output_item.done", {"output_index": place, "item": item}
