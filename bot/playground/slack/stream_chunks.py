"""The chunks of a stream: text, task cards that later chunks change, a plan's title, and blocks."""

from typing import Any

from bot.playground.slack.content import MARKDOWN, checked_blocks
from bot.playground.slack.methods import Refusal
from bot.playground.slack.state import Json, Stream

_STATUSES = {"pending", "in_progress", "complete", "error"}
_FIELD = 256  # characters of a task's title, details and output; measured by others on live Slack
_BLOCKS = 50  # blocks of one message that may come as chunks


def take(stream: Stream, chunks: Any) -> None:
    """Check all chunks of a call, then put them at the end of the stream."""
    if not isinstance(chunks, list) or not all(isinstance(chunk, dict) for chunk in chunks):
        raise Refusal("invalid_chunks")
    for chunk in chunks:
        _check(stream, chunk)
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "markdown_text":
            stream.pieces.append(chunk["text"])
        elif kind == "task_update":
            _task(stream, chunk)
        elif kind == "plan_update":
            _plan(stream)["title"] = chunk["title"]
        else:
            stream.pieces.extend(checked_blocks(chunk["blocks"]))


def _check(stream: Stream, chunk: Json) -> None:
    kind = chunk.get("type")
    if kind == "markdown_text":
        if not isinstance(chunk.get("text"), str):
            raise Refusal("invalid_chunks")
        if len(chunk["text"]) > MARKDOWN:
            raise Refusal("msg_too_long")
    elif kind == "task_update":
        known = chunk.get("id") in stream.tasks
        if not chunk.get("id") or not (known or chunk.get("title")):
            raise Refusal("invalid_chunks")
        if chunk.get("status", "pending") not in _STATUSES:
            raise Refusal("invalid_chunks")
        if any(len(str(chunk.get(name, ""))) > _FIELD for name in ("title", "details", "output")):
            raise Refusal("msg_too_long")
    elif kind == "plan_update":
        if not isinstance(chunk.get("title"), str):
            raise Refusal("invalid_chunks")
    elif kind == "blocks":
        checked_blocks(chunk.get("blocks"))
        there = sum(isinstance(piece, dict) for piece in stream.pieces)
        if there + len(chunk["blocks"]) > _BLOCKS:
            raise Refusal("invalid_blocks")
    else:
        raise Refusal("invalid_chunks")


def _task(stream: Stream, chunk: Json) -> None:
    """A known task changes in place: title and status are replaced, details grow."""
    card = stream.tasks.get(chunk["id"])
    if card is None:
        card = {"type": "task_card", "task_id": chunk["id"], "title": "", "status": "pending"}
        stream.tasks[chunk["id"]] = card
        if stream.display == "plan":
            _plan(stream)["tasks"].append(card)
        else:
            stream.pieces.append(card)
    for name in ("title", "status", "sources"):
        if chunk.get(name):
            card[name] = chunk[name]
    if chunk.get("details"):
        card["details"] = _rich(_plain(card.get("details")) + chunk["details"])
    if chunk.get("output"):
        card["output"] = _rich(chunk["output"])


def _plan(stream: Stream) -> Json:
    for piece in stream.pieces:
        if isinstance(piece, dict) and piece["type"] == "plan":
            return piece
    plan: Json = {"type": "plan", "title": "", "tasks": []}
    stream.pieces.append(plan)
    return plan


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _plain(rich: Json | None) -> str:
    return rich["elements"][0]["elements"][0]["text"] if rich else ""
