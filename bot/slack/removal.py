"""The bot is removed from a workspace, or its token is revoked."""

from typing import Any

from bot.logs import log
from bot.services.leaving import Leaving
from bot.slack.installations import Installations

#: Slack sends one or both, in any order.
REVOKED = ("app_uninstalled", "tokens_revoked")


class Removal:
    """Ends what there is with a workspace."""

    def __init__(self, installations: Installations, leaving: Leaving) -> None:
        self._installations = installations
        self._leaving = leaving

    async def handle(self, event: dict[str, Any], workspace: str) -> None:
        """One of the two events; `tokens_revoked` counts when it names the bot's own token."""
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        await self._leaving.leave(workspace)
        self._installations.revoked(workspace)
        log("workspace.left", workspace=workspace)
