"""The control API: by which people act in the workspace and look at it, over JSON, under /control.

POST act/message   {user, channel, text, thread_ts?, files?}           act/edit {user, channel, ts, text}
     act/delete    {user, channel, ts}          act/react  {user, channel, ts, name, remove?}
     act/upload    {user, name, content_base64, title?}                act/invite {user, channel, who?}
     act/command   {user, channel, command, text}   act/shortcut {user, callback_id, channel?, ts?}
     act/click     {user, view_id? | channel, ts?, block_id?, action_id, value?}
     act/suggest   {user, view_id? | channel, ts?, block_id, action_id?, query}
     act/submit    {user, view_id?, values: {block_id: value}}         act/close {user, view_id?}
     act/fill      {user, view_id?, values}     types without sending
     act/home      {user, tab}                  act/stop {user, channel, thread_ts}
     act/install, act/uninstall, act/revoke {user?}
     act/kill {}: the app's process     act/redeliver {}: the last event once more
     manifest {manifest}    settings {…}    clock {advance}    refresh {}
GET  see?user&channel&thread_ts   views?user   home?user   with since=VERSION&seconds: wait for news
     people   channels?user   credentials   app: name, commands, shortcuts, prompts
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.playground.slack import control_acts, control_app, control_sees, control_settings
from bot.playground.slack.control_ask import Ask
from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.methods import Refusal
from bot.playground.slack.state import Json

Work = Callable[[Ask], Awaitable[Json]]

DO: dict[str, Work] = {
    "act/message": control_acts.message,
    "act/edit": control_acts.edit,
    "act/delete": control_acts.delete,
    "act/react": control_acts.react,
    "act/upload": control_acts.upload,
    "act/invite": control_acts.invite,
    "act/stop": control_acts.stop,
    "act/install": control_acts.install,
    "act/uninstall": control_acts.uninstall,
    "act/revoke": control_acts.revoke,
    "act/command": control_app.command,
    "act/shortcut": control_app.shortcut,
    "act/click": control_app.click,
    "act/suggest": control_app.suggest,
    "act/submit": control_app.submit,
    "act/fill": control_app.fill,
    "act/close": control_app.close,
    "act/home": control_app.home,
    "act/kill": control_app.kill,
    "act/redeliver": control_app.redeliver,
    "manifest": control_settings.manifest,
    "settings": control_settings.settings,
    "clock": control_settings.clock,
    "refresh": control_settings.refresh,
}
LOOK: dict[str, Work] = {
    "see": control_sees.see,
    "views": control_sees.open_views,
    "home": control_sees.home,
    "people": control_sees.people,
    "channels": control_sees.channels,
    "credentials": control_settings.credentials,
    "app": control_settings.app,
}


def routes(deliveries: Deliveries) -> list[Route]:
    """Every control route of a world, but those of its faults and log."""
    acting = [
        Route(f"/control/{name}", _page(deliveries, work), methods=["POST"]) for name, work in DO.items()
    ]
    looking = [
        Route(f"/control/{name}", _page(deliveries, work), methods=["GET"]) for name, work in LOOK.items()
    ]
    return acting + looking


def _page(deliveries: Deliveries, work: Work) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def answer(request: Request) -> JSONResponse:
        try:
            return JSONResponse({"ok": True} | await work(Ask(deliveries, await _given(request))))
        except Refusal as refusal:
            return _no(refusal.error, 400, **refusal.more)
        except (KeyError, IndexError):
            raise  # a mistake in this program, not in the question
        except (LookupError, ValueError) as error:
            return _no(str(error), 400)

    return answer


async def _given(request: Request) -> Json:
    if request.method in {"GET", "HEAD"}:
        return dict(request.query_params)
    body = await request.body()
    given = orjson.loads(body) if body else {}  # its error is a ValueError that says where
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - wrong input, not a wrong type in here
    return given


def _no(error: str, status: int, **more: Any) -> JSONResponse:
    return JSONResponse({"ok": False, "error": error, **more}, status)
