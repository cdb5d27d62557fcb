"""What is set for the whole world: the app's manifest, how it is reached, limits, the clock."""

from bot.playground.slack.control_ask import Ask, ImpossibleError
from bot.playground.slack.rates import Rates
from bot.playground.slack.state import Json

_SWITCHES = ("socket_mode", "agent")


async def credentials(ask: Ask) -> Json:
    """What the app needs to join this world."""
    app, install = ask.world.app, ask.world.install()
    return {
        "app_id": app.id,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "signing_secret": app.signing_secret,
        "app_token": app.app_token,
        "bot_token": install.bot_token,
        "bot_user_id": install.bot_user_id,
        "team_id": install.team_id,
    }


async def manifest(ask: Ask) -> Json:
    """Give the app another manifest: name, commands, scopes, events, whether it is an agent."""
    app, given = ask.world.app, ask.given.get("manifest")
    if not isinstance(given, dict):
        raise ImpossibleError("manifest must be an object")
    features, settings = given.get("features") or {}, given.get("settings") or {}
    app.manifest = given
    app.name = (given.get("display_information") or {}).get("name") or app.name
    app.commands = [command["command"] for command in features.get("slash_commands") or ()]
    app.agent = "agent_view" in features
    app.socket_mode = bool(settings.get("socket_mode_enabled", app.socket_mode))
    app.events = set((settings.get("event_subscriptions") or {}).get("bot_events") or ())
    scopes = (given.get("oauth_config") or {}).get("scopes") or {}
    app.scopes = {*(scopes.get("bot") or ()), *(scopes.get("bot_optional") or ())}
    for install in app.installs.values():
        install.scopes = set(app.scopes)
    ask.world.changed()
    return {}


async def app(ask: Ask) -> Json:
    """What people can see of the app: its name, its users, its commands with their hints, its shortcuts."""
    app, world = ask.world.app, ask.world
    features = app.manifest.get("features") or {}
    agent = features.get("agent_view") or {}
    installed = {team: each.bot_user_id for team, each in app.installs.items() if each.status == "active"}
    return {
        "name": app.name,
        "description": (app.manifest.get("display_information") or {}).get("description", ""),
        "installed": installed,
        "commands": features.get("slash_commands") or [],
        "shortcuts": features.get("shortcuts") or [],
        "agent": app.agent,
        "about": agent.get("agent_description", ""),
        "prompts": agent.get("suggested_prompts") or [],
        "teams": {team.id: team.name for team in world.teams.values()},
        "killable": app.process is not None,
        "version": world.version,
    }


async def settings(ask: Ask) -> Json:
    """Change: events_url, socket_mode, agent, honours_client_msg_id, rates (a scale; null is no limits).

    And process: the app's, which may then be killed over act/kill; null when it is known no more.
    """
    world, given = ask.world, ask.given
    known = {"events_url", *_SWITCHES, "honours_client_msg_id", "rates", "process"}
    if unknown := sorted(set(given) - known):
        raise ImpossibleError(
            f"there is no setting {', '.join(unknown)}; there are: {', '.join(sorted(known))}"
        )
    if "events_url" in given:
        world.app.events_url = ask.text("events_url") or None
    for name in _SWITCHES:
        if name in given:
            setattr(world.app, name, bool(given[name]))
    if "honours_client_msg_id" in given:
        world.honours_client_msg_id = bool(given["honours_client_msg_id"])
    if "process" in given:
        world.app.process = None if given["process"] is None else int(given["process"])
        world.changed()
    if "rates" in given:
        scale = given["rates"]
        world.rates = None if scale is None else Rates(world.clock, scale=float(scale))
    return {}


async def refresh(ask: Ask) -> Json:
    """Tell every Socket Mode connection to come anew, as Slack does now and then."""
    return {"disconnected": await ask.deliveries.sockets.disconnect()}


async def clock(ask: Ask) -> Json:
    """Let seconds pass at once."""
    try:
        seconds = float(ask.text("advance", "0"))
    except ValueError:
        raise ImpossibleError("advance must be a number of seconds") from None
    ask.world.clock.advance(seconds)
    ask.world.changed()  # streams and status lines may have run out
    return {"now": ask.world.clock.now()}
