"""Taking a message away, as its author or its app may ask for."""

from bot.playground.slack import events
from bot.playground.slack.messages import as_json
from bot.playground.slack.state import Message
from bot.playground.slack.world import World


def remove(world: World, message: Message) -> None:
    """Take a message away and tell the app; one with replies leaves a tombstone."""
    channel = world.channels[message.channel]
    before = as_json(world, message)
    if channel.replies.get(message.ts):
        message.subtype, message.text = "tombstone", "This message was deleted."
        message.user, message.bot_id, message.stream = "USLACKBOT", None, None
        message.blocks, message.files, message.attachments, message.metadata = [], [], [], None
    else:
        del channel.messages[message.ts]
        if message.thread_ts is not None and message.ts in channel.replies.get(message.thread_ts, ()):
            channel.replies[message.thread_ts].remove(message.ts)
    world.changed()
    events.deleted(world, channel, before)
