"""What a person sees, and what there is: messages, views, people, channels; may wait for something new."""

from bot.playground.slack import views
from bot.playground.slack.control_ask import Ask, ImpossibleError, shown
from bot.playground.slack.elements import by_block
from bot.playground.slack.live import blocks_of, state_of, text_of
from bot.playground.slack.messages import file_json
from bot.playground.slack.plain import message_text, view_text
from bot.playground.slack.state import Channel, Json, Message, View
from bot.playground.slack.world import World

LONGEST_WAIT = 60.0  # seconds that one request may wait for news


async def see(ask: Ask) -> Json:
    """A channel as it lies open before the person, or one thread of it; and the agent's session there."""
    channel, user = ask.channel(), ask.person()
    await _news(ask)
    root = ask.root(channel)
    told = []
    for message in shown(channel, user):
        if root is None:
            here = message.thread_ts in {None, message.ts} or message.subtype == "thread_broadcast"
        else:
            here = root in {message.thread_ts, message.ts}
        if here:
            told.append(message_json(ask.world, message))
    return _versioned(ask, {"channel": channel.id, "messages": told, "session": _session(ask, channel, root)})


async def open_views(ask: Ask) -> Json:
    """The stack of modals before the person, the topmost last."""
    user = ask.person()
    await _news(ask)
    stack = ask.world.stacks.get(user.id, [])
    return _versioned(ask, {"stack": [view_json(ask.world, view) for view in stack]})


async def home(ask: Ask) -> Json:
    """The person's Home tab, null before the app has published one."""
    user = ask.person()
    await _news(ask)
    view = ask.world.homes.get(user.id)
    return _versioned(ask, {"view": None if view is None else view_json(ask.world, view)})


async def people(ask: Ask) -> Json:
    """Everybody."""
    told = [
        {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name,
            "team": user.team_id,
            "admin": user.is_admin,
            "guest": user.is_restricted,
            "stranger": user.is_stranger,
            "bot": user.is_bot,
        }
        for user in ask.world.users.values()
    ]
    return {"people": told, "bot_user_id": ask.world.bot_user_id}


async def channels(ask: Ask) -> Json:
    """Every channel, or those that `user` is in."""
    user = ask.person() if ask.text("user") else None
    told = [
        {
            "id": channel.id,
            "name": channel.name,
            "team": channel.team_id,
            "kind": channel.kind,
            "shared": channel.shared,
            "members": sorted(channel.members),
            "latest": next(reversed(channel.messages), ""),
        }
        for channel in ask.world.channels.values()
        if user is None or user.id in channel.members
    ]
    return {"channels": told}


def message_json(world: World, message: Message) -> Json:
    """A message with what a person reads of it; `streaming` while it is live."""
    stream = message.stream
    return {
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user,
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "author": message.username or world.users[message.user].name,
        "text": text_of(message),
        "plain": message_text(world, message),
        "blocks": blocks_of(message),
        "attachments": message.attachments,
        "values": by_block(message.values),
        "files": [file_json(world, world.files[f]) for f in message.files if f in world.files],
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited is not None,
        "streaming": stream is not None and state_of(world, stream) == "streaming",
        "reactions": message.reactions,
        "replies": len(world.channels[message.channel].replies.get(message.ts, ())),
    }


def view_json(world: World, view: View) -> Json:
    """A view with its values, what a person reads of it, and the errors shown under fields."""
    told = views.as_json(world, view)
    return told | {"plain": view_text(world, view.body, view.values), "errors": view.errors}


def _session(ask: Ask, channel: Channel, root: str | None) -> Json | None:
    if (session := ask.world.sessions.get((channel.id, root or ""))) is None:
        return None
    lasting = ask.world.clock.now() < session.until
    status = session.status if lasting else ""
    state = session.state if lasting or session.state != "processing" else "active"
    told = {"state": state, "title": session.title, "status": status}
    return told | {"loading": session.loading if status else [], "prompts": session.prompts}


async def _news(ask: Ask) -> None:
    """Wait until something is newer than version `since`, up to `seconds`."""
    if not ask.text("since"):
        return
    try:
        since, seconds = int(ask.text("since")), float(ask.text("seconds", "20"))
    except ValueError:
        raise ImpossibleError("since and seconds must be numbers") from None
    await ask.world.wait_change(since, min(seconds, LONGEST_WAIT))


def _versioned(ask: Ask, told: Json) -> Json:
    return {"version": ask.world.version} | told
