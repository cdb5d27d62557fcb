"""Views in Slack: opened, put over others, and replaced while they are open."""

from typing import Any

from bot.errors import BotError
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.places import Where

Json = dict[str, Any]
#: What Slack says of a trigger that came after its three seconds, or was used.
LATE = {"expired_trigger_id", "trigger_expired", "trigger_exchanged", "exchanged_trigger_id"}
#: The view was changed or closed meanwhile: there is nothing to be shown any more.
PASSED = {"hash_conflict", "not_found"}


class Views:
    """Shows modals."""

    def __init__(self, slack: Slack, installations: Installations) -> None:
        self._slack = slack
        self._installations = installations

    async def open(self, where: Where, view: Json) -> None:
        """Open a view by what a person just did, in place of the one in which they did it.

        Raises BotError where that is too long ago.
        """
        if where.view and await self.replace(where.workspace, where.view, view):
            return
        await self._triggered("views.open", where, view)

    async def push(self, where: Where, view: Json) -> None:
        """Put a view over the one in which a person just did something. Raises BotError as `open`."""
        await self._triggered("views.push", where, view)

    async def replace(self, workspace: str, view_id: str, view: Json, hash_: str | None = None) -> bool:
        """Show another view in place of an open one; False where it was closed, or changed since `hash_`."""
        try:
            await self._call("views.update", workspace, view_id=view_id, hash=hash_, view=view)
        except SlackFailure as wrong:
            if wrong.error not in PASSED:
                raise
            return False
        return True

    async def _triggered(self, method: str, where: Where, view: Json) -> None:
        try:
            await self._call(method, where.workspace, trigger_id=where.trigger, view=view)
        except SlackFailure as wrong:
            if wrong.error not in LATE:
                raise
            raise BotError("The form could not be opened in time. Please try again.") from None

    async def _call(self, method: str, workspace: str, **args: Any) -> None:
        token = self._installations.token(workspace)
        await self._slack.call(method, token, workspace=workspace, urgent=True, **args)
