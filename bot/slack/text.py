"""Text on its way into Slack: what a model, a person or an API wrote stays text and becomes no markup."""

import re

# C0 controls except tab and newline: Slack drops some, PostgreSQL refuses NUL, terminals obey others.
# Lone surrogates cannot be sent at all.
_CLEAN: dict[int, str | None] = dict.fromkeys([*range(9), 11, 12, *range(13, 32), 127])
_CLEAN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_MARKDOWN = _CLEAN | {ord("<"): "&lt;"}
_MRKDWN = _MARKDOWN | {ord(">"): "&gt;", ord("&"): "&amp;"}

_OPEN, _CLOSE = (
    "\u202a\u202b\u202d\u202e\u2066\u2067\u2068",
    "\u202c\u2069",
)  # embeddings, overrides, isolates
_BIDI = dict.fromkeys(map(ord, _OPEN + _CLOSE + "\u200e\u200f\u061c"))
_ODD = re.compile(f"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff<>&{_OPEN}{_CLOSE}]")
#: Channels and links, with what is shown of them.
_TOKENS = re.compile(r"<(#[A-Z0-9]+|(?:https?://|mailto:)[^|>]+)(?:\|([^>]*))?>")
_SPACES = re.compile(r"\s+")
_MARKS = re.compile(r"```[^\n`]*\n?|[`*~]|^#{1,6} |!?\[([^\]]*)\]\([^)]*\)", re.MULTILINE)


def typed(text: str) -> str:
    """What a person typed into a command, out of what Slack makes of it; mentions of people stay marked."""
    return unescaped(_TOKENS.sub(_shown, text))


def _shown(token: re.Match[str]) -> str:
    """A channel by its name, a link as it was typed."""
    label = token[2] or token[1].removeprefix("mailto:")
    return "#" + label.removeprefix("#") if token[1].startswith("#") else label


def unescaped(text: str) -> str:
    """Text without Slack's three entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def for_mrkdwn(text: str) -> str:
    """Text for a mrkdwn field: `& < >` as entities, so that no mention, link or date can stand in it."""
    return text.translate(_MRKDWN) if _ODD.search(text) else text


def for_markdown(text: str) -> str:
    """Text for `markdown_text` or a markdown block: `<` only.

    Slack reads its tokens (`<!channel>`) there as well, and shows an entity without reading it as a token.
    `>` alone begins no token, and begins a quotation. `&` stays, as Slack does not decode it within
    addresses. It goes character by character: escaping the pieces of a stream gives what escaping the whole
    gives.
    """
    return text.translate(_MARKDOWN) if _ODD.search(text) else text


def clean(text: str) -> str:
    """Text for a field that reads no markup: without the characters that cannot be shown or sent."""
    return text.translate(_CLEAN) if _ODD.search(text) else text


def label(text: str, most: int = 75) -> str:
    """Text for a plain_text field, a name or a title: one line that keeps its direction, at most `most`."""
    return clip(_SPACES.sub(" ", text.translate(_CLEAN).translate(_BIDI)).strip(), most)


def clip(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis; never half an entity."""
    if len(text) <= most:
        return text
    return text[: whole(text, max(0, most - 1))] + "…"


def whole(text: str, cut: int) -> int:
    """A cut at or before this one that does not go through an entity of ours."""
    start = text.rfind("&", max(0, cut - 4), cut)
    if start >= 0 and text.startswith(("&lt;", "&gt;", "&amp;"), start) and text.find(";", start) >= cut:
        return start
    return cut


def close_bidi(text: str) -> str:
    """What has to follow a text so that its direction marks do not reach beyond it."""
    if not _ODD.search(text):
        return ""
    open_: list[str] = []
    for char in text:
        if char in _OPEN:
            open_.append("\u2069" if char >= "\u2066" else "\u202c")
        elif char in _CLOSE and open_ and open_[-1] == char:
            open_.pop()
    return "".join(reversed(open_))


def plain(markdown: str, most: int = 300) -> str:
    """A line for notifications and screen readers out of Markdown, escaped for the `text` of a message."""
    words = _SPACES.sub(" ", _MARKS.sub(r"\1", markdown)).strip()
    return for_mrkdwn(label(words, most))
