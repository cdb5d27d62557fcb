"""What a person does with the app, as Slack tells the app: commands, shortcuts, clicks, suggestions."""

from typing import Any

from bot.playground.slack import views
from bot.playground.slack.answers import Answer
from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.elements import HOLDS, Place, by_block, filled, options_of, places
from bot.playground.slack.live import blocks_of
from bot.playground.slack.messages import as_json
from bot.playground.slack.methods import Refusal
from bot.playground.slack.response_urls import respond
from bot.playground.slack.state import Channel, Json, Message, User, View
from bot.playground.slack.world import World


async def command(deliveries: Deliveries, user: User, channel: Channel, name: str, text: str) -> Json:
    """Type a slash command; a failure is shown to the person as Slack shows it."""
    world = deliveries.world
    team, app = world.teams[channel.team_id], world.app
    url = world.new_response_url(team.id, channel.id, user.id)
    named = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    payload = {
        "token": app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": named,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": world.new_trigger(team.id, user.id).id,
    }
    answer = await deliveries.send("slash_commands", payload)
    error = answer.error
    body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
    if answer.ok and isinstance(body, dict) and body:
        try:
            respond(world, world.response_urls[url.partition("/actions/")[2]], body)
        except Refusal as refusal:
            error = refusal.error
    if error is not None:
        whisper(world, user, channel, f"{name} failed with the error {error}")
    return {"ok": error is None, "status": answer.status, "immediate": answer.body, "error": error}


def whisper(world: World, user: User, channel: Channel, text: str) -> None:
    """Slackbot tells one person something."""
    message = Message(world.new_ts(), channel.id, "USLACKBOT", text, ephemeral_to=user.id)
    world.add(message)


async def shortcut(deliveries: Deliveries, user: User, name: str, message: Message | None) -> Json:
    """Choose a global shortcut, or one of a message."""
    world = deliveries.world
    payload = base(world, user, "shortcut" if message is None else "message_action")
    payload |= {"callback_id": name, "action_ts": world.new_ts()}
    payload["trigger_id"] = world.new_trigger(payload["team"]["id"], user.id).id
    if message is not None:
        channel = world.channels[message.channel]
        payload |= {"channel": _channel(channel), "message_ts": message.ts}
        payload["message"] = as_json(world, message)
        payload["response_url"] = world.new_response_url(channel.team_id, channel.id, user.id, message.ts)
    return outcome(await deliveries.send("interactive", payload))


async def click(
    deliveries: Deliveries, user: User, where: Message | View, block: str | None, action: str, value: Any
) -> Json:
    """Press a button or choose something, in a message or a view."""
    world = deliveries.world
    place = find(where, block, action)
    payload = base(world, user, "block_actions") | _context(world, user, where)
    done = _action(world, place, value, await _choices(deliveries, user, where, place, value))
    if place.element["type"] in HOLDS and place.element["type"] != "overflow":
        kept = {name: done[name] for name in ("type", HOLDS[place.element["type"]])}
        where.values[place.key] = kept
        world.changed()
        if isinstance(where, View):
            payload["view"] = views.as_json(world, where)
    view_id = where.id if isinstance(where, View) else None
    payload["trigger_id"] = world.new_trigger(payload["team"]["id"], user.id, view_id).id
    if isinstance(where, Message):
        payload["state"] = {"values": by_block(where.values)}
        url = world.new_response_url(payload["team"]["id"], where.channel, user.id, where.ts)
        payload["response_url"] = url
    payload["actions"] = [done | {"action_ts": world.new_ts()}]
    return outcome(await deliveries.send("interactive", payload))


async def suggest(
    deliveries: Deliveries, user: User, where: Message | View, block: str | None, action: str, query: str
) -> list[Json]:
    """Type into an external select: the options that the app offers."""
    world = deliveries.world
    place = find(where, block, action)
    payload = base(world, user, "block_suggestion") | _context(world, user, where)
    payload |= {"block_id": place.key[0], "action_id": place.key[1], "value": query}
    answer = await deliveries.send("interactive", payload)
    if not answer.ok or not isinstance(answer.body, dict):
        return []
    return options_of(answer.body)


def find(where: Message | View, block: str | None, action: str) -> Place:
    """The element with this action id, in the block with this id when one is given."""
    blocks = where.body["blocks"] if isinstance(where, View) else blocks_of(where)
    for place in places(blocks):
        if place.key[1] == action and block in {None, place.key[0]}:
            return place
    there = ", ".join(f"{b}/{a}" for b, a in (place.key for place in places(blocks)))
    raise LookupError(f"there is no element {block or ''}/{action}; there are: {there or 'none'}")


def base(world: World, user: User, kind: str) -> Json:
    """What every interaction tells."""
    team = world.teams[user.team_id if user.team_id in world.app.installs else world.home]
    return {
        "type": kind,
        "token": world.app.verification_token,
        "api_app_id": world.app.id,
        "team": {"id": team.id, "domain": team.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def outcome(answer: Answer) -> Json:
    """Whether the app took an interaction, for the one who acted."""
    return {"ok": answer.ok, "status": answer.status, "error": answer.error}


async def _choices(
    deliveries: Deliveries, user: User, where: Message | View, place: Place, value: Any
) -> list[Json] | None:
    """What an external select offers when the value is typed into it; None for elements of another kind."""
    if "external_select" not in place.element["type"] or value in (None, ""):
        return None
    queries = value if isinstance(value, list) else [value]
    found: list[Json] = []
    for query in queries:
        typed = query.get("value") if isinstance(query, dict) else query
        offered = await suggest(deliveries, user, where, *place.key, str(typed))
        # A value need not contain what the person reads, so look without a filter too.
        found += offered or await suggest(deliveries, user, where, *place.key, "")
    return found


async def fill(deliveries: Deliveries, user: User, view: View, place: Place, value: Any) -> None:
    """Put a value into an element of a view, as a person does before sending it."""
    choices = await _choices(deliveries, user, view, place, value)
    view.values[place.key] = filled(deliveries.world, place.element, value, choices)


def _context(world: World, user: User, where: Message | View) -> Json:
    if isinstance(where, View):
        return {"container": {"type": "view", "view_id": where.id}, "view": views.as_json(world, where)}
    channel = world.channels[where.channel]
    private = where.ephemeral_to == user.id
    container: Json = {"type": "message", "message_ts": where.ts, "channel_id": channel.id}
    container |= {"is_ephemeral": private} | ({"thread_ts": where.thread_ts} if where.thread_ts else {})
    told = {"container": container, "channel": _channel(channel)}
    # Slack keeps no ephemeral message, so it cannot give one back.
    return told if private else told | {"message": as_json(world, where)}


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name}


def _action(world: World, place: Place, value: Any, choices: list[Json] | None) -> Json:
    element = place.element
    told = {"type": element["type"], "block_id": place.key[0], "action_id": place.key[1]}
    if element["type"] in HOLDS:
        return told | filled(world, element, value, choices)
    if element["type"] == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        element = next((b for b in both if value in {b["value"], b["text"]["text"]}), both[0])
    return told | {
        name: element[name] for name in ("text", "value", "style", "url", "icon") if name in element
    }
