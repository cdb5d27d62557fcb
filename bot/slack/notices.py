"""The message that a model which a channel uses goes away."""

from bot.services.stories import Body, Notice
from bot.slack import ids
from bot.slack.blocks import actions, button
from bot.slack.text import for_mrkdwn


def notice(told: Notice) -> Body:
    """When it ends, what could take its place, and a button to move the workspace's choice."""
    left = "tomorrow" if told.days == 1 else f"in {told.days} days"
    head = f"⏳ OpenAI shuts down `{for_mrkdwn(told.model)}` {left}, on {told.ends:%Y-%m-%d}."
    lines = [f"*{head}* It was used in this channel lately; after that day requests for it fail."]
    if told.instead:
        lines.append(f"The newest of its kind that your account has is `{for_mrkdwn(told.instead)}`.")
    if told.kinds:
        kinds = " and ".join(told.kinds)
        lines.append(f"It is what this workspace uses where no {kinds} model is named.")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)}}]
    return {"text": head, "blocks": [*blocks, actions(button("Move the default", ids.OPEN, "admin/model"))]}
