"""A running playground as another process sees it: where it listens, its secrets, and how to set it up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from bot.errors import BotError


@dataclass(frozen=True, slots=True)
class Worlds:
    """A running playground, as another process sees it."""

    slack_url: str
    openai_url: str
    control_url: str
    credentials: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False, default="")  # without it nobody controls the worlds

    @property
    def page(self) -> str:
        """The address of the page on which people use them."""
        return f"{self.control_url}/?token={self.token}"

    async def tell(self, name: str, said: Mapping[str, object]) -> None:
        """Set something in the Slack world: `manifest`, `settings`."""
        headers = {"X-Playground-Token": self.token}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{self.control_url}/control/{name}", json=dict(said)) as answer,
        ):
            if answer.status != 200:
                raise BotError(f"The playground did not take the {name}: {await answer.text()}")

    def settings(self, *, real_key: bool = False) -> dict[str, str]:
        """The variables that make a bot join it; with a real key only its Slack."""
        made = {
            "SLACK_BOT_TOKEN": self.credentials["bot_token"],
            "SLACK_SIGNING_SECRET": self.credentials["signing_secret"],
            "SLACK_APP_TOKEN": "",
            "SLACK_API_URL": self.slack_url,
        }
        return made if real_key else {**made, "OPENAI_BASE_URL": self.openai_url}
