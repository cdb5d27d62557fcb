"""What can be done about a failure with one click."""

from typing import Any

from bot.errors import BotError, Invalid, KeyRefused, NoConnection
from bot.services.people import Person
from bot.services.runs import Ask
from bot.slack import ids
from bot.slack.blocks import actions, button
from bot.usage import example

Blocks = list[dict[str, Any]]


def connecting(wrong: BotError, person: Person) -> Blocks:
    """A button that opens the form for an account, where one is missing and this person may add it."""
    if isinstance(wrong, NoConnection | KeyRefused) and person.admin:
        return [button("Connect an account", ids.OPEN, "connect/add")]
    return []


def remedy(wrong: BotError, person: Person, ask: Ask | None = None) -> Blocks:
    """What stands under a failure: a button that helps, and how the request would have been right."""
    if buttons := connecting(wrong, person):
        return [actions(*buttons)]
    if ask is None or not isinstance(wrong, Invalid):
        return []
    value = f"{ask.module.name}/{ask.operation.name}"
    right = f"For example: `/openai {example(ask.module, ask.operation)}`"
    return [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": right}]},
        actions(button("Open the form", ids.OPEN, value)),
    ]
