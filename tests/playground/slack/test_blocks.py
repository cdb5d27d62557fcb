"""Slack's limits on blocks and views, held against the models of slack_sdk, which write what apps send."""

from typing import Any

import pytest
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks import block_elements as elements
from slack_sdk.models.blocks.basic_components import FeedbackButtonObject, SlackFile
from slack_sdk.models.blocks.block_elements import RichTextElementParts as Parts
from slack_sdk.models.views import View

from bot.playground.slack.blocks import problems, view_problems
from bot.playground.slack.blocks_kinds import BLOCKS

OPTIONS = [sdk.Option(text=f"option {n}", value=f"o{n}") for n in range(5)]
GROUPS = [sdk.OptionGroup(label="group", options=OPTIONS)]
CONFIRM = sdk.ConfirmObject(title="Sure?", text="It *stays* so.", confirm="Yes", deny="No", style="danger")
BUTTON = sdk.ButtonElement(
    text="Try",
    action_id="try",
    value="1",
    style="primary",
    confirm=CONFIRM,
    agent_prompt="Do it",
    visible_to_user_ids=["U1"],
)
IMAGE = sdk.ImageElement(image_url="https://example.com/a.png", alt_text="a picture")
LINE = [
    Parts.Text(text="bold", style=Parts.TextStyle(bold=True)),
    Parts.Link(url="https://example.com", text="here"),
    Parts.User(user_id="U1"),
    Parts.Channel(channel_id="C1"),
    Parts.UserGroup(usergroup_id="S1"),
    Parts.Team(team_id="T1"),
    Parts.Emoji(name="wave"),
    Parts.Date(timestamp=1_700_000_000, format="{date}"),
    Parts.Broadcast(range="here"),
    Parts.Color(value="#ffffff"),
]
RICH = sdk.RichTextBlock(
    elements=[
        sdk.RichTextSectionElement(elements=LINE),
        sdk.RichTextListElement(
            style="bullet", indent=1, elements=[sdk.RichTextSectionElement(elements=LINE)]
        ),
        sdk.RichTextQuoteElement(elements=LINE),
        sdk.RichTextPreformattedElement(elements=[Parts.Text(text="code")], border=0),
    ]
)
TASK = sdk.TaskCardBlock(
    task_id="1",
    title="Look",
    status="complete",
    details=RICH,
    output=RICH,
    sources=[sdk.UrlSourceElement(url="https://example.com", text="here")],
)
CARD = sdk.CardBlock(hero_image=IMAGE, title="Title", subtitle="Sub", body="Body", actions=[BUTTON])

#: One of each kind that a message takes.
MESSAGE: list[sdk.Block] = [
    sdk.SectionBlock(text="*hello*", fields=["a", "b"], accessory=BUTTON, expand=True),
    sdk.DividerBlock(),
    sdk.HeaderBlock(text="Header"),
    sdk.ImageBlock(image_url="https://example.com/a.png", alt_text="a", title="A"),
    sdk.ImageBlock(slack_file=SlackFile(id="F1"), alt_text="a"),
    sdk.ContextBlock(elements=[IMAGE, sdk.MarkdownTextObject(text="by *me*"), sdk.PlainTextObject(text="x")]),
    sdk.ContextActionsBlock(
        elements=[
            sdk.FeedbackButtonsElement(
                action_id="feedback",
                positive_button=FeedbackButtonObject(text="Good", value="1"),
                negative_button=FeedbackButtonObject(text="Bad", value="0", accessibility_label="Bad answer"),
            ),
            sdk.IconButtonElement(action_id="delete", icon="trash", text="Delete", value="x"),
        ]
    ),
    sdk.CallBlock(call_id="R1"),
    sdk.MarkdownBlock(text="# Hello"),
    sdk.VideoBlock(
        alt_text="v", title="V", video_url="https://example.com/v", thumbnail_url="https://example.com/t"
    ),
    RICH,
    sdk.TableBlock(
        rows=[[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 1.5, "text": "1.5"}, RICH]],
        column_settings=[{"align": "right", "is_wrapped": True}, None],
    ),
    TASK,
    sdk.PlanBlock(title="Plan", tasks=[TASK]),
    CARD,
    sdk.CarouselBlock(elements=[CARD]),
    sdk.ContainerBlock(title="Box", child_blocks=[sdk.DividerBlock()], width="wide", is_collapsible=True),
    sdk.AuthProviderBlock(value="openai", name="OpenAI", is_connected=False, auth_url="https://example.com"),
]

