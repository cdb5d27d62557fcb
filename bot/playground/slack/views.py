"""Views: modals in a stack of at most three, Home tabs, and what stays typed in when a view is replaced."""

import secrets

from bot.playground.slack.content import checked_view
from bot.playground.slack.elements import by_block, initial, places
from bot.playground.slack.methods import Refusal
from bot.playground.slack.state import Json, View
from bot.playground.slack.world import World

DEEPEST = 3  # views in one stack
_KEPT = ("title", "submit", "close", "callback_id", "private_metadata", "external_id", "blocks")
_FLAGS = ("notify_on_close", "clear_on_close", "submit_disabled")


def new(world: World, team: str, user: str, body: Json, below: View | None = None) -> View:
    """A view that is in no stack yet, made of a checked body."""
    _claim_external_id(world, team, body, None)
    view_id = world.new_id("V")
    root = below.root if below else view_id
    view = View(view_id, team, user, _hash(world), body, root, below.id if below else None)
    for place in places(body["blocks"]):
        if (state := initial(place.element)) is not None:
            view.values[place.key] = state
    world.views[view_id] = view
    world.changed()
    return view


def replace(world: World, view: View, body: Json) -> None:
    """Give a view a new body: elements whose block_id and action_id stay keep what was put into them."""
    if body["type"] != view.body["type"]:
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] view type must stay"]})
    _claim_external_id(world, view.team_id, body, view)
    values = {}
    for place in places(body["blocks"]):
        state, kept = initial(place.element), view.values.get(place.key)
        if state is not None:
            values[place.key] = kept if kept and kept["type"] == state["type"] else state
    view.body, view.values, view.errors, view.hash = body, values, {}, _hash(world)
    world.changed()


def open_root(world: World, team: str, user: str, body: Json) -> View:
    """Show a first modal; one that was open goes away."""
    for old in world.stacks.pop(user, []):
        world.views.pop(old.id, None)
    view = new(world, team, user, body)
    world.stacks[user] = [view]
    return view


def push(world: World, user: str, body: Json) -> View:
    """Show a modal over the topmost."""
    stack = world.stacks.get(user)
    if not stack:
        raise Refusal("not_found")
    if len(stack) >= DEEPEST:
        raise Refusal("push_limit_reached")
    view = new(world, stack[-1].team_id, user, body, below=stack[-1])
    stack.append(view)
    return view


def close(world: World, view: View) -> None:
    """Take a modal, and what lies over it, away."""
    stack = world.stacks.get(view.user, [])
    if view in stack:
        for gone in stack[stack.index(view) :]:
            world.views.pop(gone.id, None)
        del stack[stack.index(view) :]
        world.changed()


def modal(body: Json) -> Json:
    """A checked body that must be a modal's."""
    checked = checked_view(body)
    if checked["type"] != "modal":
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a modal"]})
    return checked


def as_json(world: World, view: View) -> Json:
    """A view as answers and payloads tell it, with its values."""
    install = world.app.installs.get(view.team_id)
    told: Json = {"id": view.id, "team_id": view.team_id, "type": view.body["type"], "hash": view.hash}
    told |= dict.fromkeys(("title", "submit", "close")) | dict.fromkeys(_FLAGS, False)
    told |= dict.fromkeys(("callback_id", "private_metadata", "external_id"), "")
    told |= {name: view.body[name] for name in (*_KEPT, *_FLAGS) if name in view.body}
    return told | {
        "state": {"values": by_block(view.values)},
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": world.app.id,
        "app_installed_team_id": view.team_id,
        "bot_id": install.bot_id if install else None,
    }


def _hash(world: World) -> str:
    return f"{int(world.clock.now())}.{secrets.token_hex(4)}"


def _claim_external_id(world: World, team: str, body: Json, mine: View | None) -> None:
    wanted = body.get("external_id")
    if not wanted:
        return
    for view in world.views.values():
        if view is not mine and view.team_id == team and view.body.get("external_id") == wanted:
            raise Refusal("duplicate_external_id")
