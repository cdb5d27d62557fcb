"""Slack's block elements with their limits and surfaces, as a table; and which of them stand where.

Figures: docs.slack.dev/reference/block-kit/block-elements and the validators of slack_sdk.models 3.47.
"""

from collections.abc import Mapping
from typing import Any

from bot.playground.slack.blocks_check import Flag, Many, Number, Object, Spec, Text, Typed
from bot.playground.slack.blocks_objects import (
    CONFIRM,
    DISPATCH,
    FEEDBACK,
    FILTER,
    MARKED_OPTION,
    OPTION,
    OPTION_GROUP,
    SLACK_FILE,
    STYLE,
    URL,
    WEB_URL,
    WORKFLOW,
    option,
    plain,
)
from bot.playground.slack.blocks_rich import RICH


def _values(options: Any) -> set[str]:
    return {option["value"] for option in options}


def _initial_is_offered(element: Mapping[str, Any]) -> str | None:
    """What is chosen at first must be among what can be chosen."""
    offered = _values(element.get("options", []))
    for group in element.get("option_groups", []):
        offered |= _values(group["options"])
    first = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
    return None if _values(first) <= offered else "initial option must be one of the options"


def _lengths_agree(element: Mapping[str, Any]) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    return None if least <= most else "min_length must not be more than max_length"


def _numbers_agree(element: Mapping[str, Any]) -> str | None:
    low, high = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    first = float(element["initial_value"]) if "initial_value" in element else max(low, min(high, 0))
    if not element["is_decimal_allowed"]:
        given = [element.get(name, "0") for name in ("min_value", "max_value", "initial_value")]
        if any("." in value for value in given):
            return "decimals are not allowed"
    return None if low <= first <= high else "initial_value must be between min_value and max_value"


_ACTION: dict[str, Spec] = {"action_id": Text(255)}
_FOCUS: dict[str, Spec] = {**_ACTION, "focus_on_load": Flag()}
_ASKED: dict[str, Spec] = {**_FOCUS, "confirm": CONFIRM}
_MENU: dict[str, Spec] = {**_ASKED, "placeholder": plain(150)}
_TYPED_IN: dict[str, Spec] = {**_FOCUS, "placeholder": plain(150), "dispatch_action_config": DISPATCH}
_SEVERAL: dict[str, Spec] = {"max_selected_items": Number(least=1)}
_BUTTON: dict[str, Spec] = {**_ACTION, "text!": plain(75), "accessibility_label": Text(75)}
_NUMERIC = Text(255, like=r"-?\d+(\.\d+)?")
_ID = Text(255)
_SHOWN_TO: dict[str, Spec] = {"visible_to_user_ids": Many(_ID, 10)}


def _static(**initial: Spec) -> Object:
    offered: dict[str, Spec] = {"options": Many(OPTION, 100), "option_groups": Many(OPTION_GROUP, 100)}
    choice = ("options", "option_groups")
    return Object({**_MENU, **offered, **initial}, one_of=choice, rule=_initial_is_offered)


def _conversations(**more: Spec) -> Object:
    current: dict[str, Spec] = {"default_to_current_conversation": Flag(), "filter": FILTER}
    return Object({**_MENU, **current, **more})


ELEMENTS: dict[str, Object] = {
    "button": Object(
        {
            **_BUTTON,
            **_SHOWN_TO,
            "url": URL,
            "value": Text(2000),
            "style": STYLE,
            "confirm": CONFIRM,
            "agent_prompt": Text(4000),
            "agent_prompt_display": Text(),
        }
    ),
    "icon_button": Object(
        {**_BUTTON, **_SHOWN_TO, "icon!": Text(choices=("trash",)), "value": Text(2000), "confirm": CONFIRM}
    ),
    "feedback_buttons": Object({**_ACTION, "positive_button!": FEEDBACK, "negative_button!": FEEDBACK}),
    "workflow_button": Object({**_BUTTON, "workflow!": WORKFLOW, "style": STYLE}, on=("message",)),
    "image": Object(
        {"alt_text!": Text(2000), "image_url": WEB_URL, "slack_file": SLACK_FILE},
        one_of=("image_url", "slack_file"),
    ),
    "overflow": Object({**_ACTION, "confirm": CONFIRM, "options!": Many(option("plain_text", url=URL), 5)}),
    "checkboxes": Object(
        {**_ASKED, "options!": Many(MARKED_OPTION, 10), "initial_options": Many(MARKED_OPTION, 10)},
        rule=_initial_is_offered,
    ),
    "radio_buttons": Object(
        {**_ASKED, "options!": Many(MARKED_OPTION, 10), "initial_option": MARKED_OPTION},
        rule=_initial_is_offered,
    ),
    "datepicker": Object(
        {**_MENU, "initial_date": Text(like=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")}
    ),
    "timepicker": Object(
        {**_MENU, "initial_time": Text(like=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Text(255)}
    ),
    "datetimepicker": Object(
        {**_ASKED, "initial_date_time": Number(0, 9_999_999_999)}, on=("message", "modal")
    ),
    "static_select": _static(initial_option=OPTION),
    "multi_static_select": _static(initial_options=Many(OPTION, 100), **_SEVERAL),
    "external_select": Object({**_MENU, "min_query_length": Number(), "initial_option": OPTION}),
    "multi_external_select": Object(
        {**_MENU, **_SEVERAL, "min_query_length": Number(), "initial_options": Many(OPTION, 100)}
    ),
    "users_select": Object({**_MENU, "initial_user": _ID}),
    "multi_users_select": Object({**_MENU, **_SEVERAL, "initial_users": Many(_ID, 100)}),
    "channels_select": Object({**_MENU, "initial_channel": _ID, "response_url_enabled": Flag()}),
    "multi_channels_select": Object({**_MENU, **_SEVERAL, "initial_channels": Many(_ID, 100)}),
    "conversations_select": _conversations(initial_conversation=_ID, response_url_enabled=Flag()),
    "multi_conversations_select": _conversations(initial_conversations=Many(_ID, 100), **_SEVERAL),
    "plain_text_input": Object(
        {
            **_TYPED_IN,
            "initial_value": Text(3000, least=0),
            "multiline": Flag(),
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        },
        rule=_lengths_agree,
    ),
    "rich_text_input": Object(
        {
            **_TYPED_IN,
            "initial_value": Typed(RICH, ("rich_text",)),
            "min_lines": Number(1),
            "max_lines": Number(1),
        },
        on=("modal", "home"),
    ),
    "number_input": Object(
        {
            **_TYPED_IN,
            "is_decimal_allowed!": Flag(),
            "initial_value": _NUMERIC,
            "min_value": _NUMERIC,
            "max_value": _NUMERIC,
        },
        on=("modal",),
        rule=_numbers_agree,
    ),
    "email_text_input": Object({**_TYPED_IN, "initial_value": Text()}, on=("modal",)),
    "url_text_input": Object({**_TYPED_IN, "initial_value": Text()}, on=("modal",)),
    "file_input": Object(
        {**_ACTION, "filetypes": Many(Text(50), 100), "max_files": Number(1, 10)}, on=("modal",)
    ),
}

SELECTS = tuple(kind for kind in ELEMENTS if kind.endswith("_select"))
CHOICES = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *SELECTS)
IN_SECTION = ("button", "workflow_button", "image", "overflow", *CHOICES)
IN_ACTIONS = ("button", "workflow_button", "overflow", "datetimepicker", "rich_text_input", *CHOICES)
IN_INPUT = ("datetimepicker", *CHOICES, *(kind for kind in ELEMENTS if kind.endswith("_input")))
