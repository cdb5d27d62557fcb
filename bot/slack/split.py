"""Cuts a long Markdown text into messages; a code block is cut only when it alone is too long for one."""

import re

from bot.slack.text import whole

MOST = 12_000  # characters of Markdown that a message takes (docs.slack.dev: markdown_text, markdown block)

# More marks than 100 are no fence, and an info of more than 40 is not repeated: a page has to hold both.
_FENCE = re.compile(r"[ \t]*(?P<marks>`{3,100}|~{3,100})(?P<info>[^\n]*)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
LEAST = 300  # a page holds at least an opening line, a closing line and some text


class Fences:
    """Follows a text line by line; `opener` is the line that opened the block it is in, or empty."""

    def __init__(self, opener: str = "") -> None:
        self.opener = opener

    def line(self, line: str) -> None:
        """Go past a line."""
        if "```" not in line and "~~~" not in line:
            return
        found = _FENCE.match(line)
        if not found:
            return
        marks, info = found["marks"], found["info"].strip()
        if self.opener:
            mine = _marks(self.opener)
            if marks[0] == mine[0] and len(marks) >= len(mine) and not info:
                self.opener = ""
        elif marks[0] == "~" or "`" not in info:
            self.opener = marks + info[:40]

    def text(self, text: str) -> "Fences":
        """Go past a whole text."""
        for line in _LINE.findall(text):
            self.line(line)
        return self

    def closer(self) -> str:
        """What ends the block: a line break and its marks; empty outside."""
        return "\n" + _marks(self.opener) if self.opener else ""


def split_markdown(text: str, most: int = MOST) -> list[str]:
    """The text as pages of at most `most` characters (300 or more), cut at paragraphs, lines or words.

    Nothing is lost but line breaks at a cut; a code block that is cut is closed and opened again. When a text
    grows, all of its pages but the last stay as they were.
    """
    pages: list[str] = []
    opener = ""
    while text:
        head = f"{opener}\n" if opener else ""
        if len(head) + len(text) <= most:
            pages.append(head + text)
            break
        cut, fences = _cut(text, most - len(head), opener)
        page, text, opener = text[:cut], text[cut:], fences.opener
        if opener:
            page = page.removesuffix("\n") + fences.closer()
        else:
            text = text.lstrip("\n")
        pages.append(head + page)
    return [page for page in pages if page.strip()]


def _cut(text: str, room: int, opener: str) -> tuple[int, Fences]:
    """Where to cut the text's beginning, and the fence as it stands there."""
    fences = Fences(opener)
    at = line_end = paragraph = within = 0
    for line in _LINE.findall(text[:room]):
        if not line.endswith("\n"):
            break
        before = fences.opener
        fences.line(line)
        at += len(line)
        if not fences.opener:
            line_end = at
            if not line.strip():
                paragraph = at
        elif before and at + len(fences.closer()) <= room:
            within = at
    if line_end:
        return (paragraph if paragraph > room // 2 else line_end), Fences()
    if fences.opener:
        return within or _words(text, room - len(fences.closer())), fences
    return _words(text, room), fences


def _words(text: str, room: int) -> int:
    """A cut within a line: after a space, and not where the rest would begin as a fence."""
    space = text.rfind(" ", room // 2, room)
    cut = space + 1 if space > 0 else whole(text, room)
    for earlier in range(cut, max(1, cut - 120), -1):
        if not _FENCE.match(text, earlier):
            return whole(text, earlier)
    return cut


def _marks(opener: str) -> str:
    found = _FENCE.match(opener)
    return found["marks"] if found else "```"
