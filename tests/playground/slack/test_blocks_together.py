"""What blocks must be together and on a surface, and what a view must be."""

import copy
from typing import Any

import pytest

from bot.playground.slack.blocks import problems, view_problems
from bot.playground.slack.blocks_check import Surface

Json = dict[str, Any]
SURFACES: tuple[Surface, ...] = ("message", "modal", "home")


def text(length: int, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * length}


def asked(element: Json) -> Json:
    return {"type": "input", "label": text(5), "element": element}


def actions(*given: Json) -> Json:
    return {"type": "actions", "elements": list(given)}


CELL = {"type": "raw_text", "text": "x"}
TRASH = {"type": "icon_button", "icon": "trash", "text": text(5)}


def test_a_message_has_at_most_fifty_blocks_and_a_modal_a_hundred() -> None:
    divider = {"type": "divider"}
    assert problems([divider] * 50, "message") == []
    assert problems([divider] * 51, "message") == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert problems([divider] * 100, "modal") == []
    assert problems([divider] * 101, "home") == ["no more than 100 items allowed [json-pointer:/blocks]"]


def test_a_problem_says_where_it_is() -> None:
    blocks = [{"type": "divider"}, {"type": "section", "text": text(3001)}]
    assert problems(blocks, "message") == [
        "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


@pytest.mark.parametrize(
    "blocks", ["x", {}, [None], ["x"], [{}], [{"type": 5}], [{"type": "section", "text": "x"}]]
)
def test_what_is_no_list_of_blocks_is_refused(blocks: object) -> None:
    assert problems(blocks, "message")


@pytest.mark.parametrize("kind", ["file_input", "email_text_input", "url_text_input"])
def test_some_inputs_are_only_for_modals(kind: str) -> None:
    assert problems([asked({"type": kind})], "modal") == []
    assert f"unsupported type: {kind}" in problems([asked({"type": kind})], "message")[0]
    assert f"unsupported type: {kind}" in problems([asked({"type": kind})], "home")[0]


@pytest.mark.parametrize("kind", ["markdown", "table", "context_actions", "task_card", "plan"])
def test_some_blocks_are_only_for_messages(kind: str) -> None:
    block = {
        "markdown": {"text": "x"},
        "table": {"rows": [[CELL]]},
        "context_actions": {"elements": [TRASH]},
        "task_card": {"task_id": "1", "title": "x", "status": "pending"},
        "plan": {"title": "x"},
    }[kind] | {"type": kind}
    assert problems([block], "message") == []
    for surface in SURFACES[1:]:
        assert f"unsupported type: {kind}" in problems([block], surface)[0]


def test_block_ids_are_unique_in_a_message_even_inside_containers() -> None:
    divider = {"type": "divider", "block_id": "a"}
    assert problems([divider, {**divider, "block_id": "b"}], "message") == []
    assert '"a" already exists' in problems([divider, divider], "message")[0]
    box = {"type": "container", "title": text(5), "child_blocks": [divider]}
    assert problems([divider, box], "message") != []


def test_action_ids_are_unique_in_a_block_and_may_come_again_in_another() -> None:
    button = {"type": "button", "text": text(5), "action_id": "go"}
    assert problems([actions(button), actions(button)], "message") == []
    assert '"go" already exists' in problems([actions(button, button)], "message")[0]


def test_markdown_blocks_share_twelve_thousand_characters() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert problems([half, half], "message") == []
    assert problems([half, half, {"type": "markdown", "text": "x"}], "message") != []


def test_a_message_has_one_table() -> None:
    table = {"type": "table", "rows": [[CELL]]}
    assert problems([table], "message") == []
    assert "only_one_table_allowed" in problems([table, table], "message")[0]


def test_one_element_has_the_focus() -> None:
    focused = {"type": "plain_text_input", "focus_on_load": True}
    assert problems([asked(focused)], "modal") == []
    assert problems([asked(focused), asked(focused)], "modal") != []


MODAL: Json = {
    "type": "modal",
    "title": text(24),
    "submit": text(24),
    "close": text(24),
    "callback_id": "x" * 255,
    "private_metadata": "x" * 3000,
    "external_id": "x" * 255,
    "notify_on_close": True,
    "clear_on_close": False,
    "blocks": [asked({"type": "plain_text_input"})],
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": text(25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"title": text(0)}, "must be more than 0 characters [json-pointer:/view/title/text]"),
        ({"title": text(5, "mrkdwn")}, "unsupported type: mrkdwn [json-pointer:/view/title/type]"),
        ({"title": None}, "missing required field: title [json-pointer:/view]"),
        ({"submit": text(25)}, "must be less than 25 characters [json-pointer:/view/submit/text]"),
        ({"submit": None}, "missing required field: submit [json-pointer:/view]"),
        ({"close": text(25)}, "must be less than 25 characters [json-pointer:/view/close/text]"),
        ({"callback_id": "x" * 256}, "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (
            {"private_metadata": "x" * 3001},
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        ({"blocks": None}, "missing required field: blocks [json-pointer:/view]"),
        ({"blocks": [{"type": "x"}]}, "unsupported type: x [json-pointer:/view/blocks/0/type]"),
        ({"type": "window"}, "unsupported type: window [json-pointer:/view/type]"),
        ({"id": "V1"}, "invalid additional property: id [json-pointer:/view]"),
    ],
)
def test_a_view_keeps_its_limits(change: Json, says: str) -> None:
    assert view_problems(MODAL) == []
    changed = {name: value for name, value in {**copy.deepcopy(MODAL), **change}.items() if value is not None}
    assert view_problems(changed) == [says]


def test_a_home_tab_has_neither_title_nor_submit() -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}], "private_metadata": "x"}
    assert view_problems(home) == []
    assert view_problems({**home, "submit": text(5)}) != []


@pytest.mark.parametrize("surface", SURFACES)
def test_a_line_of_text_may_be_asked_for_everywhere(surface: Surface) -> None:
    assert problems([asked({"type": "plain_text_input"})], surface) == []
