"""The choice of who sees what a form brings about, where it is shown outside the form."""

from collections.abc import Mapping
from typing import Any

from bot.module import Operation
from bot.slack.elements import ACTION, menu, option, plain
from bot.slack.form import Form

Json = dict[str, Any]
AUDIENCE = "audience"
ALL, ALONE = "all", "alone"


def audience_input(form: Form, operation: Operation) -> list[Json]:
    """The select; none where the result stands in the form, or where nobody else is."""
    if not operation.spends or not form.channel or form.channel.startswith("D"):
        return []
    alone = operation.private if form.alone is None else form.alone
    element = menu([option("Everyone here", ALL), option("Only me", ALONE)], ALONE if alone else ALL)
    label = plain("Show the result to", 2000)
    return [{"type": "input", "block_id": AUDIENCE, "label": label, "element": element}]


def alone(state: Mapping[str, Mapping[str, Any]]) -> bool | None:
    """Whether the person chose to see it alone; None where there was no choice."""
    said = ((state.get(AUDIENCE) or {}).get(ACTION) or {}).get("selected_option") or {}
    return None if not said else said.get("value") == ALONE
