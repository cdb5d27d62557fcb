"""What happens in a workspace, as the events that Slack makes of it."""

import re
from typing import TYPE_CHECKING

from bot.playground.slack.messages import as_json

if TYPE_CHECKING:
    from bot.playground.slack.state import Channel, Json, Message
    from bot.playground.slack.world import World

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")


def posted(world: "World", message: "Message") -> None:
    """A message was posted: `message`, and `app_mention` when a person names somebody in it."""
    channel = world.channels[message.channel]
    event = as_json(world, message) | _where(channel, message.ts) | _from(world, channel, message)
    world.emit(channel.team_id, event, channel)
    if message.bot_id is not None or channel.kind == "im":
        return
    if _MENTION.search(message.text):
        mention = event | {"type": "app_mention"}
        # Files are told with the message event only.
        for absent in ("subtype", "channel_type", "files", "upload"):
            mention.pop(absent, None)
        world.emit(channel.team_id, mention, channel)


def changed(world: "World", before: "Json", message: "Message") -> None:
    """A message was edited; `before` is how it was told until then."""
    channel = world.channels[message.channel]
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": world.new_ts()}
    event |= {"message": as_json(world, message), "previous_message": before}
    world.emit(channel.team_id, event | _where(channel, str(event["ts"])), channel)


def deleted(world: "World", channel: "Channel", before: "Json") -> None:
    """A message was deleted; `before` is how it was told."""
    ts = world.new_ts()
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts}
    event |= {"deleted_ts": before["ts"], "previous_message": before}
    world.emit(channel.team_id, event | _where(channel, ts), channel)


def joined(world: "World", channel: "Channel", user: str, inviter: str | None) -> None:
    """Somebody, perhaps the bot, became a member."""
    event = {"type": "member_joined_channel", "user": user, "channel": channel.id, "team": channel.team_id}
    event |= {"channel_type": "C" if channel.kind == "channel" else "G", "event_ts": world.new_ts()}
    world.emit(channel.team_id, event | ({"inviter": inviter} if inviter else {}), channel)


def reacted(world: "World", message: "Message", user: str, name: str, kind: str) -> None:
    """A reaction was put on a message or taken away: `reaction_added` or `reaction_removed`."""
    channel = world.channels[message.channel]
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
    world.emit(channel.team_id, event | {"event_ts": world.new_ts()}, channel)


def _where(channel: "Channel", ts: str) -> "Json":
    return {"channel": channel.id, "channel_type": channel.kind, "event_ts": ts}


def _from(world: "World", channel: "Channel", message: "Message") -> "Json":
    home = world.users[message.user].team_id
    if home == channel.team_id:
        return {}
    return {"user_team": home, "source_team": home}
