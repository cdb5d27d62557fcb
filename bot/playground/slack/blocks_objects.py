"""Slack's composition objects with their limits: texts, options, confirmations, and other small parts.

Figures: docs.slack.dev/reference/block-kit/composition-objects and the validators of slack_sdk.models 3.47.
"""

from bot.playground.slack.blocks_check import Flag, Many, Object, Spec, Text, Typed

_TEXTS = ("plain_text", "mrkdwn")


def text_object(most: int, *kinds: str) -> Typed:
    """A text object of one of these kinds, both by default."""
    text = Text(most)
    table = {
        "plain_text": Object({"text!": text, "emoji": Flag()}),
        "mrkdwn": Object({"text!": text, "verbatim": Flag()}),
    }
    return Typed(table, kinds or _TEXTS)


def plain(most: int) -> Typed:
    """A text object that shows what it says."""
    return text_object(most, "plain_text")


URL = Text(3000, like=r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
WEB_URL = Text(3000, like=r"https?://\S+")
SLACK_FILE = Object({"id": Text(255), "url": WEB_URL}, one_of=("id", "url"))
STYLE = Text(choices=("primary", "danger"))
CONFIRM = Object(
    {
        "title!": plain(100),
        "text!": text_object(300),
        "confirm!": plain(30),
        "deny!": plain(30),
        "style": STYLE,
    }
)
DISPATCH = Object({"trigger_actions_on": Many(Text(choices=("on_enter_pressed", "on_character_entered")), 2)})
FILTER = Object(
    {
        "include": Many(Text(choices=("im", "mpim", "private", "public")), 4),
        "exclude_bot_users": Flag(),
        "exclude_external_shared_channels": Flag(),
    },
    any_of=("include", "exclude_bot_users", "exclude_external_shared_channels"),
)


def option(*kinds: str, **more: Spec) -> Object:
    """An option whose texts are of these kinds."""
    text = text_object(75, *kinds)
    return Object({"text!": text, "value!": Text(150), "description": text_object(75, *kinds), **more})


OPTION = option("plain_text")
MARKED_OPTION = option(*_TEXTS)  # of checkboxes and radio buttons
OPTION_GROUP = Object({"label!": plain(75), "options!": Many(OPTION, 100)})
FEEDBACK = Object({"text!": plain(75), "value!": Text(2000), "accessibility_label": Text(75)})
WORKFLOW = Object(
    {
        "trigger!": Object(
            {
                "url!": WEB_URL,
                "customizable_input_parameters": Many(Object({"name!": Text(), "value!": Text()}), 100),
            }
        )
    }
)
