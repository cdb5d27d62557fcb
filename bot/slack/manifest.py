"""The app's manifest, made from the modules: what Slack has to know of the bot before it can be installed."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bot.module import Module
from bot.slack.home import PROMPTS
from bot.slack.shortcuts import declared
from bot.usage import COMMAND, usage

Json = dict[str, Any]
NAME = "Patchbay"
COLOR = "#1d3b36"
DESCRIPTION = "Every OpenAI module in Slack: commands, forms, and threads that remember"
ABOUT = (
    "Answers questions in threads and remembers what was said there, over your workspace's own OpenAI "
    "accounts. Answers are written by AI and can be wrong."
)
#: Where the bot receives what Slack sends over HTTP.
PATH = "/slack/events"

#: What the bot may do, each with its reason.
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hears that it is mentioned",
    "channels:history": "reads a thread that it joins late, and replies in threads that it is in",
    "chat:write": "answers",
    "commands": "offers /openai and the shortcuts",
    "files:read": "looks at pictures and files that people give it",
    "files:write": "gives files back",
    "groups:history": "as channels:history, in private channels",
    "im:history": "hears what people write to it directly",
    "im:write": "tells one person something where no channel allows it",
    "mpim:history": "as channels:history, in group messages",
    "users:read": "knows admins, guests and people of other organizations, who may do different things",
}
#: What an app with an agent view needs besides.
AGENT_SCOPES: Mapping[str, str] = {"assistant:write": "has a place of its own beside people's work"}

#: What the bot wants to be told, each with its reason.
EVENTS: Mapping[str, str] = {
    "app_home_opened": "shows what it can do",
    "app_mention": "answers a mention, also where it is not a member yet",
    "app_uninstalled": "forgets the workspace's secrets at once",
    "message.channels": "answers in threads that it is in, and follows what is edited and deleted there",
    "message.groups": "the same in private channels",
    "message.im": "answers direct messages",
    "message.mpim": "the same as in channels, in group messages",
    "tokens_revoked": "as app_uninstalled",
}
AGENT_EVENTS: Mapping[str, str] = {"agent_session_stopped": "stops an answer when somebody presses Stop"}


def manifest(
    modules: Sequence[Module], *, agent: bool = True, socket: bool = False, url: str | None = None
) -> Json:
    """The manifest as JSON.

    Without `agent` also guests can use the app. `url` is the bot's public address for requests over HTTP;
    with `socket` Slack needs none.
    """
    at = None if socket or not url else url.rstrip("/").removesuffix(PATH) + PATH
    features: Json = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "shortcuts": declared(modules),
        "slash_commands": [{**each, "url": at} if at else each for each in _commands(modules)],
    }
    if agent:
        prompts = [{"title": title, "message": text} for title, text in PROMPTS]
        features["agent_view"] = {"agent_description": ABOUT, "suggested_prompts": prompts}
    return {
        "display_information": {"name": NAME, "description": DESCRIPTION, "background_color": COLOR},
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted({**SCOPES, **(AGENT_SCOPES if agent else {})})}},
        "settings": {
            "event_subscriptions": {
                **({"request_url": at} if at else {}),
                "bot_events": sorted({**EVENTS, **(AGENT_EVENTS if agent else {})}),
            },
            "interactivity": {
                "is_enabled": True,
                **({"request_url": at, "message_menu_options_url": at} if at else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _commands(modules: Sequence[Module]) -> list[Json]:
    general = {
        "command": COMMAND,
        "description": "Everything that I can do",
        "usage_hint": f"[{' | '.join(each.name for each in modules)}] [words] [--help]",
        "should_escape": True,
    }
    return [general, *map(_command, modules)]


def _command(module: Module) -> Json:
    hint = usage(module, module.operations[0]).removeprefix(module.name).strip()
    return {
        "command": f"{COMMAND}-{module.name}",
        "description": module.summary,
        "usage_hint": f"{hint} [--help]".strip(),
        "should_escape": True,
    }


def shown(made: Json) -> str:
    """A manifest as the text of manifest.json."""
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
