"""The App Home tab and the suggested prompts of the messages tab."""

from collections.abc import Sequence
from typing import Any

from bot.module import Module
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.help import overview
from bot.slack.installations import Installations
from bot.slack.people import People

Body = dict[str, Any]
PROMPTS = (
    ("Explain something", "Explain how vaccines work, in five sentences."),
    ("Improve a text", "Make this shorter and friendlier: "),
    ("Plan something", "Plan a one-hour kick-off meeting for a new project."),
)


class Home:
    """Shows what the bot can do and which connections there are."""

    def __init__(
        self,
        modules: Sequence[Module],
        slack: Slack,
        installations: Installations,
        people: People,
        connecting: Connecting,
    ) -> None:
        self._modules = modules
        self._slack = slack
        self._installations = installations
        self._people = people
        self._connecting = connecting

    async def opened(self, event: Body, workspace: str) -> None:
        """Somebody opened the home or the messages tab."""
        token = self._installations.token(workspace)
        if event.get("tab") == "messages":
            prompts = [{"title": title, "message": text} for title, text in PROMPTS]
            try:
                await self._slack.call(
                    "assistant.threads.setSuggestedPrompts",
                    token,
                    workspace=workspace,
                    channel_id=event["channel"],
                    prompts=prompts,
                )
            except SlackFailure as wrong:
                if wrong.kind != "permanent":
                    raise
            return
        person = await self._people.person(workspace, event["user"])
        view = {"type": "home", "blocks": [*await self._connections(person), *overview(self._modules)]}
        await self._slack.call("views.publish", token, workspace=workspace, user_id=event["user"], view=view)

    async def _connections(self, person: Person) -> list[Body]:
        if not person.enters:
            return []
        linked = await Desk(self._connecting, person).all()
        if linked:
            lines = [
                f"• {each.name} `{each.key_hint}`{' (default)' if each.default else ''}" for each in linked
            ]
            text = "*Connections*\n" + "\n".join(lines)
        else:
            text = "*No OpenAI connection yet.* A workspace admin can add one with `/openai connect`."
        return [{"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}, {"type": "divider"}]
