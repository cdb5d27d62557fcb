"""Slack's rich text as a table: sections, lists, quotes and code, and what may stand in a line of them."""

from bot.playground.slack.blocks_check import Flag, Many, Number, Object, Spec, Text, Typed

_STYLE = Object(
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), Flag()
    )
)
_ID = Text(255)
_PARTS = ("text", "link", "emoji", "user", "usergroup", "channel", "team", "date", "broadcast", "color")


def _part(**fields: Spec) -> Object:
    """A part of a line: the given fields must be there, and a style may be."""
    return Object({**{f"{name}!": spec for name, spec in fields.items()}, "style": _STYLE})


RICH: dict[str, Object] = {
    "text": _part(text=Text(12_000)),
    "link": Object({"url!": Text(3000), "text": Text(3000, least=0), "unsafe": Flag(), "style": _STYLE}),
    "emoji": Object({"name!": Text(255), "skin_tone": Number(1, 6), "unicode": Text(255), "style": _STYLE}),
    "user": _part(user_id=_ID),
    "usergroup": _part(usergroup_id=_ID),
    "channel": _part(channel_id=_ID),
    "team": _part(team_id=_ID),
    "color": _part(value=Text(255)),
    "broadcast": _part(range=Text(choices=("here", "channel", "everyone"))),
    "date": Object(
        {"timestamp!": Number(), "format!": Text(), "url": Text(3000), "fallback": Text(), "style": _STYLE}
    ),
}
_LINE = Many(Typed(RICH, _PARTS), 1000, least=0)
_BORDER: dict[str, Spec] = {"border": Number(0, 1)}

RICH["rich_text_section"] = Object({"elements!": _LINE})
RICH["rich_text_quote"] = Object({"elements!": _LINE, **_BORDER})
RICH["rich_text_preformatted"] = Object(
    {"elements!": Many(Typed(RICH, ("text", "link")), 1000, least=0), "language": Text(255), **_BORDER}
)
RICH["rich_text_list"] = Object(
    {
        "style!": Text(choices=("bullet", "ordered")),
        "elements!": Many(Typed(RICH, ("rich_text_section",)), 1000, least=0),
        "indent": Number(0, 8),
        "offset": Number(),
        **_BORDER,
    }
)
_PARAGRAPHS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
RICH["rich_text"] = Object(
    {"elements!": Many(Typed(RICH, _PARAGRAPHS), 1000, least=0), "block_id": Text(255)}
)
