"""GET /models, GET and DELETE /models/{model}."""

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai.call import Call, route
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api


async def list_models(call: Call) -> ASGIApp:
    """Every model that this organization can use today."""
    found = call.api.models.available(call.api.now(), call.key.organization, compat=call.api.compat)
    return call.answer({"object": "list", "data": [model.json() for model in found]})


async def get_model(call: Call) -> ASGIApp:
    """One model."""
    api = call.api
    found = api.models.find(call.path["model"], api.now(), call.key.organization, compat=api.compat)
    return call.answer(found.json())


async def delete_model(call: Call) -> ASGIApp:
    """Delete a fine-tuned model, which takes the role of an owner."""
    api, name = call.api, call.path["model"]
    api.models.find(name, api.now(), call.key.organization, compat=api.compat)
    if not call.key.owner:
        text = "You have insufficient permissions for this operation: deleting a model takes the role Owner."
        raise ApiError(403, text)
    api.models.delete(name, api.now(), call.key.organization)
    return call.answer({"id": name, "object": "model", "deleted": True})


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "GET", "/models", list_models, "api.model.read"),
        route(api, "GET", "/models/{model:path}", get_model, "api.model.read"),
        route(api, "DELETE", "/models/{model:path}", delete_model, "api.model.write"),
    ]
