"""What a person does in the workspace itself: says, edits, deletes, reacts, uploads, invites, stops."""

import base64
import binascii
import re
import uuid

from bot.playground.slack import events, files, interactions, people
from bot.playground.slack.api_conversations import admit
from bot.playground.slack.control_ask import Ask, ImpossibleError
from bot.playground.slack.live import state_of
from bot.playground.slack.messages import as_json, rich_text
from bot.playground.slack.removal import remove
from bot.playground.slack.state import Json, Message
from bot.playground.slack.world import World

_MARKUP = re.compile(r"<[@#!][^<>\s]+>|<https?://[^<>\s]+>|(https?://[^\s<>]*[^\s<>.,;:!?)\]}'\"])")


async def message(ask: Ask) -> Json:
    """Say something."""
    world, user, channel = ask.world, ask.person(), ask.own_channel()
    if channel.archived:
        raise ImpossibleError(f"channel: #{channel.name} is archived")
    with_app = any(install.bot_user_id in channel.members for install in world.app.installs.values())
    if channel.kind == "im" and with_app and user.is_restricted and world.app.agent:
        raise ImpossibleError(f"user: {user.name} is a guest, and guests cannot write to an agent")
    text = typed(world, ask.text("text"))
    said = Message(world.new_ts(), channel.id, user.id, text, rich_text(text) if text else [])
    said.client_msg_id, said.thread_ts = str(uuid.uuid4()), ask.root(channel)
    for file_id in ask.listed("files"):
        if (file := world.files.get(file_id)) is None or file.user != user.id:
            raise ImpossibleError(f"files: {user.name} has uploaded no file {file_id}")
        said.files.append(file.id)
    if not text and not said.files:
        raise ImpossibleError("text: nothing is said and no file sent")
    for file_id in said.files:
        said.subtype = "file_share"
        world.files[file_id].is_private = False
        world.files[file_id].channels.setdefault(channel.id, []).append(said.ts)
    world.add(said)
    events.posted(world, said)
    for install in world.app.installs.values():
        if f"<@{install.bot_user_id}>" in text and install.bot_user_id not in channel.members:
            name = world.users[install.bot_user_id].name
            interactions.whisper(world, user, channel, f"@{name} is not in this channel. Invite it?")
    return {"ts": said.ts, "channel": channel.id}


def typed(world: World, text: str) -> str:
    """What Slack makes of typed text: `<@bot>` names the bot, addresses become links, `<>&` entities."""
    parts, end = [], 0
    text = text.replace("<@bot>", f"<@{world.bot_user_id}>")
    for found in _MARKUP.finditer(text):
        parts += [_escaped(text[end : found.start()]), f"<{found[1]}>" if found[1] else found[0]]
        end = found.end()
    return "".join([*parts, _escaped(text[end:])])


async def edit(ask: Ask) -> Json:
    """Change an own message."""
    message, user = ask.message(), ask.person()
    if message.user != user.id:
        raise ImpossibleError(f"ts: {user.name} may edit only own messages")
    before = as_json(ask.world, message)
    message.text = typed(ask.world, ask.required("text"))
    message.blocks = rich_text(message.text)
    message.edited = {"user": user.id, "ts": ask.world.new_ts()}
    ask.world.changed()
    events.changed(ask.world, before, message)
    return {}


async def delete(ask: Ask) -> Json:
    """Take an own message away; an admin may take any."""
    message, user = ask.message(), ask.person()
    if message.ephemeral_to is not None:
        ask.world.channels[message.channel].ephemerals.remove(message)
        ask.world.changed()
    elif message.user == user.id or user.is_admin:
        remove(ask.world, message)
    else:
        raise ImpossibleError(f"ts: {user.name} may delete only own messages")
    return {}


async def react(ask: Ask) -> Json:
    """Put a reaction on a message, or take it away when `remove` is true."""
    message, user, name = ask.message(), ask.person(), ask.required("name").strip(":")
    there = message.reactions.setdefault(name, [])
    taken = bool(ask.given.get("remove"))
    if (user.id in there) == taken:
        (there.remove if taken else there.append)(user.id)
        ask.world.changed()
        events.reacted(ask.world, message, user.id, name, "reaction_removed" if taken else "reaction_added")
    if not there:
        del message.reactions[name]
    return {}


async def upload(ask: Ask) -> Json:
    """Upload a file, which nobody else sees until a message shares it."""
    try:
        data = base64.b64decode(ask.text("content_base64"), validate=True)
    except binascii.Error:
        raise ImpossibleError("content_base64: this is not base64") from None
    user = ask.person()
    ticket = files.ticket(ask.world, user.team_id, user.id, ask.required("name"), len(data))
    ticket.content = data
    return {"file": files.keep(ask.world, ticket, ask.text("title") or None).id}


async def invite(ask: Ask) -> Json:
    """Bring somebody into a channel, the bot unless `who` names another."""
    channel, user = ask.own_channel(), ask.person()
    guest = ask.person("who") if ask.text("who") else ask.world.users[ask.world.bot_user_id]
    admit(ask.world, channel, guest.id, user.id)
    return {}


async def stop(ask: Ask) -> Json:
    """Press Stop in an agent's thread: live streams take no more, and the app is told which."""
    world, user, channel = ask.world, ask.person(), ask.channel()
    if (root := ask.root(channel)) is None:
        raise ImpossibleError("thread_ts is missing")
    stopped = []
    for ts in channel.replies.get(root, []):
        stream = channel.messages[ts].stream
        if stream is not None and state_of(world, stream) == "streaming":
            stream.stopped_by_user = True
            stopped.append(ts)
    world.changed()
    event: Json = {"type": "agent_session_stopped", "channel": channel.id, "thread_ts": root, "user": user.id}
    event |= {"streaming_message_ts": stopped, "event_ts": world.new_ts()}
    world.emit(channel.team_id, event, channel)
    return {"stopped": stopped}


async def install(ask: Ask) -> Json:
    """Install the app in the person's workspace, or anew with another token."""
    made = people.install(ask.world, ask.person().team_id)
    ask.world.direct(ask.person().id)
    ask.world.changed()
    return {"team": made.team_id, "bot_token": made.bot_token, "bot_user_id": made.bot_user_id}


async def uninstall(ask: Ask) -> Json:
    """Take the app out of the person's workspace."""
    team = _installed(ask)
    ask.world.app.installs[team].status = "account_inactive"
    ask.world.changed()
    ask.world.emit(team, {"type": "app_uninstalled", "event_ts": ask.world.new_ts()}, None)
    _revoked(ask.world, team)
    return {}


async def revoke(ask: Ask) -> Json:
    """Revoke the app's token in the person's workspace."""
    team = _installed(ask)
    ask.world.app.installs[team].status = "token_revoked"
    _revoked(ask.world, team)
    return {}


def _installed(ask: Ask) -> str:
    team = ask.person().team_id if ask.text("user") else ask.world.home
    if team not in ask.world.app.installs:
        raise ImpossibleError(f"user: the app is not installed in {team}")
    return team


def _revoked(world: World, team: str) -> None:
    tokens = {"oauth": [], "bot": [world.app.installs[team].bot_user_id]}
    world.emit(team, {"type": "tokens_revoked", "tokens": tokens, "event_ts": world.new_ts()}, None)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
