"""Control of webhooks for tests and the playground's page: any URL as a target, and what was delivered."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.openai.state import Api
from bot.playground.openai.webhooks import add
from bot.playground.openai.webhooks_store import EVENT_TYPES, WebhookEndpoint


def control_routes(api: Api) -> list[Route]:
    """The routes under /control/webhooks."""

    async def webhooks(request: Request) -> Response:
        """GET targets and deliveries; POST {url, secret?, event_types?, project?} adds one; DELETE all."""
        if request.method == "POST":
            asked: dict[str, Any] = orjson.loads(await request.body())
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
