"""The control routes of this server, by which a person or a test sets the API up and sees what was asked.

POST   /control/keys      {organization?, project?, and any member below}   a new key: {secret, …}
PATCH  /control/keys      {secret? (else the first key), revoked?, owner?, scopes?, scope_status?, quota?,
                           requests_per_minute?, tokens_per_minute?}
GET    /control/keys      every key
POST   /control/models    {id, base}               a fine-tuned model of the first key's organization
POST   /control/speed     {first_token?, tokens_per_second?}       seconds; 0 tokens per second: at once
POST   /control/sizes     {json?, multipart?, file?, audio?, image?, part?}      bytes
POST   /control/compat    {on}                     answer retired endpoints and models
POST   /control/clock     {advance}                seconds
GET    /control/requests  ?path=regex              what was asked lately, oldest first; DELETE forgets it
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.playground.openai import check
from bot.playground.openai.access import QUOTA, Key
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api

Work = Callable[[dict[str, Any]], object]

KEY: dict[str, check.Rule] = {
    "secret": check.string(1),
    "revoked": check.boolean,
    "owner": check.boolean,
    "scopes": check.array(check.string(1)),
    "scope_status": check.integer(401, 403),
    "quota": check.one_of(*QUOTA),
    "requests_per_minute": check.integer(1),
    "tokens_per_minute": check.integer(1),
}
NEW_KEY: dict[str, check.Rule] = {**KEY, "organization": check.string(1), "project": check.string(1)}
SPEED: dict[str, check.Rule] = {"first_token": check.number(0), "tokens_per_second": check.number(0)}


def key_json(key: Key) -> dict[str, Any]:
    """A key with all that is set for it."""
    value = asdict(key)
    return {**value, "scopes": None if key.scopes is None else sorted(key.scopes)}


class Control:
    """What the routes do."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def add_key(self, body: dict[str, Any]) -> object:
        """A new key."""
        check.fields(body, NEW_KEY)
        return key_json(self.api.add_key(**members(body)))

    def change_key(self, body: dict[str, Any]) -> object:
        """Change a key; a null takes a restriction away."""
        check.fields(body, KEY)
        key = self.api.keys.get(body.get("secret") or self.api.key.secret)
        if key is None:
            raise ApiError(404, "No such key.", param="secret")
        for name, value in members(body).items():
            setattr(key, name, value)
        return key_json(key)

    def add_model(self, body: dict[str, Any]) -> object:
        """A fine-tuned model."""
        check.fields(
            body, {"id": check.string(1), "base": check.one_of(*self.api.models.models)}, ["id", "base"]
        )
        api = self.api
        return api.models.add_fine_tuned(body["id"], body["base"], api.stamp(), api.key.organization).json()

    def set_speed(self, body: dict[str, Any]) -> object:
        """How fast streams run from now on."""
        check.fields(body, SPEED)
        for name, value in body.items():
            setattr(self.api.speed, name, value)
        return asdict(self.api.speed)

    def set_sizes(self, body: dict[str, Any]) -> object:
        """The most bytes that are taken."""
        check.fields(body, dict.fromkeys(asdict(self.api.sizes), check.integer(0)))
        for name, value in body.items():
            setattr(self.api.sizes, name, value)
        return asdict(self.api.sizes)

    def set_compat(self, body: dict[str, Any]) -> object:
        """Switch the compatible mode."""
        check.fields(body, {"on": check.boolean}, ["on"])
        self.api.compat = body["on"]
        return {"on": self.api.compat}

    def move_clock(self, body: dict[str, Any]) -> object:
        """Let time pass."""
        check.fields(body, {"advance": check.number(0)}, ["advance"])
        self.api.clock.advance(body["advance"])
        return {"now": self.api.now()}


def members(body: dict[str, Any]) -> dict[str, Any]:
    """The members of Key that a body sets."""
    given = dict(body)
    if given.get("scopes") is not None:
        given["scopes"] = frozenset(given["scopes"])
    return given


def _route(method: str, path: str, work: Work) -> Route:
    async def endpoint(request: Request) -> JSONResponse:
        try:
            return JSONResponse(work(await request.json()))
        except ApiError as error:
            return error.response()

    return Route(f"/control{path}", endpoint, methods=[method])


def routes(api: Api) -> list[Route]:
    """The routes of this family; they ask for no key."""
    control = Control(api)

    async def keys(_request: Request) -> JSONResponse:
        return JSONResponse([key_json(key) for key in api.keys.values()])

    async def requests(request: Request) -> JSONResponse:
        if request.method == "DELETE":
            api.requests.clear()
        wanted = re.compile(request.query_params.get("path", ""))
        return JSONResponse([one for one in api.requests if wanted.search(one["path"])])

    return [
        Route("/control/keys", keys, methods=["GET"]),
        _route("POST", "/keys", control.add_key),
        _route("PATCH", "/keys", control.change_key),
        _route("POST", "/models", control.add_model),
        _route("POST", "/speed", control.set_speed),
        _route("POST", "/sizes", control.set_sizes),
        _route("POST", "/compat", control.set_compat),
        _route("POST", "/clock", control.move_clock),
        Route("/control/requests", requests, methods=["GET", "DELETE"]),
    ]
