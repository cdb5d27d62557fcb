"""POST /edits, which the API removed in 2024: a 404 like any unknown path, unless in its compatible mode."""

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.openai import check, rewriting, tokens
from bot.playground.openai.call import Call, Endpoint
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api

RULES: dict[str, check.Rule] = {
    "model": check.string(1),
    "input": check.string(),
    "instruction": check.string(1),
    "n": check.integer(1, 20),
    "temperature": check.number(0, 2),
    "top_p": check.number(0, 1),
}


async def edit(call: Call) -> ASGIApp:
    """The input, changed as the instruction says."""
    body, api = await call.json(), call.api
    check.fields(body, RULES, ["model", "instruction"])
    api.models.serving(body["model"], "edit", api.now(), call.key.organization, compat=True)
    given = body.get("input") or ""
    made = rewriting.rewrite(body["instruction"], given) or given
    asked, many = tokens.count(given) + tokens.count(body["instruction"]), body.get("n") or 1
    spent = tokens.count(made) * many
    return call.answer(
        {
            "object": "edit",
            "created": api.stamp(),
            "choices": [{"text": made, "index": index} for index in range(many)],
            "usage": {"prompt_tokens": asked, "completion_tokens": spent, "total_tokens": asked + spent},
        }
    )


class Retired:
    """An endpoint that is there in the compatible mode only."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.endpoint.api.compat:
            await self.endpoint(scope, receive, send)
        else:
            await no_such_url(scope["method"], scope["path"]).response()(scope, receive, send)


def no_such_url(method: str, path: str) -> ApiError:
    """The 404 for a path that the API does not have."""
    return ApiError(404, f"Invalid URL ({method} {path})")


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    endpoint = Endpoint(api, edit, "model.request", limited=True, paid=True)
    return [Route("/v1/edits", Retired(endpoint), methods=["POST"])]
