"""Messages as the Web API and events give them."""

import re
from typing import TYPE_CHECKING, Any

from bot.playground.slack.live import blocks_of, state_of, text_of
from bot.playground.slack.state import Channel, File, Json, Message

if TYPE_CHECKING:
    from bot.playground.slack.world import World

_SPECIAL = re.compile(r"<([@#!]?)([^>|]+)(?:\|([^>]*))?>")


def as_json(world: "World", message: Message, *, all_metadata: bool = True) -> Json:
    """A message with all that Slack tells about it: thread counts, reactions, files, edits."""
    metadata, stream = message.metadata, message.stream
    told: dict[str, Any] = {
        "type": "message",
        "subtype": message.subtype,
        "user": message.user,
        "ts": message.ts,
        "text": text_of(message),
        "client_msg_id": message.client_msg_id,
        "team": world.users[message.user].team_id,
        "blocks": blocks_of(message) or None,
        "attachments": message.attachments or None,
        "edited": message.edited,
        "username": message.username,
        "icons": message.icons,
    }
    if message.bot_id is not None:
        told |= {"bot_id": message.bot_id, "app_id": world.app.id, "bot_profile": bot_profile(world, message)}
    if message.files:
        told |= {"files": [file_json(world, world.files[f]) for f in message.files if f in world.files]}
        told["upload"] = True
    if message.thread_ts is not None:
        told |= _thread(world.channels[message.channel], message)
    if message.reactions:
        told["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    if metadata is not None:
        told["metadata"] = metadata if all_metadata else {"event_type": metadata.get("event_type")}
    if stream is not None:
        live = state_of(world, stream) == "streaming"
        told["streaming_state"] = "in_progress" if live else "completed"
    return {name: value for name, value in told.items() if value is not None}


def _thread(channel: Channel, message: Message) -> Json:
    told: Json = {"thread_ts": message.thread_ts}
    if message.thread_ts != message.ts:
        parent = channel.messages.get(message.thread_ts or "")
        return told | ({"parent_user_id": parent.user} if parent else {})
    replies = channel.replies.get(message.ts, [])
    people = list(dict.fromkeys(channel.messages[ts].user for ts in replies))
    told |= {"reply_count": len(replies), "reply_users_count": len(people), "reply_users": people[:5]}
    if replies:
        told["latest_reply"] = replies[-1]
    return told | {"is_locked": False, "subscribed": False}


def bot_profile(world: "World", message: Message) -> Json:
    """Who a bot's message is from."""
    return {
        "id": message.bot_id,
        "app_id": world.app.id,
        "name": world.app.name,
        "deleted": False,
        "team_id": world.users[message.user].team_id,
    }


def file_json(world: "World", file: File) -> Json:
    """A file object; the addresses need the bot's token."""
    base = f"{world.url}/files-pri/{file.team_id}-{file.id}"
    public = {c: t for c, t in file.channels.items() if world.channels[c].kind == "channel"}
    private = {c: t for c, t in file.channels.items() if world.channels[c].kind != "channel"}
    shares = {
        kind: {c: [{"ts": ts} for ts in stamps] for c, stamps in places.items()}
        for kind, places in (("public", public), ("private", private))
        if places
    }
    return {
        "id": file.id,
        "created": int(file.created),
        "timestamp": int(file.created),
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.filetype.upper(),
        "user": file.user,
        "user_team": file.team_id,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(public),
        "file_access": "visible",
        "alt_txt": file.alt_txt or "",
        "url_private": f"{base}/{file.name}",
        "url_private_download": f"{base}/download/{file.name}",
        "permalink": f"{world.url}/files/{file.user}/{file.id}/{file.name}",
        "channels": sorted(public),
        "groups": sorted(c for c in private if world.channels[c].kind != "im"),
        "ims": sorted(c for c in private if world.channels[c].kind == "im"),
        "shares": shares,
    }


def rich_text(text: str) -> list[Json]:
    """The blocks that Slack's composer makes of what a person types: words, mentions and links."""
    parts: list[Json] = []
    end = 0
    for found in _SPECIAL.finditer(text):
        if found.start() > end:
            parts.append({"type": "text", "text": unescaped(text[end : found.start()])})
        sign, target, label = found.groups()
        if sign == "@":
            parts.append({"type": "user", "user_id": target})
        elif sign == "#":
            parts.append({"type": "channel", "channel_id": target})
        elif sign == "!":
            parts.append({"type": "broadcast", "range": target})
        else:
            parts.append({"type": "link", "url": target} | ({"text": label} if label else {}))
        end = found.end()
    if end < len(text):
        parts.append({"type": "text", "text": unescaped(text[end:])})
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}]


def unescaped(text: str) -> str:
    """Text as it is read: Slack writes the three characters of its markup as entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
