"""Web API methods that open and change views."""

from bot.playground.slack import views
from bot.playground.slack.content import checked_view
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.state import Json, Trigger, View


@method("views.open")
async def open_view(call: Call) -> Json:
    """Show a modal to the person behind a trigger."""
    body = views.modal(call.json("view"))
    trigger = _exchange(call)
    return _answer(call, views.open_root(call.world, call.team, trigger.user, body))


@method("views.push")
async def push_view(call: Call) -> Json:
    """Show a modal over the one in which the trigger arose."""
    body = views.modal(call.json("view"))
    trigger = _exchange(call)
    return _answer(call, views.push(call.world, trigger.user, body))


@method("views.update")
async def update_view(call: Call) -> Json:
    """Replace an open view, named by its id or external id; a hash guards against older knowledge."""
    body = checked_view(call.json("view"))
    view = _named(call)
    _check_hash(call, view)
    views.replace(call.world, view, body)
    return _answer(call, view)


@method("views.publish")
async def publish_view(call: Call) -> Json:
    """Replace a person's Home tab."""
    body = checked_view(call.json("view"))
    if body["type"] != "home":
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a home"]})
    user = call.world.users.get(call.required("user_id"))
    if user is None or user.team_id != call.team or user.is_bot:
        raise Refusal("user_not_found")
    if (view := call.world.homes.get(user.id)) is not None:
        _check_hash(call, view)
        views.replace(call.world, view, body)
    else:
        view = call.world.homes[user.id] = views.new(call.world, call.team, user.id, body)
    return _answer(call, view)


def _exchange(call: Call) -> Trigger:
    trigger = call.world.triggers.get(call.required("trigger_id"))
    if trigger is None or trigger.team_id != call.team:
        raise Refusal("invalid_trigger_id")
    if trigger.used:
        raise Refusal("exchanged_trigger_id")
    if call.world.clock.now() > trigger.expires:
        raise Refusal("expired_trigger_id")
    trigger.used = True
    return trigger


def _named(call: Call) -> View:
    external, view_id = call.text("external_id"), call.text("view_id")
    for view in call.world.views.values():
        mine = view.team_id == call.team
        if mine and (
            view.id == view_id if view_id else external and view.body.get("external_id") == external
        ):
            return view
    raise Refusal("not_found")


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")


def _answer(call: Call, view: View) -> Json:
    return {"view": views.as_json(call.world, view)}
