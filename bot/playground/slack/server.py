"""The Slack stand-in as one ASGI application: the Web API on a short path of its own, all else as routes."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bot.playground.slack import (
    api_assistant,
    api_auth,
    api_chat,
    api_conversations,
    api_reactions,
    api_streams,
    api_users,
    api_views,
    control,
    files,
    response_urls,
)
from bot.playground.slack.app import Install
from bot.playground.slack.deliveries import Deliveries
from bot.playground.slack.methods import METHODS, Call, Method, Refusal
from bot.playground.slack.state import Json
from bot.playground.slack.world import World

#: Every file that declares methods; to import it is what offers them.
FAMILIES = (
    api_assistant,
    api_auth,
    api_chat,
    api_conversations,
    api_reactions,
    api_streams,
    api_users,
    api_views,
    files,
)


class Slack:
    """The server of one world. `world.url` must be set to where it listens; `aclose` ends its deliveries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deliveries = Deliveries(world)
        self._pages = Starlette(
            routes=[
                *files.routes(world),
                *response_urls.routes(world),
                *self.deliveries.sockets.routes(),
                *control.routes(self.deliveries),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as an ASGI application."""
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            await self._api(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def aclose(self) -> None:
        """Stop what is still being delivered, hang up on sockets, and keep nobody waiting."""
        self.world.end()
        await self.deliveries.aclose()

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        status, answer = 200, Json()
        more: list[tuple[bytes, bytes]] = []
        name = scope["path"][5:]
        install = None
        try:
            args = await _arguments(scope, headers, receive)
            token = _token(headers, args)
            declared, install = self._admitted(name, token)
            wait = None
            if self.world.rates is not None and install is not None:
                wait = self.world.rates.take(name, install.team_id, str(args.get("channel") or "") or None)
            if wait is None:
                answer = {"ok": True} | await declared.handler(Call(self.world, name, args, token, install))
            else:
                status, more = 429, [(b"retry-after", str(wait).encode())]
                answer = {"ok": False, "error": "ratelimited"}
        except Refusal as refusal:
            answer = {"ok": False, "error": refusal.error, **refusal.more}
        if install is not None:
            more.append((b"x-oauth-scopes", ",".join(sorted(install.scopes)).encode()))
        body = orjson.dumps(answer)
        more += [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": status, "headers": more})
        await send({"type": "http.response.body", "body": body})

    def _admitted(self, name: str, token: str) -> tuple[Method, Install | None]:
        if (declared := METHODS.get(name)) is None:
            raise Refusal("unknown_method", req_method=name)
        if declared.kind == "none":
            return declared, None
        if not token:
            raise Refusal("not_authed")
        if token == self.world.app.app_token or declared.kind == "app":
            if declared.kind != "app":
                raise Refusal("not_allowed_token_type")
            if token != self.world.app.app_token:
                raise Refusal("not_allowed_token_type" if token in self.world.tokens else "invalid_auth")
            return declared, None
        if (install := self.world.tokens.get(token)) is None:
            raise Refusal("invalid_auth")
        if install.status != "active":
            raise Refusal(install.status)
        if declared.scope is not None and declared.scope not in install.scopes:
            provided = ",".join(sorted(install.scopes))
            raise Refusal("missing_scope", needed=declared.scope, provided=provided)
        return declared, install


def _token(headers: dict[bytes, bytes], args: Json) -> str:
    header = headers.get(b"authorization", b"").decode("latin-1")
    if header.startswith("Bearer "):
        return header[7:].strip()
    return str(args.pop("token", "") or "")


async def _arguments(scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> dict[str, Any]:
    """Arguments from the address, and from a body of JSON or a form."""
    args: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind == b"multipart/form-data":
        form = await Request(scope, receive).form()
        return args | {name: value for name, value in form.items() if isinstance(value, str)}
    body = await _body(receive)
    if not body:
        return args
    if kind == b"application/json":
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Refusal("invalid_json") from None
        if not isinstance(given, dict):
            raise Refusal("json_not_object")
        return args | given
    if kind == b"application/x-www-form-urlencoded":
        return args | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    raise Refusal("invalid_post_type")


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)
