"""Web API methods that post, change and remove messages."""

from bot.playground.slack import content, events
from bot.playground.slack.live import state_of
from bot.playground.slack.messages import as_json
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.places import seen, thread_root, writable
from bot.playground.slack.removal import remove
from bot.playground.slack.state import Channel, Json, Message


@method("chat.postMessage", "chat:write")
async def post_message(call: Call) -> Json:
    """Post a message; the same client_msg_id again posts nothing when the world honours it."""
    channel = writable(call)
    said = content.of_call(call)
    client_id = call.text("client_msg_id") or None
    if client_id and call.world.honours_client_msg_id:
        earlier = call.world.posted.get((channel.id, client_id))
        if earlier is not None:
            if (message := channel.messages.get(earlier)) is None:
                raise Refusal("duplicate_message_not_found")
            return _posted(call, message)
    root = thread_root(call, channel, "thread_not_found")
    message = by_bot(call, channel, said, root)
    message.client_msg_id = client_id
    if root is not None and call.flag("reply_broadcast"):
        message.subtype = "thread_broadcast"
    call.world.add(message)
    if client_id:
        call.world.posted[channel.id, client_id] = message.ts
    settle_status(call, channel, root)
    events.posted(call.world, message)
    return _posted(call, message)


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(call: Call) -> Json:
    """Show one member of a channel a message that nobody else sees and that is not kept."""
    channel = writable(call)
    if call.install.bot_user_id not in channel.members:
        raise Refusal("not_in_channel")
    user = call.required("user")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    message = by_bot(call, channel, content.of_call(call), thread_root(call, channel, "thread_not_found"))
    message.ephemeral_to = user
    call.world.add(message)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
async def update(call: Call) -> Json:
    """Replace what a message of the bot shows; blocks that are not mentioned stay."""
    channel = seen(call)
    message = _own(call, channel, "cant_update_message")
    if message.stream is not None and state_of(call.world, message.stream) == "streaming":
        raise Refusal("streaming_state_conflict")
    said = content.of_call(call, content.TEXT_UPDATED)
    before = as_json(call.world, message)
    generated = message.stream is not None or _is_markdown(message)
    message.text = said.text
    if said.blocks is not None:
        message.blocks = said.blocks
    elif generated:
        message.blocks = []
    if said.attachments is not None:
        message.attachments = said.attachments
    message.metadata = said.metadata or message.metadata
    message.edited = {"user": message.user, "ts": call.world.new_ts()}
    message.stream = None
    call.world.changed()
    events.changed(call.world, before, message)
    return _posted(call, message) | {"text": message.text}


@method("chat.delete", "chat:write")
async def delete(call: Call) -> Json:
    """Remove a message of the bot; one with replies leaves a tombstone."""
    channel = seen(call)
    message = _own(call, channel, "cant_delete_message")
    if message.stream is not None and state_of(call.world, message.stream) == "streaming":
        raise Refusal("cant_delete_message")
    ts = message.ts
    remove(call.world, message)
    return {"channel": channel.id, "ts": ts}


@method("chat.getPermalink")
async def get_permalink(call: Call) -> Json:
    """The address of a message."""
    channel = seen(call)
    ts = call.required("message_ts")
    if (message := channel.messages.get(ts)) is None:
        raise Refusal("message_not_found")
    domain = call.world.teams[channel.team_id].domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts not in {None, ts}:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def by_bot(call: Call, channel: Channel, said: content.Content, root: str | None) -> Message:
    """A message from the calling bot, not yet in its place."""
    message = Message(call.world.new_ts(), channel.id, call.install.bot_user_id, said.text)
    message.blocks = said.blocks or []
    message.attachments = said.attachments or []
    message.metadata = said.metadata
    message.bot_id = call.install.bot_id
    message.thread_ts = root
    icons = {n.removeprefix("icon_"): call.text(n) for n in ("icon_emoji", "icon_url") if call.text(n)}
    if icons or call.text("username"):
        call.needs("chat:write.customize")
        message.icons, message.username = icons or None, call.text("username") or None
    return message


def settle_status(call: Call, channel: Channel, root: str | None) -> None:
    """A message in a thread takes the status line under it away."""
    if root is not None and (session := call.world.sessions.get((channel.id, root))) is not None:
        session.status = ""


def _own(call: Call, channel: Channel, error: str) -> Message:
    if (message := channel.messages.get(call.required("ts"))) is None:
        raise Refusal("message_not_found")
    if message.bot_id != call.install.bot_id:
        raise Refusal(error)
    return message


def _is_markdown(message: Message) -> bool:
    return [b.get("text") for b in message.blocks if b["type"] == "markdown"] == [message.text]


def _posted(call: Call, message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts, "message": as_json(call.world, message)}
