"""Each limit of Slack's blocks and elements: what keeps it is taken, what breaks it is refused."""

from typing import Any

import pytest

from bot.playground.slack.blocks import problems

Json = dict[str, Any]


def text(length: int, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * length}


def asked(element: Json) -> Json:
    return {"type": "input", "label": text(5), "element": element}


def options(number: int, length: int = 5, value: int = 5) -> list[Json]:
    return [{"text": text(length), "value": f"{n:0{value}}"} for n in range(number)]


def of(kind: str, **fields: Any) -> Json:
    return {"type": kind, **fields}


def act(kind: str, **fields: Any) -> Json:
    return of("actions", elements=[of(kind, **fields)])


def press(**fields: Any) -> Json:
    return act("button", **{"text": text(5), **fields})


def image(**fields: Any) -> Json:
    return of("image", **{"alt_text": "x", **fields})


def confirm(most: int) -> Json:
    return {"title": text(most), "text": text(5, "mrkdwn"), "confirm": text(5), "deny": text(5)}


def rich(*elements: Json) -> Json:
    return of("rich_text", elements=list(elements))


def video(title: int) -> Json:
    url = "https://a.b/c"
    return of("video", alt_text="x", title=text(title), video_url=url, thumbnail_url=url)


def task(status: str) -> Json:
    return of("task_card", task_id="1", title="x", status=status)


def provider(value: int) -> Json:
    return of("auth_provider", value="x" * value, name=text(75), is_connected=True)


def box(children: int) -> Json:
    return of("container", title=text(5), child_blocks=[of("divider")] * children)


def number(**fields: Any) -> Json:
    return of("number_input", is_decimal_allowed=True, **fields)


CELL = of("raw_text", text="x")
CARD = of("card", title=text(150))
TRASH = of("icon_button", icon="trash", text=text(5))
URL = "https://a.b/c"

