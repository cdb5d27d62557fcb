"""The OpenAI API as one Starlette application, collected from its families of endpoints.

A family is a file with `routes(api) -> list[Route]`; it imports state.py and call.py, never this file.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bot.playground.openai import (
    audio,
    chat,
    completions,
    control,
    embeddings,
    files,
    finetuning,
    finetuning_control,
    images,
    models,
    moderations,
    responses,
    retired,
    uploads,
    webhooks,
    webhooks_control,
)
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api

__all__ = ["Api", "build"]

FAMILIES = (
    models,
    chat,
    completions,
    embeddings,
    moderations,
    responses,
    retired,
    control,
    files,
    uploads,
    finetuning,
    webhooks,
    images,
    audio,
)
CONTROLS = (finetuning_control, webhooks_control)


def build(api: Api) -> Starlette:
    """The application for this state."""
    routes = [route for family in FAMILIES for route in family.routes(api)]
    routes += [route for control in CONTROLS for route in control.control_routes(api)]
    handlers = {404: no_such_url, 405: wrong_method, Exception: bug}

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await api.close()

    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    app.router.redirect_slashes = False
    return app


async def no_such_url(request: Request, _error: Exception) -> Response:
    """The 404 for a path that the API does not have."""
    return retired.no_such_url(request.method, request.url.path).response()


async def wrong_method(request: Request, _error: Exception) -> Response:
    """The 405 for a method that the path does not have."""
    hint = "(HINT: Perhaps you meant to use a different HTTP method?)"
    text = f"Not allowed to {request.method} on {request.url.path} {hint}"
    return ApiError(405, text, code="method_not_supported").response()


async def bug(_request: Request, _error: Exception) -> Response:
    """The 500 for a fault of this server itself; uvicorn logs it."""
    text = "The server had an error while processing your request. Sorry about that!"
    return ApiError(500, text, type="server_error").response()
