"""What a person does with the app: commands, shortcuts, clicks, suggestions, forms, the Home tab."""

import os
import signal
from fnmatch import fnmatch

from bot.playground.slack import forms, interactions, views
from bot.playground.slack.control_ask import Ask, ImpossibleError, matches
from bot.playground.slack.elements import places
from bot.playground.slack.live import blocks_of
from bot.playground.slack.state import Json, Message, View


async def command(ask: Ask) -> Json:
    """Type a slash command; what Slack itself refuses, Slackbot says."""
    user, channel, name = ask.person(), ask.own_channel(), ask.required("command")
    install = ask.world.app.installs.get(channel.team_id)
    serves = install is not None and install.status == "active" and user.team_id == channel.team_id
    problem = None
    if not serves or not any(fnmatch(name, pattern) for pattern in ask.world.app.commands):
        problem = f"{name} is not a valid command."
    elif ask.text("thread_ts"):
        problem = f"{name} is not supported in threads. Sorry!"
    if problem is not None:
        interactions.whisper(ask.world, user, channel, problem)
        return {"ok": False, "status": None, "immediate": None, "error": problem}
    return await interactions.command(ask.deliveries, user, channel, name, ask.text("text"))


async def shortcut(ask: Ask) -> Json:
    """Choose a shortcut, of a message when `channel` and `ts` name one."""
    message = ask.message() if ask.text("ts") else None
    return await interactions.shortcut(ask.deliveries, ask.person(), ask.required("callback_id"), message)


async def click(ask: Ask) -> Json:
    """Press or choose; `action_id` may be what a person reads on the element."""
    wanted = ask.required("action_id")
    target = ask.target(wanted)
    block, action = _named(target, ask.text("block_id") or None, wanted)
    value = ask.given.get("value")
    if action != wanted and value is None:
        value = wanted  # the text chooses between the two of feedback buttons
    return await interactions.click(ask.deliveries, ask.person(), target, block, action, value)


async def suggest(ask: Ask) -> Json:
    """Type into an external select; the block's own when no `action_id` is given."""
    user, block = ask.person(), ask.text("block_id") or None
    target = ask.target(ask.text("action_id"))
    action = ask.text("action_id")
    for place in places(_blocks(target)):
        if not action and place.key[0] == block:
            action = place.key[1]
    options = await interactions.suggest(ask.deliveries, user, target, block, action, ask.text("query"))
    return {"options": options}


async def submit(ask: Ask) -> Json:
    """Fill in the topmost modal and send it."""
    return await forms.submit(ask.deliveries, ask.person(), _top(ask), _values(ask))


async def fill(ask: Ask) -> Json:
    """Fill in the topmost modal and do not send it yet."""
    await forms.fill_in(ask.deliveries, ask.person(), _top(ask), _values(ask))
    return {}


def _values(ask: Ask) -> Json:
    values = ask.given.get("values") or {}
    if not isinstance(values, dict):
        raise ImpossibleError("values must be an object of block ids")
    return values


async def kill(ask: Ask) -> Json:
    """Kill the app's process, as a machine that fails would; who started it starts it again."""
    if (process := ask.world.app.process) is None:
        raise ImpossibleError("nobody told which process the app is: `make run` does")
    ask.world.app.process = None
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        raise ImpossibleError("the app's process is dead already") from None
    return {"killed": process}


async def redeliver(ask: Ask) -> Json:
    """Deliver the last event once more, as Slack does when an answer was lost on the way."""
    if (answer := await ask.deliveries.again()) is None:
        raise ImpossibleError("no event was delivered yet")
    return {"taken": answer.ok}


async def close(ask: Ask) -> Json:
    """Close the topmost modal."""
    return await forms.close(ask.deliveries, ask.person(), _top(ask))


async def home(ask: Ask) -> Json:
    """Open the app's Home or Messages tab."""
    world, user, tab = ask.world, ask.person(), ask.text("tab", "home")
    if tab not in {"home", "messages"}:
        raise ImpossibleError("tab must be home or messages")
    channel = world.direct(user.id)
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
    event["event_ts"] = world.new_ts()
    if tab == "home" and (view := world.homes.get(user.id)) is not None:
        event["view"] = views.as_json(world, view)
    world.emit(channel.team_id, event, channel)
    return {"channel": channel.id}


def _top(ask: Ask) -> View:
    user = ask.person()
    stack = ask.world.stacks.get(user.id, [])
    if not stack:
        raise ImpossibleError(f"view_id: {user.name} has no modal open")
    if ask.text("view_id", stack[-1].id) != stack[-1].id:
        raise ImpossibleError(f"view_id: not on top of what {user.name} sees; that is {stack[-1].id}")
    return stack[-1]


def _named(target: Message | View, block: str | None, action: str) -> tuple[str | None, str]:
    """The block and action ids of the element with this action id, else with this text on it."""
    there = [place for place in places(_blocks(target)) if block in {None, place.key[0]}]
    if all(place.key[1] != action for place in there):
        for place in there:
            if matches(place.element, action):
                return place.key
    return block, action


def _blocks(target: Message | View) -> list[Json]:
    blocks: list[Json] = target.body["blocks"] if isinstance(target, View) else blocks_of(target)
    return blocks
