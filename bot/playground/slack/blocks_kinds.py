"""Slack's blocks with their limits and surfaces, as a table.

Figures: docs.slack.dev/reference/block-kit/blocks and the validators of slack_sdk.models 3.47; surfaces:
docs.slack.dev/blocks.json. `file` is made by Slack alone and `data_visualization` by none of our programs,
so neither is in it.
"""

from collections.abc import Mapping
from typing import Any

from bot.playground.slack.blocks_check import Flag, Many, Number, Object, OrNull, Spec, Text, Typed
from bot.playground.slack.blocks_elements import (
    ELEMENTS,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.playground.slack.blocks_objects import SLACK_FILE, URL, WEB_URL, plain, text_object
from bot.playground.slack.blocks_rich import RICH

#: Characters of all markdown blocks of a message together, and of all cells of a table.
MARKDOWN_MOST = 12_000
TABLE_MOST = 10_000


def _block(fields: Mapping[str, Spec], **more: Any) -> Object:
    return Object({"block_id": Text(255), **fields}, **more)


def _of(*kinds: str) -> Typed:
    return Typed(ELEMENTS, kinds)


def _table_fits(block: Mapping[str, Any]) -> str | None:
    shown = sum(len(cell.get("text", "")) for row in block["rows"] for cell in row)
    return f"a table may have no more than {TABLE_MOST} characters" if shown > TABLE_MOST else None


def _data_table_fits(block: Mapping[str, Any]) -> str | None:
    if any(cell["type"] == "rich_text" for cell in block["rows"][0]):
        return "rich_text is not allowed in the header row"
    if len({len(row) for row in block["rows"]}) > 1:
        return "all rows must have the same number of cells"
    return _table_fits(block)


def _file_input_waits(block: Mapping[str, Any]) -> str | None:
    if block.get("dispatch_action") and block["element"]["type"] == "file_input":
        return "unsupported type: file_input (with dispatch_action)"
    return None


def _collapsing_agrees(block: Mapping[str, Any]) -> str | None:
    if block.get("is_collapsible") and block.get("has_header_divider"):
        return "has_header_divider cannot be set when is_collapsible is true"
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        return "default_collapsed requires is_collapsible"
    return None


_IMAGE: dict[str, Spec] = {"alt_text!": Text(2000), "image_url": WEB_URL, "slack_file": SLACK_FILE}
_RICH_TEXT = Typed(RICH, ("rich_text",))
_CELLS = {
    "raw_text": Object({"text!": Text()}),
    "raw_number": Object({"value!": Number(float("-inf"), whole=False), "text!": Text()}),
    "rich_text": RICH["rich_text"],
}
_ROW = Many(Typed(_CELLS), 20)
_COLUMN = OrNull(Object({"align": Text(choices=("left", "center", "right")), "is_wrapped": Flag()}))
_SOURCE = Typed({"url": Object({"url!": URL, "text!": Text()})})
_STATUS = Text(choices=("pending", "in_progress", "complete", "error"))
_LEVEL = Text(choices=("default", "info", "warning", "error", "success"))

BLOCKS: dict[str, Object] = {
    "section": _block(
        {
            "text": text_object(3000),
            "fields": Many(text_object(2000), 10),
            "accessory": _of(*IN_SECTION),
            "expand": Flag(),
        },
        any_of=("text", "fields"),
    ),
    "divider": _block({}),
    "header": _block({"text!": plain(150)}),
    "image": _block({**_IMAGE, "title": plain(2000)}, one_of=("image_url", "slack_file")),
    "actions": _block({"elements!": Many(_of(*IN_ACTIONS), 25)}),
    "context": _block(
        {
            "elements!": Many(
                Typed({**ELEMENTS, **text_object(3000).table}, ("image", "plain_text", "mrkdwn")), 10
            )
        }
    ),
    "context_actions": _block(
        {"elements!": Many(_of("feedback_buttons", "icon_button"), 5)}, on=("message",)
    ),
    "input": _block(
        {
            "label!": plain(2000),
            "element!": _of(*IN_INPUT),
            "hint": plain(2000),
            "optional": Flag(),
            "dispatch_action": Flag(),
        },
        rule=_file_input_waits,
    ),
    "call": _block({"call_id!": Text(255), "api_decoration_available": Flag()}, on=("message",)),
    "markdown": _block({"text!": Text(MARKDOWN_MOST)}, on=("message",)),
    "video": _block(
        {
            "alt_text!": Text(2000),
            "title!": plain(199),
            "video_url!": WEB_URL,
            "thumbnail_url!": WEB_URL,
            "title_url": WEB_URL,
            "description": plain(200),
            "author_name": Text(49),
            "provider_name": Text(50),
            "provider_icon_url": WEB_URL,
        }
    ),
    "rich_text": RICH["rich_text"],
    "table": _block(
        {"rows!": Many(_ROW, 100), "column_settings": Many(_COLUMN, 20)}, on=("message",), rule=_table_fits
    ),
    "data_table": _block(
        {
            "rows!": Many(_ROW, 101, least=2),
            "caption!": Text(),
            "page_size": Number(1, 100),
            "row_header_column_index": Number(0, 19),
        },
        on=("message",),
        rule=_data_table_fits,
    ),
    "task_card": _block(
        {
            "task_id!": Text(255),
            "title!": Text(),
            "status!": _STATUS,
            "details": _RICH_TEXT,
            "output": _RICH_TEXT,
            "sources": Many(_SOURCE, 100, least=0),
        },
        on=("message",),
    ),
    "alert": _block({"text!": text_object(3000), "level": _LEVEL}, on=("modal",)),
    "card": _block(
        {
            "hero_image": _of("image"),
            "icon": _of("image"),
            "title": text_object(150),
            "subtitle": text_object(150),
            "body": text_object(200),
            "actions": Many(_of("button"), 25),
        },
        any_of=("hero_image", "title", "actions", "body"),
        on=("message", "home"),
    ),
}
BLOCKS["plan"] = _block(
    {"title!": Text(), "tasks": Many(Typed(BLOCKS, ("task_card",)), 100, least=0)}, on=("message",)
)
BLOCKS["carousel"] = _block({"elements!": Many(Typed(BLOCKS, ("card",)), 10)}, on=("message", "home"))
BLOCKS["container"] = _block(
    {
        "child_blocks!": Many(Typed(BLOCKS, [kind for kind in BLOCKS if kind != "carousel"]), 10),
        "title": plain(150),
        "rich_text_title": _RICH_TEXT,
        "subtitle": text_object(150),
        "width": Text(choices=("narrow", "standard", "wide", "full")),
        "icon": _of("image"),
        "is_collapsible": Flag(),
        "default_collapsed": Flag(),
        "has_header_divider": Flag(),
    },
    any_of=("title", "rich_text_title"),
    on=("message", "home"),
    rule=_collapsing_agrees,
)
BLOCKS["auth_provider"] = _block(
    {
        "value!": Text(150),
        "name!": plain(75),
        "is_connected!": Flag(),
        "description": plain(150),
        "icon_url": WEB_URL,
        "auth_url": WEB_URL,
        "disconnect_url": WEB_URL,
        "connected_identity": plain(75),
        "connected_context": plain(75),
        "accessory": _of("overflow"),
        "fallback": Many(Typed(BLOCKS), 50),
    }
)