MENUS: list[elements.BlockElement] = [
    sdk.CheckboxesElement(action_id="c", options=OPTIONS, initial_options=OPTIONS[:2]),
    sdk.RadioButtonsElement(action_id="r", options=OPTIONS, initial_option=OPTIONS[0]),
    sdk.DatePickerElement(action_id="d", initial_date="2026-11-23", placeholder="When?"),
    sdk.TimePickerElement(action_id="t", initial_time="23:59", timezone="Europe/Berlin"),
    sdk.DateTimePickerElement(action_id="dt", initial_date_time=1_628_633_820),
    sdk.StaticSelectElement(action_id="s", options=OPTIONS, initial_option=OPTIONS[0], placeholder="Which?"),
    sdk.StaticSelectElement(action_id="sg", option_groups=GROUPS),
    sdk.StaticMultiSelectElement(action_id="ms", options=OPTIONS, max_selected_items=2),
    sdk.ExternalDataSelectElement(action_id="e", min_query_length=0, initial_option=OPTIONS[0]),
    sdk.ExternalDataMultiSelectElement(action_id="me", initial_options=OPTIONS[:2]),
    sdk.UserSelectElement(action_id="u", initial_user="U1"),
    sdk.UserMultiSelectElement(action_id="mu", initial_users=["U1"]),
    sdk.ConversationSelectElement(
        action_id="co", default_to_current_conversation=True, filter=sdk.ConversationFilter(include=["im"])
    ),
    sdk.ConversationMultiSelectElement(action_id="mco", initial_conversations=["C1"]),
    sdk.ChannelSelectElement(action_id="ch", initial_channel="C1"),
    sdk.ChannelMultiSelectElement(action_id="mch", initial_channels=["C1"]),
]

INPUTS: list[elements.BlockElement] = [
    *MENUS,
    sdk.PlainTextInputElement(action_id="p", multiline=True, min_length=1, max_length=3000, initial_value=""),
    sdk.RichTextInputElement(action_id="rt", initial_value=RICH, min_lines=2, max_lines=9),
    sdk.NumberInputElement(
        action_id="n", is_decimal_allowed=True, min_value="0", max_value="2", initial_value="1.5"
    ),
    sdk.EmailInputElement(action_id="em"),
    sdk.UrlInputElement(action_id="url"),
    elements.FileInputElement(action_id="f", filetypes=["jsonl"], max_files=1),
]

ACTIONS: list[elements.BlockElement] = [
    BUTTON,
    *MENUS,
    sdk.OverflowMenuElement(action_id="o", options=OPTIONS[:5], confirm=CONFIRM),
    elements.WorkflowButtonElement(
        text="Run", action_id="w", workflow={"trigger": {"url": "https://slack.com/shortcuts/1"}}
    ),
]


def as_json(value: Any) -> Any:
    """What a model comes to on the wire; nested models of slack_sdk are not always unfolded by it."""
    if hasattr(value, "to_dict"):
        return as_json(value.to_dict())
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("block", MESSAGE, ids=lambda block: block.type)
def test_a_message_takes_what_slack_sdk_writes(block: sdk.Block) -> None:
    assert problems([as_json(block)], "message") == []


def test_every_kind_of_block_of_slack_sdk_is_tried() -> None:
    known = {kind.type for kind in sdk.Block.__subclasses__()} - {"file"}
    tried = {block.type for block in MESSAGE} | {"input", "alert", "actions"}
    assert known <= tried
    assert set(BLOCKS) == known | {"data_table"}


@pytest.mark.parametrize("element", ACTIONS, ids=lambda element: element.type)
def test_actions_take_what_slack_sdk_writes(element: elements.BlockElement) -> None:
    assert problems([as_json(sdk.ActionsBlock(elements=[element]))], "message") == []


@pytest.mark.parametrize("element", INPUTS, ids=lambda element: element.type)
def test_a_modal_takes_every_input_that_slack_sdk_writes(element: elements.BlockElement) -> None:
    block = sdk.InputBlock(label="Label", hint="Hint", element=element, optional=True, block_id="b")
    view = View(type="modal", title="Title", submit="Go", close="Leave", blocks=[block], callback_id="c")
    assert view_problems(as_json(view)) == []


def test_a_modal_takes_an_alert_and_a_message_does_not() -> None:
    alert = as_json(sdk.AlertBlock(text="Careful", level="warning"))
    assert problems([alert], "modal") == []
    assert "unsupported type: alert" in problems([alert], "message")[0]


def test_a_data_table_which_slack_sdk_does_not_know_is_taken() -> None:
    rows = [[{"type": "raw_text", "text": "h"}], [{"type": "raw_number", "value": 1, "text": "1"}]]
    assert problems([{"type": "data_table", "caption": "c", "rows": rows}], "message") == []
    assert problems([{"type": "data_table", "caption": "c", "rows": rows[:1]}], "message")
