"""Whether Slack would take these blocks or this view: a list of its complaints, empty when it would."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.playground.slack.blocks_check import Flag, Many, Object, Spec, Surface, Text, Typed, at_pointer
from bot.playground.slack.blocks_kinds import BLOCKS, MARKDOWN_MOST
from bot.playground.slack.blocks_objects import plain

#: Blocks of a message, of a modal or Home tab.
MOST: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}

_NAMED: dict[str, Spec] = {
    "callback_id": Text(255, least=0),
    "private_metadata": Text(3000, least=0),
    "external_id": Text(255, least=0),
}
_VIEWS = {
    "modal": Object(
        {
            "title!": plain(24),
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
            "submit_disabled": Flag(),
            **_NAMED,
        }
    ),
    "home": Object(_NAMED),
}


def problems(blocks: object, surface: Surface, at: str = "/blocks") -> list[str]:
    """What is wrong with these blocks on this surface, in Slack's words and with its JSON pointers."""
    found = list(Many(Typed(BLOCKS), MOST[surface], least=0).problems(blocks, at, surface))
    # What blocks are to each other can only be told of blocks that are right themselves.
    return found or list(_together(blocks, surface, at))  # type: ignore[arg-type]  # found says that they are a list


def view_problems(view: Mapping[str, Any]) -> list[str]:
    """What is wrong with a view as an app sends it."""
    at = "/view"
    kind = view.get("type")
    if kind not in _VIEWS:
        return [at_pointer(f"unsupported type: {kind}", f"{at}/type")]
    surface: Surface = "modal" if kind == "modal" else "home"
    if "blocks" not in view:
        return [at_pointer("missing required field: blocks", at)]
    blocks = view["blocks"]
    found = list(_VIEWS[kind].problems({k: v for k, v in view.items() if k != "blocks"}, at, surface))
    found += problems(blocks, surface, f"{at}/blocks")
    if not found and kind == "modal" and "submit" not in view and any(b["type"] == "input" for b in blocks):
        found.append(at_pointer("missing required field: submit", at))
    return found


def _together(blocks: list[dict[str, Any]], surface: Surface, at: str) -> Iterator[str]:
    placed = list(_all(blocks, at))
    seen: set[str] = set()
    for block, where in placed:
        if (block_id := block.get("block_id")) is not None and block["type"] != "markdown":
            if block_id in seen:
                yield at_pointer(f'`block_id` "{block_id}" already exists', f"{where}/block_id")
            seen.add(block_id)
        actions = Counter(element.get("action_id") for element in _elements(block))
        for action_id, times in actions.items():
            if action_id is not None and times > 1:
                yield at_pointer(f'`action_id` "{action_id}" already exists in this block', where)
    kinds = Counter(block["type"] for block, _ in placed)
    if kinds["table"] + kinds["data_table"] > 1:
        yield at_pointer("only_one_table_allowed", at)
    written = sum(len(block["text"]) for block, _ in placed if block["type"] == "markdown")
    if written > MARKDOWN_MOST:
        yield at_pointer(f"markdown blocks must be less than {MARKDOWN_MOST + 1} characters together", at)
    focused = sum(bool(element.get("focus_on_load")) for block, _ in placed for element in _elements(block))
    if focused > 1:
        yield at_pointer("only one element may have focus_on_load", at)
    if surface != "modal":
        for block, where in placed:
            if any(element.get("response_url_enabled") for element in _elements(block)):
                yield at_pointer("response_url_enabled is only allowed in a modal", where)


def _all(blocks: list[dict[str, Any]], at: str) -> Iterator[tuple[dict[str, Any], str]]:
    for number, block in enumerate(blocks):
        yield block, f"{at}/{number}"
        for inside in ("child_blocks", "tasks"):
            yield from _all(block.get(inside, []), f"{at}/{number}/{inside}")
        if block["type"] == "carousel":
            yield from _all(block["elements"], f"{at}/{number}/elements")


def _elements(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The interactive elements of a block."""
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    return [*block.get("actions", []), *(block[name] for name in ("element", "accessory") if name in block)]
