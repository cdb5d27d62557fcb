"""Web API methods about tokens, bots, the team, and whether blocks are valid."""

from bot.playground.slack import content
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.state import Json


@method("api.test", kind="none")
async def api_test(call: Call) -> Json:
    """Give back the arguments, or the error that was asked for."""
    if error := call.text("error"):
        raise Refusal(error, args=call.args)
    return {"args": call.args}


@method("auth.test")
async def auth_test(call: Call) -> Json:
    """Who the token belongs to."""
    team, install = call.world.teams[call.team], call.install
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.world.users[install.bot_user_id].name,
        "team_id": team.id,
        "user_id": install.bot_user_id,
        "bot_id": install.bot_id,
        "is_enterprise_install": False,
    }


@method("bots.info", "users:read")
async def bots_info(call: Call) -> Json:
    """The bot behind a bot id, the caller's own without one."""
    wanted = call.text("bot") or call.install.bot_id
    for install in call.world.app.installs.values():
        if install.bot_id == wanted and install.team_id == call.team:
            bot = {"id": install.bot_id, "deleted": False, "name": call.world.app.name}
            bot |= {"updated": 0, "app_id": call.world.app.id, "user_id": install.bot_user_id, "icons": {}}
            return {"bot": bot}
    raise Refusal("bot_not_found")


@method("team.info", "team:read")
async def team_info(call: Call) -> Json:
    """The caller's workspace."""
    wanted = call.text("team") or call.team
    if wanted != call.team:
        raise Refusal("team_not_found")
    team = call.world.teams[wanted]
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}}


@method("blocks.validate", kind="none")
async def blocks_validate(call: Call) -> Json:
    """Say what is wrong with blocks or a view, without a token."""
    if (view := call.json("view")) is not None:
        content.checked_view(view)
    else:
        content.checked_blocks(call.json("blocks"))
    return {}
