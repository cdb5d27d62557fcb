"""Web API methods that read and join channels."""

from bot.playground.slack import events
from bot.playground.slack.messages import as_json as message_json
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.places import SCOPE_OF, as_json, page, readable, seen, visible
from bot.playground.slack.state import Channel, Json, Message
from bot.playground.slack.world import World

_KIND_OF = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


@method("conversations.info")
async def info(call: Call) -> Json:
    """One channel."""
    channel = seen(call)
    call.needs(f"{SCOPE_OF[channel.kind]}:read")
    told = as_json(call.world, channel, call.install.bot_user_id)
    if not call.flag("include_num_members"):
        told.pop("num_members", None)
    return {"channel": told}


@method("conversations.list")
async def list_channels(call: Call) -> Json:
    """The channels that the bot can see."""
    kinds = _kinds(call)
    shown = [
        as_json(call.world, channel, call.install.bot_user_id)
        for channel in call.world.channels.values()
        if channel.kind in kinds
        and visible(channel, call.install.bot_user_id, call.team)
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    channels, following = page(call, shown)
    return {"channels": channels, "response_metadata": following}


@method("users.conversations")
async def of_user(call: Call) -> Json:
    """The channels that a user is in, the bot itself unless one is named, as far as the bot sees them."""
    kinds, bot = _kinds(call), call.install.bot_user_id
    user = call.text("user") or bot
    if user not in call.world.users:
        raise Refusal("user_not_found")
    shown = [
        as_json(call.world, channel, bot)
        for channel in call.world.channels.values()
        if channel.kind in kinds and user in channel.members and visible(channel, bot, call.team)
    ]
    channels, following = page(call, shown)
    return {"channels": channels, "response_metadata": following}


@method("conversations.members")
async def members(call: Call) -> Json:
    """Who is in a channel."""
    channel = seen(call)
    call.needs(f"{SCOPE_OF[channel.kind]}:read")
    listed, following = page(call, [{"id": member} for member in sorted(channel.members)])
    return {"members": [member["id"] for member in listed], "response_metadata": following}


@method("conversations.history")
async def history(call: Call) -> Json:
    """Messages of a channel, the newest first; replies stay in their threads."""
    channel = readable(call)
    within = [
        message
        for message in reversed(channel.messages.values())
        if _top(message) and _between(call, message.ts)
    ]
    return _messages(call, within) | {"pin_count": 0}


@method("conversations.replies")
async def replies(call: Call) -> Json:
    """A thread, its first message first."""
    channel = readable(call)
    ts = call.required("ts")
    if (parent := channel.messages.get(ts)) is None:
        raise Refusal("thread_not_found")
    root = parent.thread_ts or ts
    answers = [channel.messages[answer] for answer in channel.replies.get(root, [])]
    within = [message for message in answers if _between(call, message.ts)]
    return _messages(call, [channel.messages[root], *within])


@method("conversations.open", "im:write")
async def open_direct(call: Call) -> Json:
    """The direct messages with one person, made when not there."""
    if call.text("channel"):
        channel = seen(call)
    else:
        users = [user for user in call.required("users").split(",") if user]
        if len(users) != 1:
            raise Refusal("method_not_supported_for_channel_type")
        user = call.world.users.get(users[0])
        if user is None or user.team_id != call.team:
            raise Refusal("user_not_found")
        if user.id == call.install.bot_user_id:
            raise Refusal("cannot_dm_bot")
        channel = call.world.direct(user.id, call.install.bot_user_id)
    if call.flag("return_im"):
        return {"channel": as_json(call.world, channel, call.install.bot_user_id)}
    return {"channel": {"id": channel.id}}


@method("conversations.join", "channels:join")
async def join(call: Call) -> Json:
    """Become a member of a public channel."""
    channel, bot = seen(call), call.install.bot_user_id
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    admit(call.world, channel, bot, None)
    return {"channel": as_json(call.world, channel, bot)}


def admit(world: World, channel: Channel, user: str, inviter: str | None) -> None:
    """Make somebody a member and tell the app, once."""
    if user not in channel.members:
        channel.members.add(user)
        world.changed()
        events.joined(world, channel, user, inviter)


def _kinds(call: Call) -> set[str]:
    wanted = [t for t in call.text("types", "public_channel").replace(" ", "").split(",") if t]
    if any(kind not in _KIND_OF for kind in wanted):
        raise Refusal("invalid_types")
    for kind in wanted:
        call.needs(f"{SCOPE_OF[_KIND_OF[kind]]}:read")
    return {_KIND_OF[kind] for kind in wanted}


def _top(message: Message) -> bool:
    return message.thread_ts in {None, message.ts} or message.subtype == "thread_broadcast"


def _between(call: Call, ts: str) -> bool:
    oldest, latest = call.text("oldest", "0"), call.text("latest")
    try:
        since, until, moment = float(oldest or 0), float(latest or "inf"), float(ts)
    except ValueError:
        raise Refusal("invalid_ts_oldest" if not latest else "invalid_ts_latest") from None
    if call.flag("inclusive"):
        return since <= moment <= until
    return since < moment < until


def _messages(call: Call, found: list[Message]) -> Json:
    full = call.flag("include_all_metadata")
    told = [message_json(call.world, message, all_metadata=full) for message in found]
    listed, following = page(call, told)
    more = bool(following["next_cursor"])
    return {"messages": listed, "has_more": more} | ({"response_metadata": following} if more else {})
