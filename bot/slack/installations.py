"""Which workspaces the bot is in, with which token; Bolt's authorize reads it without asking Slack."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from bot.errors import SettingsError, Unavailable
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.store import Workspace


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot in one workspace."""

    workspace: str
    name: str
    token: str = field(repr=False)
    bot_user: str
    bot_id: str
    url: str = ""
    enterprise: str | None = None


class Installations(AsyncAuthorize):
    """The workspaces that this process serves; Bolt asks it for each request."""

    def __init__(self, known: Sequence[Installation]) -> None:
        self._known = {each.workspace: each for each in known}

    @property
    def all(self) -> list[Installation]:
        """Every workspace."""
        return list(self._known.values())

    def of(self, workspace: str | None) -> Installation | None:
        """The bot in this workspace, if it is in it."""
        return self._known.get(workspace or "")

    def token(self, workspace: str) -> str:
        """The token to speak with in this workspace."""
        return self._known[workspace].token

    def revoked(self, workspace: str) -> None:
        """The workspace removed the bot: its token is of no more use."""
        self._known.pop(workspace, None)

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, **_: Any
    ) -> AuthorizeResult | None:
        """What Bolt asks for each request: None where the bot is not installed."""
        found = self.of(team_id)
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            team=found.name,
            url=found.url,
            bot_token=found.token,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user,
        )


def stored(workspace: Workspace, token: str) -> Installation:
    """The bot in a workspace whose installation is kept in the store."""
    return Installation(
        workspace.id, workspace.name, token, workspace.bot_user_id or "", workspace.bot_id or ""
    )


async def granted(session: aiohttp.ClientSession, base_url: str, token: str) -> set[str]:
    """The scopes of a token, as Slack names them in a header of every answer; none where it does not."""
    async with session.post(base_url + "auth.test", headers={"Authorization": f"Bearer {token}"}) as answer:
        return {each.strip() for each in answer.headers.get("x-oauth-scopes", "").split(",") if each.strip()}


async def identify(slack: Slack, token: str) -> Installation:
    """Ask Slack whose token this is. Raises SettingsError when Slack refuses it."""
    try:
        said = await slack.call("auth.test", token, workspace="")
    except SlackFailure as wrong:
        if wrong.kind == "permanent":
            raise SettingsError(
                f"SLACK_BOT_TOKEN: Slack refuses this token ({wrong.error}). Install the app again "
                "to the workspace and copy the Bot User OAuth Token from OAuth & Permissions."
            ) from None
        raise Unavailable(f"SLACK_API_URL: Slack does not answer ({wrong.error}).") from None
    return Installation(
        said["team_id"],
        said.get("team", ""),
        token,
        said["user_id"],
        said.get("bot_id", ""),
        said.get("url", ""),
        said.get("enterprise_id"),
    )
