"""The app as Slack keeps it: credentials, what its manifest says, and where it is installed."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Install:
    """The app in one workspace, with the bot's token and what it may do."""

    team_id: str
    bot_token: str
    bot_id: str
    bot_user_id: str
    scopes: set[str]
    status: Literal["active", "token_revoked", "account_inactive"] = "active"


@dataclass(slots=True)
class App:
    """The app's own page at Slack: credentials, and what its manifest says."""

    id: str
    name: str
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    app_token: str
    scopes: set[str]
    events: set[str]
    commands: list[str]  # patterns of fnmatch
    events_url: str | None = None
    socket_mode: bool = True  # a connected socket is used instead of the URL
    agent: bool = True  # the manifest has features.agent_view
    installs: dict[str, Install] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)  # the last one that was given
    process: int | None = None  # where who started the app told it
