"""What can be done about a failure with one click."""

from typing import Any

from bot.errors import BotError, Invalid, KeyRefused, NoConnection
from bot.services.people import Person
from bot.services.runs import Ask
from bot.slack import ids
from bot.slack.blocks import actions, button
from bot.slack.followups import after_failure
from bot.usage import example

Blocks = list[dict[str, Any]]


def connecting(wrong: BotError, person: Person) -> Blocks:
    """A button that opens the form for an account, where one is missing and this person may add it."""
    if isinstance(wrong, NoConnection | KeyRefused) and person.admin:
        return [button("Connect an account", ids.OPEN, "connect/add")]
    return []


def remedy(wrong: BotError, person: Person, ask: Ask | None = None) -> Blocks:
    """What stands under a failure: buttons that help, and how the request would have been right."""
    buttons = connecting(wrong, person)
    if ask is None:
        return [actions(*buttons)] if buttons else []
    if wrong.run:
        buttons += after_failure(wrong, wrong.run, ask.operation)
    if not isinstance(wrong, Invalid):
        return [actions(*buttons)] if buttons else []
    right = f"For example: `/openai {example(ask.module, ask.operation)}`"
    buttons = buttons or [button("Open the form", ids.OPEN, f"{ask.module.name}/{ask.operation.name}")]
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": right}]}, actions(*buttons)]
