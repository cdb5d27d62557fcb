"""Examples of blocks and elements, as an app sends them."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


OPTIONS = [{"text": plain(f"Option {at}"), "value": f"o{at}"} for at in range(3)]
MARKDOWN = """# Heading one
Some **bold**, *italic*, ~~struck~~, `code` and [a link](https://example.com).

- one
- two
  - inner **x**

1. first
2. second

> quote
> > nested

| Name | Count |
|:-----|------:|
| a | 1 |
| b \\| c | 22 |

```python
def f(x):
    return "<b>"
```
---
snake_case_name and 2 * 3 * 4 and &lt;tag&gt;"""
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "link", "url": "https://example.com"},
                {"type": "user", "user_id": "U0BEN"},
                {"type": "emoji", "name": "tada"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
    ],
}
#: A picture of one pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
_PICTURE = {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "a picture"}
_BUTTON = {"type": "button", "text": plain("Press"), "action_id": "press", "value": "pressed"}
_CARD = {"type": "card", "title": plain("Card"), "body": mrkdwn("*body*"), "actions": [_BUTTON]}
_TASK = {"type": "task_card", "task_id": "t", "title": "Reading", "status": "in_progress", "details": RICH}


def cells(*texts: str) -> list[Json]:
    """A row of a table."""
    return [{"type": "raw_text", "text": text} for text in texts]


KINDS: list[Json] = [
    {"type": "section", "text": mrkdwn("*bold* <@U0BEN>\n&gt; quote"), "accessory": _BUTTON},
    {"type": "divider"},
    {"type": "header", "text": plain("A header")},
    _PICTURE,
    {"type": "actions", "elements": [_BUTTON]},
    {"type": "context", "elements": [mrkdwn("_small_"), _PICTURE]},
    {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "bin"}],
    },
    {"type": "markdown", "text": MARKDOWN},
    {
        "type": "video",
        "alt_text": "a film",
        "title": plain("A film"),
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t.png",
    },
    RICH,
    {"type": "table", "rows": [cells("A", "B"), cells("1", "2")], "column_settings": [{"align": "right"}]},
    {
        "type": "data_table",
        "caption": "Figures",
        "page_size": 1,
        "rows": [cells("A", "B"), cells("1", "2"), cells("3", "4")],
    },
    _TASK,
    _CARD,
    {"type": "plan", "title": "Plan", "tasks": [_TASK]},
    {"type": "carousel", "elements": [_CARD, {**_CARD, "title": plain("Other")}]},
    {
        "type": "container",
        "title": plain("Box"),
        "is_collapsible": True,
        "child_blocks": [{"type": "section", "text": mrkdwn("inside")}],
    },
]
ELEMENTS: list[Json] = [
    {
        "type": "actions",
        "elements": [
            _BUTTON,
            {
                "type": "button",
                "text": plain("Delete all"),
                "action_id": "wipe",
                "style": "danger",
                "confirm": {
                    "title": plain("Sure?"),
                    "text": plain("All of it."),
                    "confirm": plain("Do it"),
                    "deny": plain("No"),
                },
            },
            {"type": "static_select", "action_id": "pick", "placeholder": plain("Pick"), "options": OPTIONS},
            {"type": "overflow", "action_id": "more", "options": OPTIONS},
            {"type": "checkboxes", "action_id": "tick", "options": OPTIONS},
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "good",
                "positive_button": {"text": plain("Good"), "value": "g"},
                "negative_button": {"text": plain("Bad"), "value": "b"},
            }
        ],
    },
]


def field(name: str, element: Json, **more: Any) -> Json:
    """A field of a form; its block, its action and its label have one name."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "element": {"action_id": name, **element},
        **more,
    }


FIELDS: list[Json] = [
    field("text", {"type": "plain_text_input"}),
    field("long", {"type": "plain_text_input", "multiline": True}, hint=plain("as long as you like")),
    field("number", {"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}),
    field("mail", {"type": "email_text_input"}),
    field("address", {"type": "url_text_input"}),
    field("rich", {"type": "rich_text_input"}),
    field("menu", {"type": "static_select", "options": OPTIONS}),
    field("menus", {"type": "multi_static_select", "options": OPTIONS}),
    field("search", {"type": "external_select", "min_query_length": 0}),
    field("person", {"type": "users_select"}),
    field("channel", {"type": "conversations_select"}),
    field("boxes", {"type": "checkboxes", "options": OPTIONS}),
    field("radio", {"type": "radio_buttons", "options": OPTIONS}),
    field("day", {"type": "datepicker"}),
    field("hour", {"type": "timepicker"}),
    field("moment", {"type": "datetimepicker"}),
    field("file", {"type": "file_input"}, optional=True),
]
