"""What a person reads of every kind of block."""

from typing import Any

import pytest

from bot.playground.slack.people import new_world
from bot.playground.slack.plain import blocks_text, said


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(text: str) -> dict[str, Any]:
    return {"type": "button", "action_id": text, "text": words(text)}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


LEAF = {"type": "text", "text": "leaf"}
SECTION = {"type": "rich_text_section", "elements": [LEAF]}


@pytest.mark.parametrize(
    ("block", "read"),
    [
        ({"type": "divider"}, "———"),
        ({"type": "header", "text": words("Title")}, "Title"),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "hi <@U0BEN>"}, "accessory": button("Go")},
            "hi @ben\n[Go]",
        ),
        ({"type": "section", "fields": [words("a"), words("b")]}, "a\nb"),
        ({"type": "image", "alt_text": "a cat", "title": words("Cat")}, "Cat\n(image: a cat)"),
        ({"type": "context", "elements": [words("a"), {"type": "image", "alt_text": "b"}]}, "a (image: b)"),
        ({"type": "actions", "elements": [button("A"), {"type": "overflow", "action_id": "o"}]}, "[A] […]"),
        ({"type": "markdown", "text": "**x**"}, "**x**"),
        ({"type": "video", "title": words("V"), "alt_text": "v"}, "V\n(video: v)"),
        ({"type": "file", "external_id": "X"}, "[file: X]"),
        (
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 1}]],
            },
            "a | 1",
        ),
        ({"type": "alert", "text": words("Careful")}, "Careful"),
        ({"type": "card", "title": words("T"), "body": words("B"), "actions": [button("Go")]}, "T\nB\n[Go]"),
        ({"type": "carousel", "elements": [{"type": "card", "title": words("T")}]}, "T"),
        ({"type": "container", "title": words("C"), "child_blocks": [{"type": "divider"}]}, "C\n———"),
        (
            {"type": "plan", "title": "P", "tasks": [{"type": "task_card", "title": "t", "status": "error"}]},
            "P\n✗ t",
        ),
        (
            rich(LEAF, {"type": "user", "user_id": "U0ADA"}, {"type": "emoji", "name": "eyes"}),
            "leaf@ada:eyes:",
        ),
        (
            rich({"type": "channel", "channel_id": "C0GENERAL"}, {"type": "broadcast", "range": "here"}),
            "#general@here",
        ),
        (rich({"type": "link", "url": "http://x"}), "http://x"),
        ({"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [LEAF]}]}, "> leaf"),
        (
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_list", "style": "ordered", "elements": [SECTION]}],
            },
            "1. leaf",
        ),
        ({"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [SECTION]}]}, "• leaf"),
    ],
)
def test_a_block_is_read_as_its_words(block: dict[str, Any], read: str) -> None:
    assert blocks_text(new_world(), [block]) == read


def test_fields_show_what_is_in_them() -> None:
    element = {"type": "multi_users_select", "action_id": "a", "placeholder": words("Who")}
    block = {
        "type": "input",
        "block_id": "b",
        "label": words("People"),
        "hint": words("all"),
        "element": element,
    }
    world = new_world()
    assert blocks_text(world, [block]) == "People: <Who> (all)"
    values = {("b", "a"): {"type": "multi_users_select", "selected_users": ["U0ADA", "U0BEN"]}}
    assert blocks_text(world, [block], values) == "People: @ada, @ben (all)"


def test_markup_is_read_as_names_and_labels() -> None:
    text = "<@U0ADA> in <#C0GENERAL>: <http://x|here> <!channel> &lt;b&gt; &amp; <!subteam^S1>"
    assert said(new_world(), text) == "@ada in #general: here @channel <b> & @subteam"
