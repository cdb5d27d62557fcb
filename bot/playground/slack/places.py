"""Where a call may read and write: channels as the caller's bot sees them."""

from bot.playground.slack.methods import Call, Refusal, invalid_arguments
from bot.playground.slack.state import Channel, Json
from bot.playground.slack.world import World

#: The scope in front of `:read` and `:history` for each kind of channel.
SCOPE_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def seen(call: Call, name: str = "channel") -> Channel:
    """The channel of an argument, when the bot may know of it; else `channel_not_found`."""
    wanted = call.text(name)
    if not wanted:
        raise invalid_arguments(f"missing required field: {name}")
    channel = call.world.channel(wanted, call.team)
    bot = call.install.bot_user_id
    if channel is None and wanted in call.world.users and not call.world.users[wanted].is_bot:
        channel = call.world.direct(wanted, bot)
    if channel is None or not visible(channel, bot, call.team):
        raise Refusal("channel_not_found")
    return channel


def visible(channel: Channel, user: str, team: str) -> bool:
    """Whether a user of a team can know of the channel at all."""
    return user in channel.members or (channel.kind == "channel" and channel.team_id == team)


def writable(call: Call, name: str = "channel") -> Channel:
    """The channel of an argument, when the bot may post there."""
    channel = seen(call, name)
    if channel.archived:
        raise Refusal("is_archived")
    if call.install.bot_user_id not in channel.members and "chat:write.public" not in call.install.scopes:
        raise Refusal("not_in_channel")
    return channel


def readable(call: Call, name: str = "channel") -> Channel:
    """The channel of an argument, when the bot may read what was said there."""
    channel = seen(call, name)
    call.needs(f"{SCOPE_OF[channel.kind]}:history")
    if call.install.bot_user_id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def thread_root(call: Call, channel: Channel, error: str) -> str | None:
    """The ts of the thread that `thread_ts` names, None without one; a reply's ts means its thread."""
    thread = call.text("thread_ts")
    if not thread:
        return None
    if (parent := channel.messages.get(thread)) is None:
        raise Refusal(error)
    return parent.thread_ts or parent.ts


def as_json(world: World, channel: Channel, user: str) -> Json:
    """A channel object as conversations.info gives it to a user."""
    told: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_private": channel.kind != "channel",
        "is_org_shared": False,
        "is_ext_shared": channel.shared,
        "is_shared": channel.shared,
        "context_team_id": channel.team_id,
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        other = next((m for m in sorted(channel.members) if m != user), user)
        return told | {"user": other, "is_user_deleted": False, "is_open": True}
    creator = min(channel.members, default="")
    empty = {"value": "", "creator": "", "last_set": 0}
    return told | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": channel.id == "C0GENERAL",
        "is_member": user in channel.members,
        "creator": creator,
        "num_members": len(channel.members),
        "topic": empty,
        "purpose": empty,
        "previous_names": [],
        "shared_team_ids": sorted({world.users[m].team_id for m in channel.members}),
    }


def page(call: Call, items: list[Json], default: int = 100, most: int = 1000) -> tuple[list[Json], Json]:
    """One page of a list and the metadata that leads to the next; the cursor is a position."""
    limit = call.number("limit", default)
    if not 1 <= limit <= most:
        raise Refusal("invalid_limit")
    cursor = call.text("cursor")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdigit()):
        raise Refusal("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    end = start + limit
    following = f"next:{end}" if end < len(items) else ""
    return items[start:end], {"next_cursor": following}
