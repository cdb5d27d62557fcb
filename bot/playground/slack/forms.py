"""Sending and closing a modal as a person does, and doing what the app answers."""

from typing import Any

from bot.playground.slack import views
from bot.playground.slack.answers import Answer
from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.elements import Place, missing, places
from bot.playground.slack.interactions import base, fill
from bot.playground.slack.methods import Refusal
from bot.playground.slack.state import Json, User, View
from bot.playground.slack.world import World


async def submit(deliveries: Deliveries, user: User, view: View, values: dict[str, Any]) -> Json:
    """Fill in and send. What Slack's own form refuses is never sent (`sent` is false)."""
    world = deliveries.world
    fields = await fill_in(deliveries, user, view, values)
    view.errors = {
        block_id: problem
        for block_id, place in fields.items()
        if place.block["type"] == "input"
        and (problem := missing(place.block, place.element, view.values.get(place.key)))
    }
    world.changed()
    if view.errors:
        return {"ok": True, "sent": False, "response_action": "errors", "errors": view.errors}
    payload = base(world, user, "view_submission") | {"view": views.as_json(world, view)}
    payload |= {"trigger_id": world.new_trigger(view.team_id, user.id, view.id).id, "response_urls": []}
    answer = await deliveries.send("interactive", payload)
    if not answer.ok:
        return {"ok": False, "sent": True, "error": answer.error}
    try:
        return {"ok": True, "sent": True} | await _obey(deliveries, user, view, answer)
    except Refusal as refusal:
        # Slack keeps the form open and says that there was trouble connecting.
        return {"ok": False, "sent": True, "error": refusal.error, **refusal.more}


async def fill_in(deliveries: Deliveries, user: User, view: View, values: dict[str, Any]) -> dict[str, Place]:
    """Put values into a modal by block id; every field of it."""
    fields = {place.key[0]: place for place in places(view.body["blocks"])}
    if unknown := sorted(set(values) - set(fields)):
        raise LookupError(f"there is no field {', '.join(unknown)}; there are: {', '.join(fields)}")
    for block_id, value in values.items():
        await fill(deliveries, user, view, fields[block_id], value)
    return fields


async def close(deliveries: Deliveries, user: User, view: View) -> Json:
    """Close a modal, or the whole stack when the view says so; the app hears of it when it wants to."""
    world = deliveries.world
    everything = bool(view.body.get("clear_on_close"))
    if view.body.get("notify_on_close"):
        payload = base(world, user, "view_closed") | {"view": views.as_json(world, view)}
        await deliveries.send("interactive", payload | {"is_cleared": everything})
    stack = world.stacks.get(user.id, [])
    views.close(world, stack[0] if everything and stack else view)
    return {"ok": True}


async def _obey(deliveries: Deliveries, user: User, view: View, answer: Answer) -> Json:
    world = deliveries.world
    body = answer.body if isinstance(answer.body, dict) else {}
    action = body.get("response_action")
    if action is None:
        views.close(world, view)
        return {"response_action": None}
    if action == "clear":
        await _clear(deliveries, user)
        return {"response_action": action}
    if action == "errors":
        return {"response_action": action, "errors": _errors(world, view, body.get("errors"))}
    if action not in {"update", "push"}:
        raise Refusal("invalid_response_action")
    shown = views.modal(body.get("view") or {})
    if action == "update":
        views.replace(world, view, shown)
    else:
        view = views.push(world, user.id, shown)
    return {"response_action": action, "view": views.as_json(world, view)}


async def _clear(deliveries: Deliveries, user: User) -> None:
    stack = list(deliveries.world.stacks.get(user.id, []))
    if stack:
        views.close(deliveries.world, stack[0])


def _errors(world: World, view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Refusal("invalid_errors")
    view.errors = {block_id: str(text) for block_id, text in errors.items()}
    world.changed()
    return view.errors
