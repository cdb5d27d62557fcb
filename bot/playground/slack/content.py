"""What a call wants to show: text, blocks, attachments and metadata, checked as Slack checks them."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.playground.slack.blocks import problems, view_problems
from bot.playground.slack.methods import Call, Refusal, invalid_arguments
from bot.playground.slack.slack_files import check_slack_files
from bot.playground.slack.state import Json

TEXT_KEPT = 40_000  # characters of a new message's text; Slack cuts the rest off
TEXT_UPDATED = 4_000  # characters that chat.update takes
MARKDOWN = 12_000  # characters of markdown in one call
BLOCKS_BYTES = 200_000  # no figure is published; far above what valid blocks of a message come to


@dataclass(slots=True)
class Content:
    """Checked content; `blocks` is None when the call said nothing of blocks."""

    text: str = ""
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    is_markdown: bool = field(default=False)


def of_call(call: Call, longest: int | None = None) -> Content:
    """The content of a posting call. Over `longest` characters of text is refused; None cuts at 40,000."""
    said = of(
        call.text("text"),
        call.json("blocks"),
        call.args.get("markdown_text"),
        call.json("attachments"),
        call.json("metadata"),
        longest,
    )
    check_slack_files(call.world, said.blocks)
    return said


def of(
    text: str,
    blocks: Any,
    markdown: Any = None,
    attachments: Any = None,
    metadata: Any = None,
    longest: int | None = None,
) -> Content:
    """Check content that came from any surface."""
    if metadata is not None and not _is_metadata(metadata):
        raise Refusal("invalid_metadata_format")
    if markdown:
        if text or blocks:
            raise Refusal("markdown_text_conflict")
        if len(str(markdown)) > MARKDOWN:
            raise Refusal("msg_too_long")
        shown = [{"type": "markdown", "text": str(markdown)}]
        return Content(str(markdown), shown, None, metadata, is_markdown=True)
    if longest is not None and len(text) > longest:
        raise Refusal("msg_too_long")
    if not text.strip() and not blocks and not attachments:
        raise Refusal("no_text")
    checked = None if blocks is None else checked_blocks(blocks)
    return Content(text[:TEXT_KEPT], checked, attachments, metadata)


def checked_blocks(blocks: Any) -> list[Json]:
    """Blocks of a message with ids put where they miss, or the refusal `invalid_blocks`."""
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if found := problems(blocks, "message"):
        messages = [f"[ERROR] {problem}" for problem in found]
        raise Refusal("invalid_blocks", errors=found, response_metadata={"messages": messages})
    if len(orjson.dumps(blocks)) > BLOCKS_BYTES:
        raise Refusal("msg_blocks_too_long")
    return with_ids(blocks)


def checked_view(view: Any) -> Json:
    """A view with ids put where they miss, or the refusal `invalid_arguments`."""
    if not isinstance(view, dict):
        raise invalid_arguments("must provide an object [json-pointer:/view]")
    if found := view_problems(view):
        raise invalid_arguments(*found)
    if len(orjson.dumps(view)) > 250_000:  # documented limit of a view: 250 kB
        raise Refusal("view_too_large")
    return {**view, "blocks": with_ids(view["blocks"])}


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with a block_id each and an action_id on each element, made by position where absent."""
    return [_with_id(block, f"b{number}") for number, block in enumerate(blocks)]


def _with_id(block: Json, block_id: str) -> Json:
    named = {"block_id": block_id, **block} if not block.get("block_id") else dict(block)
    for place in ("accessory", "element"):
        if isinstance(named.get(place), dict):
            named[place] = {"action_id": f"{block_id}a0", **named[place]}
    if named["type"] in ("actions", "context_actions"):
        elements = enumerate(named.get("elements", []))
        named["elements"] = [{"action_id": f"{block_id}a{n}", **element} for n, element in elements]
    return named


def _is_metadata(metadata: Any) -> bool:
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        return False
    return isinstance(metadata.get("event_type"), str) and bool(metadata["event_type"])
