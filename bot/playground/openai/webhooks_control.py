"""Control of webhooks for tests and the playground's page: any URL as a target, and what was delivered."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.openai.check import Rule, array, fields, one_of, string
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api
from bot.playground.openai.webhooks import add
from bot.playground.openai.webhooks_store import EVENT_TYPES, WebhookEndpoint

TARGET: dict[str, Rule] = {
    "url": string(1),
    "secret": string(1, pattern="whsec_[A-Za-z0-9+/=]+"),
    "event_types": array(one_of(*EVENT_TYPES), 1),
    "project": string(1),
}


def control_routes(api: Api) -> list[Route]:
    """The routes under /control/webhooks."""

    async def webhooks(request: Request) -> Response:
        """GET targets and deliveries; POST {url, secret?, event_types?, project?} adds one; DELETE all."""
        if request.method == "POST":
            asked: dict[str, Any] = orjson.loads(await request.body())
            try:
                fields(asked, TARGET, required=("url",))
            except ApiError as error:
                return error.response()
            types = asked.get("event_types", list(EVENT_TYPES))
            project = asked.get("project", api.key.project)
            made = add(api, project, "control", asked["url"], types, asked.get("secret", ""))
            return JSONResponse(_shown(made))
        if request.method == "DELETE":
            api.webhooks.clear()
        return JSONResponse({"webhooks": [_shown(one) for one in api.webhooks.values()]})

    return [Route("/control/webhooks", webhooks, methods=["GET", "POST", "DELETE"])]


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {**endpoint.json(with_secret=True), "deliveries": list(endpoint.deliveries)}
