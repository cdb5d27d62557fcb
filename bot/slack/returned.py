"""What becomes of a message that Slack will not take: the one for whom it was is told directly."""

from collections.abc import Callable

from bot.slack.caller import Json, Slack
from bot.slack.failures import SlackFailure
from bot.store import Letter

#: Beside a message in the outbox: for whom it is. Slack does not get it.
FOR = "for"


async def returned(slack: Slack, token_of: Callable[[str], str], letter: Letter, error: str) -> Json | None:
    """The letter that says so, as the outbox takes it; None where nobody is named or can be reached."""
    user = letter.body.get(FOR)
    if user is None:
        return None
    try:
        token = token_of(letter.workspace)
        opened = await slack.call("conversations.open", token, workspace=letter.workspace, users=user)
    except (KeyError, SlackFailure):  # who cannot be reached cannot be told
        return None
    direct = str(opened["channel"]["id"])
    if direct == letter.channel:
        return None
    text = f"I could not post in <#{letter.channel}> what you asked for ({error})."
    return {"stream": f"{direct}/", "channel": direct, "body": {"text": text}}
