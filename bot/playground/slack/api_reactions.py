"""Web API methods about reactions."""

from bot.playground.slack import events
from bot.playground.slack.messages import as_json
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.places import seen
from bot.playground.slack.state import Json, Message


@method("reactions.add", "reactions:write")
async def add(call: Call) -> Json:
    """React to a message as the bot."""
    message, name, bot = _message(call), call.required("name"), call.install.bot_user_id
    users = message.reactions.setdefault(name, [])
    if bot in users:
        raise Refusal("already_reacted")
    users.append(bot)
    call.world.changed()
    events.reacted(call.world, message, bot, name, "reaction_added")
    return {}


@method("reactions.remove", "reactions:write")
async def remove(call: Call) -> Json:
    """Take the bot's own reaction away."""
    message, name, bot = _message(call), call.required("name"), call.install.bot_user_id
    users = message.reactions.get(name, [])
    if bot not in users:
        raise Refusal("no_reaction")
    users.remove(bot)
    if not users:
        del message.reactions[name]
    call.world.changed()
    events.reacted(call.world, message, bot, name, "reaction_removed")
    return {}


@method("reactions.get", "reactions:read")
async def get(call: Call) -> Json:
    """A message with its reactions."""
    message = _message(call)
    return {"type": "message", "channel": message.channel, "message": as_json(call.world, message)}


def _message(call: Call) -> Message:
    channel = seen(call)
    if call.install.bot_user_id not in channel.members:
        raise Refusal("not_in_channel")
    if (message := channel.messages.get(call.required("timestamp"))) is None:
        raise Refusal("message_not_found")
    return message
