"""Proves that a message's parts land in the fields that take them, and that Slack takes every shortcut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fields as f
from bot.module import Operation
from bot.modules import ALL
from bot.playground.slack.blocks import view_problems
from bot.slack.material import Material, filling, fits, material, problem, takes
from bot.slack.picking import everything, picked, picker
from bot.slack.shortcuts import DIRECT, declared, direct

Json = dict[str, Any]
TAKING = takes(ALL)
NAMES = [f"{module.name}-{operation.name}" for module, operation in TAKING]


def file(name: str, **more: Any) -> Json:
    return {"id": f"F{abs(hash(name)) % 10**8:08d}", "name": name, "size": 1000, **more}


def operation(name: str) -> Operation:
    return next(each for module, each in TAKING if f"{module.name}/{each.name}" == name)


def text_of(message: Json) -> str:
    return material(message).text


# --- what a message says ---


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("<https://example.org|example.org>", "https://example.org"),
        ("<https://example.org/x|the report>", "the report (https://example.org/x)"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<@U123> and <@U123|ben> in <#C1|general>", "@U123 and @ben in #general"),
        ("<!channel> <!subteam^S1|@team>", "@channel @team"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_a_text_is_read_as_people_see_it(written: str, read: str) -> None:
    assert text_of({"text": written}) == read


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(text_of({"text": text}), str)


def test_an_apps_message_gives_its_blocks_and_not_its_notification() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Report"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "All &lt;well&gt;"},
            "fields": [{"text": "A: 1"}],
        },
        {"type": "markdown", "text": "**Done**"},
        {"type": "divider"},
    ]
    assert (
        text_of({"bot_id": "B1", "text": "News", "blocks": blocks})
        == "Report\n\nAll <well>\n\nA: 1\n\n**Done**"
    )
    assert text_of({"text": "What I wrote", "blocks": blocks}) == "What I wrote"


def test_a_message_of_attachments_alone_gives_what_they_say() -> None:
    assert (
        text_of({"text": "", "attachments": [{"fallback": "one"}, {"text": "two", "fallback": "2"}]})
        == "one\n\ntwo"
    )


def test_a_file_that_was_deleted_is_none() -> None:
    assert material({"files": [file("a.png"), {"id": "F2", "mode": "tombstone"}]}).files == [file("a.png")]


# --- where it goes ---


@pytest.mark.parametrize(("module", "taking"), TAKING, ids=NAMES)
def test_every_operation_that_is_offered_takes_something(module: Any, taking: Operation) -> None:
    names = ["a.png", "b.wav", "c.jsonl", "d.txt"]
    made = filling(taking, Material("Some text", [file(each) for each in names]))
    known = {each.name: each for each in taking.fields}
    assert made.values or made.files
    assert {*made.values, *made.files} <= {*known}
    for name, files in made.files.items():
        kind = known[name]
        assert isinstance(kind, f.Files)
        assert len(files) <= kind.most
        assert not any(problem(kind, each) for each in files)
    placed = [each["name"] for files in made.files.values() for each in files]
    assert sorted([*placed, *made.left]) == names


@pytest.mark.parametrize(
    ("name", "files", "field"),
    [
        ("chat/create", ["a.png", "b.pdf"], "files"),
        ("moderate/create", ["a.png"], "files"),
        ("audio/transcribe", ["a.m4a", "b.mp3"], "file"),
        ("image-edit/edit", ["a.webp", "b.png"], "image"),
        ("files/upload", ["anything.xyz"], "file"),
        ("finetune/create", ["train.jsonl"], "training_data"),
    ],
)
def test_files_arrive_where_they_belong(name: str, files: list[str], field: str) -> None:
    made = filling(operation(name), Material("", [file(each) for each in files]))
    assert [each["name"] for each in made.files[field]] == files
    assert not made.left


def test_what_is_too_many_too_large_or_of_another_kind_is_named() -> None:
    given_ = [file("a.png"), file("b.png"), file("c.png", size=60 * 2**20), file("d.zip")]
    made = filling(operation("image-edit/vary"), Material("", given_))
    assert [each["name"] for each in made.files["image"]] == ["a.png"]
    assert made.left == ["b.png", "c.png", "d.zip"]


def test_a_file_without_an_ending_goes_by_what_slack_knows_of_it() -> None:
    made = filling(operation("audio/transcribe"), Material("", [file("memo", filetype="m4a")]))
    assert made.files["file"]


def test_what_needs_a_file_does_not_fit_a_text_alone() -> None:
    assert not fits(operation("audio/transcribe"), Material("words"))
    assert fits(operation("audio/speak"), Material("words"))
    assert not fits(operation("audio/speak"), Material("", [file("a.mp3")]))


# --- what Slack shows ---


def test_slack_takes_every_shortcut() -> None:
    made = declared(ALL)
    for kind in ("message", "global"):
        assert 1 <= len([each for each in made if each["type"] == kind]) <= 5
    assert [each["name"] for each in made if each["type"] == "message"] == [
        "Ask", "Edit", "Moderate", "Transcribe", "Use with OpenAI…",
    ]  # fmt: skip
    assert len({each["callback_id"] for each in made}) == len(made)
    assert all(len(each["name"]) <= 24 and 0 < len(each["description"]) <= 150 for each in made)


def test_every_direct_shortcut_takes_something_of_a_message() -> None:
    for name, each in direct(ALL):
        assert operation(name.removeprefix(DIRECT)) is each


@pytest.mark.parametrize(
    "given_",
    [
        Material(),
        Material("x" * 40_000),
        Material("<!channel> & `*", [file(f"{at}.png") for at in range(10)]),
    ],
)
def test_the_picker_is_one_that_slack_takes(given_: Material) -> None:
    view = picker(ALL, given_, "01ITEM")
    assert view_problems(view) == []
    assert picked(view) == "01ITEM"
    assert "<!channel>" not in str(view["blocks"])


def test_the_list_of_modules_is_one_that_slack_takes() -> None:
    view = everything(ALL)
    assert view_problems(view) == []
    assert picked(view) is None
