"""Results and errors as Slack's blocks, within the limits of a message; knows no particular module."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, assert_never

from bot.errors import ApiError, BotError
from bot.module import Facts, File, Result, Table, Text
from bot.slack.split import MOST, split_markdown
from bot.slack.tables import tables
from bot.slack.text import clip, close_bidi, for_markdown, for_mrkdwn, label

Block = dict[str, Any]

# docs.slack.dev/reference/block-kit: blocks of a message; fields of a section and characters of each;
# characters of a section's text.
BLOCKS, FIELDS, FIELD, SECTION = 50, 10, 2000, 3000


def result_blocks(result: Result) -> list[list[Block]]:
    """A result as messages, each a list of blocks; without its files, which `files` gives."""
    notes = list(result.notes)
    blocks: list[Block] = []
    for part in result.parts:
        match part:
            case Text():
                blocks += _markdown(part.markdown)
            case Facts():
                blocks += _facts(part)
            case Table():
                rows, note = tables(part)
                blocks += [*([_section(f"*{_bold(part.title)}*")] if part.title else []), *rows]
                notes += [note] if note else []
            case File():
                pass
            case _:
                assert_never(part)
    if notes or result.model:
        blocks.append(footer(result.model, result.input_tokens, result.output_tokens, notes))
    return _messages(blocks)


def files(result: Result) -> list[File]:
    """The files of a result, in their order."""
    return [part for part in result.parts if isinstance(part, File)]


def footer(
    model: str | None, input_tokens: int | None, output_tokens: int | None, notes: Sequence[str] = ()
) -> Block:
    """The small lines under an answer: a note each, then model and tokens."""
    tokens = [
        f"{count:,} {name}"
        for count, name in ((input_tokens, "tokens in"), (output_tokens, "out"))
        if count is not None
    ]
    line = " · ".join(filter(None, [model, ", ".join(tokens)]))
    # Elements stand side by side, lines of one among each other: that is read better on a phone.
    texts = ["\n".join([*notes, line] if line else notes) or "Written by AI"]
    if len(texts[0]) > FIELD:
        texts = ["\n".join(notes), *([line] if line else [])]
    return {"type": "context", "elements": [_mrkdwn(text, FIELD) for text in texts]}


def error_text(error: BotError) -> str:
    """What a person reads when something went wrong, as Markdown that is already escaped."""
    request = (
        f"\n_Request ID: `{error.request_id}`_" if isinstance(error, ApiError) and error.request_id else ""
    )
    return for_markdown(f"⚠️ {error.text}{request}")


def error_blocks(error: BotError) -> list[Block]:
    """What went wrong, as a message."""
    blocks: list[Block] = [{"type": "section", "text": _mrkdwn(f"⚠️ {error.text}", SECTION)}]
    if isinstance(error, ApiError) and error.request_id:
        blocks.append({"type": "context", "elements": [_mrkdwn(f"Request ID: `{error.request_id}`", FIELD)]})
    return blocks


def button(text: str, action_id: str, value: str = "", *, style: str | None = None) -> Block:
    """A button; its value comes back with the click, so it holds ids only (2,000 characters)."""
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": label(text), "emoji": True},
    }
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    return made


def actions(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def thumbs(action_id: str, value: str) -> Block:
    """Two thumbs, for people to say what they think; the value is followed by `/good` or `/bad`."""
    both = {
        f"{sign}_button": {
            "text": {"type": "plain_text", "text": text},
            "accessibility_label": text,
            "value": f"{value}/{verdict}",
        }
        for sign, text, verdict in (("positive", "Good answer", "good"), ("negative", "Bad answer", "bad"))
    }
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": action_id, **both}],
    }


def _markdown(text: str) -> Iterator[Block]:
    escaped = for_markdown(text)
    for page in split_markdown(escaped + close_bidi(escaped), MOST):
        yield {"type": "markdown", "text": page}


def _facts(facts: Facts) -> Iterator[Block]:
    fields: list[Block] = []
    for name, value in facts.pairs:
        shown = f"*{_bold(name)}*\n{for_mrkdwn(value).strip() or '–'}"
        if len(shown) <= FIELD and len(fields) < FIELDS:
            fields.append({"type": "mrkdwn", "text": shown})
            continue
        yield from _fields(fields)
        fields = []
        if len(shown) <= FIELD:
            fields.append({"type": "mrkdwn", "text": shown})
        else:
            yield from _markdown(f"**{_bold(name)}**\n{value}")
    yield from _fields(fields)


def _fields(fields: list[Block]) -> list[Block]:
    return [{"type": "section", "fields": fields}] if fields else []


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _mrkdwn(text: str, most: int) -> Block:
    return {"type": "mrkdwn", "text": clip(for_mrkdwn(text).strip() or "–", most)}


def _bold(text: str) -> str:
    return for_mrkdwn(label(text, 150)).replace("*", "∗") or "–"


def _messages(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks as messages: 50 blocks, 12,000 characters of Markdown and one table each."""
    messages: list[list[Block]] = []
    written = has_table = 0
    for block in blocks:
        more = len(block["text"]) if block["type"] == "markdown" else 0
        table = block["type"] == "table"
        if not messages or len(messages[-1]) == BLOCKS or written + more > MOST or (table and has_table):
            messages.append([])
            written = has_table = 0
        messages[-1].append(block)
        written += more
        has_table += table
    return messages
