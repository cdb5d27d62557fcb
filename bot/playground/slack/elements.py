"""Interactive elements of blocks: where they are, what they hold, and what a person puts into them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.playground.slack.messages import file_json, rich_text
from bot.playground.slack.state import Json
from bot.playground.slack.world import World

#: Under which name each kind of element keeps what was put into it.
HOLDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
_MANY = {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}


class NoSuchChoice(ValueError):
    """A person cannot choose or type this here."""


class Place(NamedTuple):
    """An element and the block around it."""

    block: Json
    element: Json

    @property
    def key(self) -> tuple[str, str]:
        """(block_id, action_id)."""
        return self.block["block_id"], self.element["action_id"]


def places(blocks: list[Json]) -> Iterator[Place]:
    """Every interactive element, in the order in which it is shown."""
    for block in blocks:
        nested = [*block.get("child_blocks", ()), *block.get("actions", ())]
        if block["type"] == "carousel":
            nested += block.get("elements", ())
        yield from places([part for part in nested if part.get("type") in {"card", "container", "actions"}])
        inner = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
        inner += [part for part in nested if part.get("type") == "button"]
        for element in inner:
            if isinstance(element, dict) and element.get("action_id") and block.get("block_id"):
                yield Place(block, element)


def by_block(held: dict[tuple[str, str], Json]) -> Json:
    """What was put into elements, as Slack tells it: by block, then by action."""
    told: Json = {}
    for (block_id, action_id), state in held.items():
        told.setdefault(block_id, {})[action_id] = state
    return told


def initial(element: Json) -> Json | None:
    """The state of a fresh element; None for those that hold nothing, such as buttons."""
    kind = element["type"]
    holds = HOLDS.get(kind)
    if holds is None or kind == "overflow":
        return None
    first = element.get("initial_value" if "value" in holds else holds.replace("selected_", "initial_"))
    if first is None and holds in _MANY:
        first = []
    return {"type": kind, holds: first}


def filled(world: World, element: Json, value: Any, choices: list[Json] | None = None) -> Json:
    """The state after a person put a value in: text, an option's value or text, a name, or a list of those.

    `choices` are the options that the app suggested, for an element without options of its own.
    """
    kind = element["type"]
    holds = HOLDS[kind]
    if value is None or value == "":
        return {"type": kind, holds: [] if holds in _MANY else None}
    if holds in _MANY:
        values = value if isinstance(value, list) else [value]
        return {"type": kind, holds: [_one(world, kind, element, part, choices) for part in values]}
    return {"type": kind, holds: _one(world, kind, element, value, choices)}


def _one(world: World, kind: str, element: Json, value: Any, choices: list[Json] | None) -> Any:
    holds = HOLDS[kind]
    if holds.startswith("selected_option"):
        return _option(options_of(element) if choices is None else choices, value)
    if kind == "file_input":
        if value not in world.files:
            raise NoSuchChoice(f"there is no file {value}")
        world.files[value].given = True
        return file_json(world, world.files[value])
    if "user" in holds and holds.startswith("selected"):
        if (user := world.user(str(value))) is None:
            raise NoSuchChoice(f"there is nobody called {value}")
        return user.id
    if "channel" in holds or "conversation" in holds:
        if (channel := world.channel(str(value))) is None:
            raise NoSuchChoice(f"there is no channel {value}")
        return channel.id
    if kind == "rich_text_input":
        return value if isinstance(value, dict) else rich_text(str(value))[0]
    return value if kind == "datetimepicker" else str(value)


def options_of(element: Json) -> list[Json]:
    """The options of an element or of a suggestion, those in groups too."""
    options = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        options += group.get("options") or ()
    return options


def _option(options: list[Json], value: Any) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    for option in options:
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    offered = ", ".join(str(option.get("value")) for option in options[:20])
    raise NoSuchChoice(f"there is no option {wanted!r}; there are: {offered or 'none'}")


def missing(block: Json, element: Json, state: Json | None) -> str | None:
    """What Slack's own form says before it sends: a required field is empty, or a text does not fit."""
    value = (state or {}).get(HOLDS.get(element["type"], "value"))
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_problem(element, value)
    if isinstance(value, str):
        if len(value) < element.get("min_length", 0):
            return f"Must be at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Must be no more than {element.get('max_length', 3000)} characters."
    most: int = element.get("max_files") or element.get("max_selected_items") or 100
    if isinstance(value, list) and len(value) > most:
        return "Too many items are chosen."
    return None


def _number_problem(element: Json, value: str) -> str | None:
    try:
        number = float(value) if element.get("is_decimal_allowed") else int(value)
    except ValueError:
        return "Please enter a valid number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Must be no more than {element['max_value']}."
    return None
