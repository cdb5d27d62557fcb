"""What a person reads: messages, blocks and views as lines of text."""

import re
from typing import Any

from bot.playground.slack.elements import HOLDS
from bot.playground.slack.live import blocks_of, text_of
from bot.playground.slack.messages import unescaped
from bot.playground.slack.state import Json, Message
from bot.playground.slack.world import World

_SPECIAL = re.compile(r"<([@#!]?)([^>|]+)(?:\|([^>]*))?>")
_MARKS = {"pending": "○", "in_progress": "◐", "complete": "●", "error": "✗"}


def message_text(world: World, message: Message) -> str:
    """A message with its files: the blocks where there are some, else the text."""
    shown = blocks_of(message)
    lines = [blocks_text(world, shown, message.values) if shown else said(world, text_of(message))]
    lines += [f"[file: {world.files[f].name}]" for f in message.files if f in world.files]
    for attachment in message.attachments:
        words = attachment.get("text") or attachment.get("fallback") or ""
        lines += [said(world, str(words)), blocks_text(world, attachment.get("blocks") or [])]
    return "\n".join(line for line in lines if line)


def view_text(world: World, view: Json, values: dict[tuple[str, str], Json]) -> str:
    """A modal or Home tab: title, blocks with what is typed in, buttons."""
    lines = [f"# {_words(world, view['title'])}"] if view.get("title") else []
    lines.append(blocks_text(world, view["blocks"], values))
    buttons = [_words(world, view[name]) for name in ("close", "submit") if view.get(name)]
    return "\n".join(lines + ([" ".join(f"[{button}]" for button in buttons)] if buttons else []))


def said(world: World, text: str) -> str:
    """Slack's markup as it is read: names instead of ids, labels instead of addresses."""

    def shown(found: re.Match[str]) -> str:
        sign, target, label = found.groups()
        if sign == "@" and target in world.users:
            return f"@{world.users[target].name}"
        if sign == "#" and target in world.channels:
            return f"#{world.channels[target].name}"
        return f"@{target.partition('^')[0]}" if sign == "!" else label or target

    return unescaped(_SPECIAL.sub(shown, text))


def blocks_text(world: World, blocks: list[Json], values: dict[tuple[str, str], Json] | None = None) -> str:
    """Blocks from top to bottom, a block's lines under one another."""
    return "\n".join(text for block in blocks if (text := _block(world, block, values or {})))


def _block(world: World, block: Json, values: dict[tuple[str, str], Json]) -> str:
    kind = block["type"]
    if kind in {"divider", "markdown"}:
        return str(block.get("text", "———"))
    if kind == "input":
        label = _words(world, block["label"])
        hint = f" ({_words(world, block['hint'])})" if block.get("hint") else ""
        return f"{label}: {_element(world, block, block['element'], values)}{hint}"
    if kind == "table":
        return "\n".join(" | ".join(_words(world, cell) for cell in row) for row in block["rows"])
    if kind == "task_card":
        parts = (_words(world, block.get(name)) for name in ("details", "output"))
        title = f"{_MARKS.get(block.get('status', ''), '○')} {_words(world, block['title'])}"
        return "\n".join([title, *(f"  {part}" for part in parts if part)])
    if kind in {"actions", "context_actions"}:
        return " ".join(_element(world, block, element, values) for element in block["elements"])
    return _by_parts(world, block, values)


def _by_parts(world: World, block: Json, values: dict[tuple[str, str], Json]) -> str:
    """Any other block: its words, then what it contains."""
    kind = block["type"]
    lines = [
        _words(world, block.get(name)) for name in ("title", "rich_text_title", "subtitle", "text", "body")
    ]
    lines += [_words(world, field) for field in block.get("fields") or ()]
    if kind in {"image", "video"}:
        lines.append(f"({kind}: {block.get('alt_text', '')})")
    if kind == "file":
        lines.append(f"[file: {block.get('external_id', '')}]")
    if kind == "context":
        lines.append(" ".join(_words(world, part) for part in block["elements"]))
    elif kind == "rich_text":
        lines.append(_rich(world, block))
    else:
        inner = [part for part in block.get("elements") or () if "type" in part]
        inner += [*block.get("child_blocks", ()), *block.get("tasks", ())]
        lines += [_block(world, part, values) for part in inner]
    if block.get("accessory"):
        lines.append(_element(world, block, block["accessory"], values))
    lines += [_element(world, block, button, values) for button in block.get("actions") or ()]
    return "\n".join(line for line in lines if line)


def _element(world: World, block: Json, element: Json, values: dict[tuple[str, str], Json]) -> str:
    kind = element["type"]
    if kind == "image":
        return f"(image: {element.get('alt_text', '')})"
    if kind == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        return " ".join(f"[{_words(world, button['text'])}]" for button in both)
    if kind in {"button", "icon_button", "workflow_button"}:
        return f"[{_words(world, element['text'])}]"
    if kind == "overflow":
        return "[…]"
    state = values.get((block.get("block_id", ""), element.get("action_id", ""))) or {}
    value = state.get(HOLDS.get(kind, ""))
    if value in (None, []):
        return f"<{_words(world, element.get('placeholder')) or kind}>"
    return ", ".join(_value(world, part) for part in (value if isinstance(value, list) else [value]))


def _value(world: World, value: Any) -> str:
    if not isinstance(value, dict):
        return said(world, f"<@{value}>") if value in world.users else str(value)
    if value.get("type") == "rich_text":
        return _rich(world, value)
    return str(value.get("name")) if "mimetype" in value else _words(world, value["text"])


def _words(world: World, part: Any) -> str:
    """Any piece that carries words: text, a text object, an image, a cell, rich text."""
    if part is None:
        return ""
    if isinstance(part, str):
        return part
    if "elements" in part:
        return _rich(world, part)
    if part.get("type") == "image":
        return f"(image: {part.get('alt_text', '')})"
    text = str(part.get("text", part.get("value", "")))
    return said(world, text) if part.get("type") == "mrkdwn" else text


def _rich(world: World, part: Json) -> str:
    kind = part["type"]
    if "elements" not in part:
        return _rich_leaf(world, part)
    inner = [_rich(world, element) for element in part["elements"]]
    if kind == "rich_text":
        return "\n".join(inner)
    if kind == "rich_text_list":
        ordered = part.get("style") == "ordered"
        return "\n".join(f"{n}. {i}" if ordered else f"• {i}" for n, i in enumerate(inner, 1))
    text = "".join(inner)
    return "\n".join(f"> {line}" for line in text.split("\n")) if kind == "rich_text_quote" else text


def _rich_leaf(world: World, part: Json) -> str:
    kind = part["type"]
    if kind == "user":
        return said(world, f"<@{part['user_id']}>")
    if kind == "channel":
        return said(world, f"<#{part['channel_id']}>")
    if kind == "broadcast":
        return f"@{part['range']}"
    if kind == "emoji":
        return f":{part['name']}:"
    return str(part.get("text") or part.get("url") or part.get("fallback") or part.get("value") or "")
