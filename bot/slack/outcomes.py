"""What came of a form, in its place: modals take no Markdown and no tables, so both become sections."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.errors import BotError
from bot.module import Result
from bot.notation import size
from bot.slack.blocks import error_text, files, result_blocks
from bot.slack.elements import plain
from bot.slack.split import split_markdown
from bot.slack.text import clip, for_mrkdwn

Json = dict[str, Any]
#: Blocks of a modal, less three for buttons, files and what is left out; characters of a section.
BLOCKS, SECTION = 97, 3000
WORKING = "Working on it…"
_FENCES = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_MARKS = (
    (re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE), r"**\1**"),
    (re.compile(r"!?\[([^\]\n]*)\]\(([^)\s]*)\)"), r"\1 (\2)"),
    (re.compile(r"^(\s*)[-*+] +", re.MULTILINE), r"\1• "),
    (re.compile(r"(?<!\*)\*(?![\s*])([^*\n]+?)\*(?!\*)"), r"_\1_"),
    (re.compile(r"\*\*(.+?)\*\*"), r"*\1*"),
    (re.compile(r"~~(.+?)~~"), r"~\1~"),
)


def message(text: str, title: str = "Patchbay") -> Json:
    """A view that says something, in Slack's own markup."""
    return _modal(title, [_section(clip(text, SECTION))])


def failed(wrong: BotError) -> Json:
    """A view that says what went wrong, where there is no form any more to say it on."""
    return message(error_text(wrong))


def notice(blocks: Sequence[Json], title: str) -> Json:
    """A view of blocks that it takes as they are."""
    return _modal(title, blocks)


def outcome(result: Result, title: str, place: str, under: Sequence[Json] = ()) -> tuple[Json, bool]:
    """A result as a view over its buttons, and whether all is there; the rest and files are in `place`."""
    blocks = [shown for each in result_blocks(result) for block in each for shown in _shown(block)]
    attached = files(result)
    whole = len(blocks) <= BLOCKS and not attached
    told = [f"📎 {for_mrkdwn(each.name)} ({size(len(each.content))})" for each in attached]
    end = [_section(clip(f"{', '.join(told)}: {place}.", SECTION))] if told else []
    if len(blocks) > BLOCKS:
        end.append(_section(f"There is more: {place}."))
    return _modal(title, [*(blocks[:BLOCKS] or [_section("Done.")]), *end, *under]), whole


def _shown(block: Json) -> Iterator[Json]:
    if block["type"] == "markdown":
        yield from map(_section, map(_mrkdwn, split_markdown(block["text"], SECTION)))
    elif block["type"] == "table":
        yield from map(_section, _pages(_row(row, head=not at) for at, row in enumerate(block["rows"])))
    elif block["type"] != "actions":
        yield block


def _mrkdwn(markdown: str) -> str:
    """Markdown as Slack's older markup, as far as both can say the same; code stays as it is."""
    pieces = _FENCES.split(markdown)
    for at in range(0, len(pieces), 2):
        for pattern, instead in _MARKS:
            pieces[at] = pattern.sub(instead, pieces[at])
    return clip("".join(pieces).strip() or "–", SECTION)


def _row(cells: Sequence[Json], *, head: bool) -> str:
    line = " · ".join(for_mrkdwn(str(cell.get("text", ""))) for cell in cells)
    return f"*{line.replace('*', '∗')}*" if head else line


def _pages(lines: Iterator[str]) -> Iterator[str]:
    page = ""
    for line in lines:
        fitting = clip(line, SECTION)
        if page and len(page) + 1 + len(fitting) > SECTION:
            yield page
            page = ""
        page += ("\n" if page else "") + fitting
    if page:
        yield page


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _modal(title: str, blocks: Sequence[Json]) -> Json:
    return {"type": "modal", "title": plain(title, 24), "close": plain("Close", 24), "blocks": list(blocks)}