LIMITS: dict[str, tuple[Json, Json]] = {
    "block_id": (of("divider", block_id="x" * 255), of("divider", block_id="x" * 256)),
    "section text": (of("section", text=text(3000)), of("section", text=text(3001))),
    "section text, empty": (of("section", text=text(1)), of("section", text=text(0))),
    "section without text": (of("section", text=text(1)), of("section")),
    "section fields": (of("section", fields=[text(5)] * 10), of("section", fields=[text(5)] * 11)),
    "field text": (of("section", fields=[text(2000)]), of("section", fields=[text(2001)])),
    "header": (of("header", text=text(150)), of("header", text=text(151))),
    "header kind": (of("header", text=text(5)), of("header", text=text(5, "mrkdwn"))),
    "image alt": (image(image_url=URL, alt_text="x" * 2000), image(image_url=URL, alt_text="x" * 2001)),
    "image url": (image(image_url=URL.ljust(3000, "x")), image(image_url=URL.ljust(3001, "x"))),
    "image url kind": (image(image_url=URL), image(image_url="/etc/passwd")),
    "image source": (image(slack_file={"id": "F1"}), image(slack_file={"id": "F1"}, image_url=URL)),
    "image without source": (image(image_url=URL), image()),
    "slack_file": (image(slack_file={"url": URL}), image(slack_file={"id": "F1", "url": URL})),
    "actions": (
        of("actions", elements=[of("button", text=text(5))] * 25),
        of("actions", elements=[of("button", text=text(5))] * 26),
    ),
    "actions, empty": (press(), of("actions", elements=[])),
    "context": (of("context", elements=[text(5)] * 10), of("context", elements=[text(5)] * 11)),
    "context holds no button": (of("context", elements=[text(5)]), of("context", elements=[TRASH])),
    "context_actions": (
        of("context_actions", elements=[TRASH] * 5),
        of("context_actions", elements=[TRASH] * 6),
    ),
    "context_actions, empty": (of("context_actions", elements=[TRASH]), of("context_actions", elements=[])),
    "button text": (press(text=text(75)), press(text=text(76))),
    "button value": (press(value="x" * 2000), press(value="x" * 2001)),
    "button url": (press(url=URL.ljust(3000, "x")), press(url=URL.ljust(3001, "x"))),
    "button style": (press(style="danger"), press(style="warning")),
    "action_id": (press(action_id="x" * 255), press(action_id="x" * 256)),
    "agent_prompt": (press(agent_prompt="x" * 4000), press(agent_prompt="x" * 4001)),
    "accessibility_label": (press(accessibility_label="x" * 75), press(accessibility_label="x" * 76)),
    "confirm title": (press(confirm=confirm(100)), press(confirm=confirm(101))),
    "overflow": (act("overflow", options=options(5)), act("overflow", options=options(6))),
    "select": (act("static_select", options=options(100)), act("static_select", options=options(101))),
    "select, empty": (act("static_select", options=options(1)), act("static_select", options=[])),
    "select without options": (act("static_select", options=options(1)), act("static_select")),
    "option groups": (
        act("static_select", option_groups=[{"label": text(75), "options": options(100)}] * 100),
        act("static_select", option_groups=[{"label": text(75), "options": options(101)}]),
    ),
    "options or groups": (
        act("static_select", options=options(1)),
        act("static_select", options=options(1), option_groups=[{"label": text(5), "options": options(1)}]),
    ),
    "option text": (
        act("static_select", options=options(1, length=75)),
        act("static_select", options=options(1, length=76)),
    ),
    "option value": (
        act("static_select", options=options(1, value=150)),
        act("static_select", options=options(1, value=151)),
    ),
    "option kind": (
        act("checkboxes", options=[{"text": text(5, "mrkdwn"), "value": "v"}]),
        act("static_select", options=[{"text": text(5, "mrkdwn"), "value": "v"}]),
    ),
    "initial option": (
        act("static_select", options=options(3), initial_option=options(1)[0]),
        act("static_select", options=options(3), initial_option=options(4)[3]),
    ),
    "checkboxes": (act("checkboxes", options=options(10)), act("checkboxes", options=options(11))),
    "radio buttons": (act("radio_buttons", options=options(10)), act("radio_buttons", options=options(11))),
    "placeholder": (act("users_select", placeholder=text(150)), act("users_select", placeholder=text(151))),
    "date": (act("datepicker", initial_date="2026-12-31"), act("datepicker", initial_date="2026-13-31")),
    "no input among actions": (press(), act("plain_text_input")),
    "markdown": (of("markdown", text="x" * 12_000), of("markdown", text="x" * 12_001)),
    "markdown, empty": (of("markdown", text="x"), of("markdown", text="")),
    "table rows": (of("table", rows=[[CELL]] * 100), of("table", rows=[[CELL]] * 101)),
    "table cells": (of("table", rows=[[CELL] * 20]), of("table", rows=[[CELL] * 21])),
    "table cell, empty": (of("table", rows=[[CELL]]), of("table", rows=[[of("raw_text", text="")]])),
    "table cell kind": (of("table", rows=[[rich()]]), of("table", rows=[[text(5)]])),
    "table columns": (
        of("table", rows=[[CELL]], column_settings=[None] * 20),
        of("table", rows=[[CELL]], column_settings=[None] * 21),
    ),
    "rich text": (rich(of("rich_text_section", elements=[])), rich(of("text", text="x"))),
    "rich text list": (
        rich(of("rich_text_list", style="ordered", elements=[])),
        rich(of("rich_text_list", style="round", elements=[])),
    ),
    "carousel": (of("carousel", elements=[CARD] * 10), of("carousel", elements=[CARD] * 11)),
    "card title": (CARD, of("card", title=text(151))),
    "card body": (of("card", body=text(200)), of("card", body=text(201))),
    "card, empty": (CARD, of("card", subtitle=text(5))),
    "task status": (task("complete"), task("done")),
    "video title": (video(199), video(200)),
    "container": (box(10), box(11)),
    "container in a container": (box(1), of("container", title=text(5), child_blocks=[box(1)])),
    "provider": (provider(150), provider(151)),
    "unknown field": (of("divider"), of("divider", color="red")),
    "unknown block": (of("divider"), of("separator")),
    "a file is made by Slack alone": (of("divider"), of("file", external_id="x", source="remote")),
}

INPUTS: dict[str, tuple[Json, Json]] = {
    "max_length": (of("plain_text_input", max_length=3000), of("plain_text_input", max_length=3001)),
    "both lengths": (
        of("plain_text_input", min_length=5, max_length=5),
        of("plain_text_input", min_length=6, max_length=5),
    ),
    "max_files": (of("file_input", max_files=10), of("file_input", max_files=11)),
    "decimals must be decided": (number(), of("number_input")),
    "decimals": (number(initial_value="0.5"), number(initial_value="0.5") | {"is_decimal_allowed": False}),
    "numbers are text": (number(min_value="1"), number(min_value=1)),
    "number bounds": (number(min_value="1", max_value="2"), number(min_value="3", max_value="2")),
    "a button is no input": (of("plain_text_input"), of("button", text=text(5))),
}


@pytest.mark.parametrize("case", LIMITS)
def test_what_keeps_a_limit_is_taken_and_what_breaks_it_is_refused(case: str) -> None:
    right, wrong = LIMITS[case]
    assert problems([right], "message") == []
    assert problems([wrong], "message") != []


@pytest.mark.parametrize("case", INPUTS)
def test_inputs_of_a_modal_keep_their_limits_too(case: str) -> None:
    right, wrong = INPUTS[case]
    assert problems([asked(right)], "modal") == []
    assert problems([asked(wrong)], "modal") != []
