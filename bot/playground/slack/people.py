"""The people and places that a new playground workspace starts with."""

import secrets

from bot.playground.clock import Clock
from bot.playground.slack.app import App, Install
from bot.playground.slack.state import Channel, Team, User
from bot.playground.slack.world import World

HOME, OTHER, STRANGE = "T0PATCHBAY", "T0OTHER", "T0STRANGE"

# What an app of this kind asks for (the bot's own manifest can be put in its place over the control API).
SCOPES = (
    "app_mentions:read assistant:write chat:write commands im:history im:read im:write channels:history "
    "channels:read groups:history groups:read mpim:history mpim:read files:read files:write "
    "reactions:read reactions:write users:read team:read"
)
EVENTS = (
    "app_home_opened app_context_changed app_mention message.im message.channels message.groups message.mpim "
    "agent_session_stopped agent_session_title_changed app_uninstalled tokens_revoked member_joined_channel"
)


def new_world(clock: Clock | None = None) -> World:
    """Patchbay Playground with its people, channels and the app installed; a second workspace without it."""
    clock = clock or Clock()
    world = World(clock, _app(), Team(HOME, "Patchbay Playground", "patchbay-playground"))
    world.teams[OTHER] = Team(OTHER, "Other Workspace", "other-workspace")
    world.teams[STRANGE] = Team(STRANGE, "Olga's Organization", "olgas-organization")
    for person in (
        User("U0ADA", "ada", "Ada Admin", HOME, is_admin=True),
        User("U0BEN", "ben", "Ben Member", HOME),
        User("U0CLEO", "cleo", "Cleo Member", HOME),
        User("U0GUS", "gus", "Gus Guest", HOME, is_restricted=True),
        User("U0OLGA", "olga", "Olga Stranger", STRANGE, is_stranger=True),
        User("U0OTTO", "otto", "Otto Admin", OTHER, is_admin=True),
        User("USLACKBOT", "slackbot", "Slackbot", HOME, is_bot=True),
    ):
        world.users[person.id] = person
    bot = install(world, HOME).bot_user_id
    _place(world, "C0GENERAL", "general", {"U0ADA", "U0BEN", "U0CLEO", "U0GUS", bot})
    _place(world, "C0RANDOM", "random", {"U0ADA", "U0BEN", "U0CLEO"})
    _place(world, "C0PARTNERS", "partners", {"U0ADA", "U0OLGA"}).shared = True
    _place(world, "G0SECRETS", "secrets", {"U0BEN", "U0CLEO"}).kind = "group"
    _place(world, "C0OTHER", "other-general", {"U0OTTO"}, OTHER)
    for name in ("U0ADA", "U0BEN", "U0CLEO", "U0GUS"):
        world.direct(name)
    return world


def install(world: World, team: str) -> Install:
    """Install the app in a workspace: a bot user there and a token; again gives a new token."""
    previous = world.app.installs.get(team)
    if previous is None:
        bot_id, user_id = world.new_id("B"), world.new_id("U")
        world.users[user_id] = User(user_id, world.app.name.lower(), world.app.name, team, is_bot=True)
    else:
        bot_id, user_id = previous.bot_id, previous.bot_user_id
        world.tokens.pop(previous.bot_token, None)
    token = f"xoxb-{secrets.randbelow(10**12):012d}-{secrets.token_hex(12)}"
    made = Install(team, token, bot_id, user_id, set(world.app.scopes))
    world.app.installs[team] = world.tokens[token] = made
    return made


def _place(world: World, name_id: str, name: str, members: set[str], team: str = HOME) -> Channel:
    channel = Channel(name_id, name, team, members=members, created=int(world.clock.now()))
    world.channels[name_id] = channel
    return channel


def _app() -> App:
    return App(
        id="A0PATCHBAY",
        name="Patchbay",
        client_id=f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**12):012d}",
        client_secret=secrets.token_hex(16),
        signing_secret=secrets.token_hex(16),
        verification_token=secrets.token_urlsafe(18),
        app_token=f"xapp-1-A0PATCHBAY-{secrets.randbelow(10**12):012d}-{secrets.token_hex(16)}",
        scopes=set(SCOPES.split()),
        events=set(EVENTS.split()),
        commands=["/openai", "/openai-*"],
    )
