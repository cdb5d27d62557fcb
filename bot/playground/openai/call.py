"""One call of the API: authorization, limits, the body, the handler, and the headers of the answer."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.playground.openai import access
from bot.playground.openai.check import Rule, fields
from bot.playground.openai.errors import ApiError
from bot.playground.openai.state import Api

Handler = Callable[["Call"], Awaitable[ASGIApp]]
HIDDEN = {"authorization", "cookie"}


class Call:
    """A request that a handler works on; `key` is authorized and `path` has the URL's parameters."""

    def __init__(self, api: Api, request: Request, key: access.Key) -> None:
        self.api, self.request, self.key = api, request, key
        self.path: dict[str, str] = request.path_params
        self.seen: dict[str, Any] = {
            "at": api.now(),
            "method": request.method,
            "path": request.url.path,
            "query": dict(request.query_params),
            "headers": {name: value for name, value in request.headers.items() if name not in HIDDEN},
            "key": access.masked(key.secret),
            "body": None,
        }
        api.requests.append(self.seen)

    async def json(self) -> dict[str, Any]:
        """The body as a JSON object, or a 400."""
        raw = await self.request.body()
        try:
            body = orjson.loads(raw) if raw else {}
        except orjson.JSONDecodeError as error:
            text = (
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
                "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was "
                f"not valid JSON: {error})"
            )
            raise ApiError(400, text) from None
        if not isinstance(body, dict):
            raise ApiError(400, "Invalid body: expected a JSON object.", code="invalid_type")
        self.seen["body"] = body
        return body

    async def form(self) -> FormData:
        """The body as multipart/form-data fields and files, or a 400."""
        if not self.request.headers.get("content-type", "").startswith("multipart/form-data"):
            text = "Invalid Content-Type header. Expected: multipart/form-data."
            raise ApiError(400, text, code="invalid_content_type")
        form = await self.request.form(max_files=1000, max_fields=1000, max_part_size=self.api.sizes.json)
        self.seen["body"] = [(name, _seen(value)) for name, value in form.multi_items()]
        return form

    def query(self, rules: Mapping[str, Rule]) -> dict[str, Any]:
        """The query's parameters, whole numbers as such; `name[]` becomes a list, `name[key]` stays."""
        found: dict[str, Any] = {}
        for name, value in self.request.query_params.multi_items():
            if name.endswith("[]"):
                found.setdefault(name[:-2], []).append(value)
            else:
                found[name] = int(value) if value.lstrip("-").isdigit() and value.isascii() else value
        fields({name: value for name, value in found.items() if name.partition("[")[0] not in rules}, {})
        for name, value in found.items():
            rules[name.partition("[")[0]](name, value)
        return found

    def spend(self, tokens: int, model: str) -> None:
        """Take tokens from the key's allowance, or raise the 429."""
        self.api.meter.take(self.key, "tokens", tokens, self.api.now(), model)

    def answer(self, data: object, status: int = 200) -> Response:
        """A JSON answer."""
        return Response(orjson.dumps(data), status, media_type="application/json")


def _seen(value: str | UploadFile) -> object:
    if isinstance(value, str):
        return value
    return {"filename": value.filename, "content_type": value.content_type, "bytes": value.size}


class Endpoint:
    """An operation as an ASGI application."""

    def __init__(self, api: Api, handler: Handler, scope: str, *, limited: bool, paid: bool) -> None:
        self.api, self.handler, self.needs = api, handler, scope
        self.limited, self.paid = limited, paid

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        api = self.api
        request = Request(scope, _capped(receive, scope, api))
        headers = {"x-request-id": api.new_id("req_", 32), "openai-version": "2020-10-01"}
        try:
            key = access.authorize(api.keys, api.organizations, request.headers, self.needs)
            headers |= {"openai-organization": key.organization, "openai-project": key.project}
            answer = await self.handle(request, key)
        except ApiError as error:
            answer = error.response()
        except ClientDisconnect:
            return
        if self.limited and "openai-organization" in headers:
            headers |= api.meter.headers(key, api.now())
        headers["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *raw]
            await send(message)

        await answer(scope, receive, send_with_headers)

    async def handle(self, request: Request, key: access.Key) -> ASGIApp:
        """Limits, then the handler's answer."""
        call = Call(self.api, request, key)
        if self.paid:
            access.check_quota(key)
        if self.limited:
            self.api.meter.take(key, "requests", 1, self.api.now())
        return await self.handler(call)


def _capped(receive: Receive, scope: Scope, api: Api) -> Receive:
    """The body as it comes in, until it is larger than the API takes."""
    sent = dict(scope["headers"])
    multipart = sent.get(b"content-type", b"").startswith(b"multipart/")
    limit = api.sizes.multipart if multipart else api.sizes.json
    left = limit

    async def receive_capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            text = f"Maximum content size limit ({limit}) exceeded."
            raise ApiError(413, text, code="content_size_limit_exceeded", headers={"connection": "close"})
        return message

    return receive_capped


def route(
    api: Api,
    method: str,
    path: str,
    handler: Handler,
    scope: str,
    *,
    limited: bool = False,
    paid: bool = False,
) -> Route:
    """A route under /v1.

    `scope` is what a restricted key needs; `limited` counts requests; `paid` needs quota as well.
    """
    endpoint = Endpoint(api, handler, scope, limited=limited or paid, paid=paid)
    return Route(f"/v1{path}", endpoint, methods=[method])
