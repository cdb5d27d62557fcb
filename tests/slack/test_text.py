"""What others wrote stays text in Slack."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.text import clip, close_bidi, for_markdown, for_mrkdwn, label, plain, typed

TOKEN = re.compile(r"<[^>]*>|<")
# Any code point, lone surrogates too, and many of those that mean something.
wild = st.text(
    st.one_of(
        st.characters(exclude_categories=()), st.sampled_from("<>&!@#|`*_~\n\t\x00\u202e\u2066\u2069\ud83d")
    ),
    max_size=200,
)


def shown(text: str) -> str:
    """What Slack displays for escaped text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@settings(max_examples=4000, deadline=None)
@given(wild)
def test_no_token_of_slack_survives_and_what_is_shown_is_what_was_written(text: str) -> None:
    for escape in (for_mrkdwn, for_markdown):
        escaped = escape(text)
        assert not TOKEN.search(escaped)
        assert "<" not in escaped
        escaped.encode()
        assert "\x00" not in escaped
    clean = re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", re.sub("[\ud800-\udfff]", "\ufffd", text))
    assert shown(for_mrkdwn(text)) == clean


@settings(max_examples=4000, deadline=None)
@given(st.lists(wild, max_size=8))
def test_escaping_piece_by_piece_is_escaping_the_whole(pieces: list[str]) -> None:
    assert "".join(map(for_markdown, pieces)) == for_markdown("".join(pieces))


def test_mentions_and_disguised_links_become_text() -> None:
    text = "<!channel> <@U1> <https://evil.test|https://bank.test> & <#C1>"
    assert for_markdown(text) == (
        "&lt;!channel> &lt;@U1> &lt;https://evil.test|https://bank.test> & &lt;#C1>"
    )
    assert for_mrkdwn("a & b") == "a &amp; b"
    assert for_mrkdwn("<!here>") == "&lt;!here&gt;"


def test_a_quotation_stays_one() -> None:
    assert for_markdown("> so it was said") == "> so it was said"


@settings(max_examples=3000, deadline=None)
@given(wild, st.integers(1, 80))
def test_a_label_is_one_clean_short_line(text: str, most: int) -> None:
    made = label(text, most)
    assert len(made) <= most
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", made)


@settings(max_examples=3000, deadline=None)
@given(wild, st.integers(1, 60))
def test_a_clipped_text_holds_no_half_entity(text: str, most: int) -> None:
    escaped = for_mrkdwn(text)
    made = clip(escaped, most)
    assert len(made) <= most
    assert not re.search(r"&(?!lt;|gt;|amp;)", made)
    assert made == escaped or made.endswith("…")


@settings(max_examples=1000, deadline=None)
@given(wild)
def test_direction_marks_end_with_their_message(text: str) -> None:
    depth: list[str] = []
    for char in text + close_bidi(text):
        if char in "\u202a\u202b\u202d\u202e":
            depth.append("\u202c")
        elif char in "\u2066\u2067\u2068":
            depth.append("\u2069")
        elif depth and char == depth[-1]:
            depth.pop()
    assert depth == []


def test_a_notification_reads_without_marks() -> None:
    text = "# Title\n\n**Bold** and [a link](https://x.test) <!here>\n```python\ncode\n```"
    assert plain(text) == "Title Bold and a link &lt;!here&gt; code"


@settings(max_examples=1000, deadline=None)
@given(wild)
def test_a_notification_never_fails(text: str) -> Any:
    assert "<" not in plain(text)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("allow <@U0BEN|ben>", "allow <@U0BEN|ben>"),
        ("allow <@U0BEN>", "allow <@U0BEN>"),
        ("ask <#C0GENERAL|general> &amp; <#C0OTHER>", "ask #general & #C0OTHER"),
        (
            "see <http://example.com|example.com> and <https://x.org/a?b=c>",
            "see example.com and https://x.org/a?b=c",
        ),
        ("to <mailto:ada@example.com|ada@example.com>", "to ada@example.com"),
        ("is 1 &lt; 2 &gt; 0, &amp;lt;", "is 1 < 2 > 0, &lt;"),
        ("List<String> <b>x</b> <!here>", "List<String> <b>x</b> <!here>"),
    ],
)
def test_a_command_is_read_as_it_was_typed(sent: str, meant: str) -> None:
    assert typed(sent) == meant
