"""Proves that whatever a run gives can be shown in a modal, and that nothing of it is lost silently."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.module import Facts, File, Result, Table, Text
from bot.playground.slack.blocks import view_problems
from bot.slack.outcomes import message, outcome

TEXTS = st.text(max_size=200) | st.integers(1, 9).map(lambda n: "word and `code` **bold**\n" * 60 * n)
PARTS = st.one_of(
    TEXTS.map(Text),
    st.lists(st.tuples(st.text(max_size=20), TEXTS), max_size=12).map(Facts),
    st.builds(
        lambda rows: Table(("One", "Two"), rows),
        st.lists(st.tuples(st.text(max_size=50), st.integers()), max_size=200),
    ),
    st.builds(File, st.just("a.txt"), st.binary(max_size=9)),
)


def shown(view: Any) -> str:
    return "\n".join(
        part["text"]
        for each in view["blocks"]
        for part in [each.get("text"), *each.get("fields", ()), *each.get("elements", ())]
        if part and part["type"] == "mrkdwn"
    )


@given(st.lists(PARTS, max_size=8), st.lists(st.text(max_size=30), max_size=12))
def test_any_result_is_a_view_that_slack_takes(parts: list[Any], notes: list[str]) -> None:
    view, whole = outcome(Result(parts, notes), "A title", "sent to you")
    assert view_problems(view) == []
    if any(isinstance(each, File) for each in parts):
        assert not whole
        assert "a.txt" in shown(view)
        assert "sent to you" in shown(view)


def test_a_text_longer_than_a_section_is_whole() -> None:
    text = "\n".join(f"line {at}" for at in range(2000))
    view, whole = outcome(Result([Text(text)]), "A title", "sent to you")
    assert whole
    assert [*filter(None, shown(view).splitlines())][:2000] == text.splitlines()


def test_what_is_more_than_a_view_takes_is_said() -> None:
    view, whole = outcome(Result([Text("word " * 70_000)]), "A title", "sent to you")
    assert not whole
    assert "There is more: sent to you." in shown(view)
    assert view_problems(view) == []


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("# Title\n**bold** and *slanted*", "*Title*\n*bold* and _slanted_"),
        ("- one\n* two", "• one\n• two"),
        ("[here](https://example.org)", "here (https://example.org)"),
        ("`**not bold**`", "`**not bold**`"),
        ("```\n# no title\n- no list\n```", "```\n# no title\n- no list\n```"),
        ("~~gone~~ 2 * 3 * 4", "~gone~ 2 * 3 * 4"),
    ],
)
def test_markdown_becomes_slacks_older_markup(markdown: str, mrkdwn: str) -> None:
    view, _ = outcome(Result([Text(markdown)]), "A title", "sent to you")
    assert view["blocks"][0]["text"]["text"] == mrkdwn


def test_nobody_is_called_by_what_a_model_wrote() -> None:
    view, _ = outcome(
        Result([Text("<!channel> **<@U1>**"), Table(("<!here>",), [("<!here>",)])]), "T", "there"
    )
    assert "<" not in shown(view)


def test_a_table_is_rows_under_bold_columns() -> None:
    view, whole = outcome(Result([Table(("Name", "Size"), [("a*b", 1), ("c", 2)])]), "A title", "there")
    assert whole
    assert view["blocks"][0]["text"]["text"] == "*Name · Size*\na*b · 1\nc · 2"


def test_a_message_is_a_view_that_slack_takes() -> None:
    assert view_problems(message("x" * 5000)) == []
