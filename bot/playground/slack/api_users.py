"""Web API methods about people."""

from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.places import page
from bot.playground.slack.state import Json, User


@method("users.info", "users:read")
async def info(call: Call) -> Json:
    """One person, of the own workspace or met in a shared channel."""
    user = call.world.users.get(call.required("user"))
    if user is None or (user.team_id != call.team and user.id not in _guests(call)):
        raise Refusal("user_not_found")
    return {"user": as_json(user)}


@method("users.list", "users:read")
async def list_users(call: Call) -> Json:
    """The people and bots that the workspace knows."""
    guests = _guests(call)
    known = [u for u in call.world.users.values() if u.team_id == call.team or u.id in guests]
    listed, following = page(call, [as_json(u) for u in known])
    return {"members": listed, "cache_ts": int(call.world.clock.now()), "response_metadata": following}


def as_json(user: User) -> Json:
    """A user object."""
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": {"real_name": user.real_name, "display_name": user.name, "team": user.team_id},
        "is_admin": user.is_admin,
        "is_owner": user.is_admin,
        "is_primary_owner": user.is_admin,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.is_stranger,
        "is_bot": user.is_bot and user.id != "USLACKBOT",
        "is_app_user": False,
        "updated": 0,
    }


def _guests(call: Call) -> set[str]:
    """Who is in a shared channel of the workspace, wherever they are from."""
    shared = [c.members for c in call.world.channels.values() if c.shared and c.team_id == call.team]
    return set().union(*shared)
