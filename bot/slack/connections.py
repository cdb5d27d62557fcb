"""The Connection select that every form of the API ends with; its last option adds one."""

from collections.abc import Sequence
from typing import Any

from bot.slack.elements import menu, option, plain
from bot.slack.form import Form

Json = dict[str, Any]
CONNECTION, LINK = "connection", "form.connection"
#: The value of the last option; no id looks like it.
ADD_ONE = "+"
#: The operation whose form adds a connection.
ADDING = ("connect", "add")
LAST = "Add a connection…"


def connection_block(form: Form) -> str:
    """The block of the select; a client keeps what was chosen in one, so another choice needs another."""
    return f"{CONNECTION}.{form.chosen}" if form.chosen else CONNECTION


def connection_input(form: Form, connections: Sequence[tuple[str, str]], chosen: str | None) -> Json:
    """The select of (id, name)s; the chosen one is named by either."""
    options = [option(name, number) for number, name in connections]
    named = next((number for number, name in connections if chosen in (number, name)), None)
    # One that is not there is not replaced by another: the person chooses.
    element = menu([*options, option(LAST, ADD_ONE)], options[0]["value"] if chosen is None else named)
    return {
        "type": "input",
        "block_id": connection_block(form),
        "dispatch_action": True,
        "label": plain("Connection", 2000),
        "element": element | {"action_id": LINK},
    }
