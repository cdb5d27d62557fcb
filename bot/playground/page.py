"""Serves the page on which people use both worlds, and keeps every other page in the browser away."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.slack.files_pages import may_read
from bot.playground.slack.slack_files import in_a_message
from bot.playground.slack.world import World

FOLDER = Path(__file__).with_name("page")
HEADER = "X-Playground-Token"
#: Nothing comes from elsewhere, no text becomes a script, and no other page shows this one in a frame.
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
        "media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


def refused(scope: Scope, token: str | None) -> Response | None:
    """Why a request to /control is not carried out, None when it is.

    The name in Host must be loopback's, or a page of another name could be led here by its own DNS; a
    browser tells by Origin and Sec-Fetch-Site which page asks.
    """
    if (wrong := _foreign(scope)) is not None:
        return wrong
    given = Request(scope).headers.get(HEADER, "")
    if token is not None and not secrets.compare_digest(given.encode(), token.encode()):
        return JSONResponse({"ok": False, "error": f"{HEADER} is missing or wrong"}, 403)
    return None


def _foreign(scope: Scope) -> Response | None:
    headers, port = Request(scope).headers, scope["server"][1]
    host = headers.get("host", "")
    if host not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        return JSONResponse({"ok": False, "error": "Host is not this playground's"}, 403)
    ours = headers.get("origin") in {None, f"http://{host}"}
    if not ours or headers.get("sec-fetch-site") not in {None, "same-origin", "none"}:
        return JSONResponse({"ok": False, "error": "another page may not use this playground"}, 403)
    return None


class Page:
    """The page at `/`, in front of a Slack server; the OpenAI server's control at /openai-control."""

    def __init__(self, slack: ASGIApp, openai: ASGIApp, world: World) -> None:
        self.slack = slack
        self.openai = openai
        self.world = world
        self._files = Starlette(
            routes=[
                Route("/", self._index),
                Route("/control/file", self._file),
                Mount("/page", StaticFiles(directory=FOLDER)),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as an ASGI application."""
        path: str = scope.get("path", "")
        if scope["type"] != "http":
            await self.slack(scope, receive, send)
        elif path == "/" or path.startswith("/page/"):
            await (_foreign(scope) or self._files)(scope, receive, _with(HEADERS, send))
        elif path == "/control/file":
            answer = refused(scope, self.world.control_token) or self._files
            await answer(scope, receive, _with(HEADERS, send))
        elif path.startswith("/openai-control/"):
            there = path.removeprefix("/openai-")
            await self.openai(dict(scope, path=f"/{there}", raw_path=f"/{there}".encode()), receive, send)
        else:
            await self.slack(scope, receive, send)

    async def _index(self, request: Request) -> Response:
        wanted, given = self.world.control_token, request.query_params.get("token", "")
        if wanted is not None and not secrets.compare_digest(given.encode(), wanted.encode()):
            said = "This address has no token, or an old one. Open the address that `make run` printed."
            return PlainTextResponse(said, 403)
        return FileResponse(FOLDER / "index.html")

    async def _file(self, request: Request) -> Response:
        """A file's bytes, for a person who can see it."""
        file = self.world.files.get(request.query_params.get("id", ""))
        user = self.world.user(request.query_params.get("user", ""))
        if file is None or user is None:
            return JSONResponse({"ok": False, "error": "there is no such file or person"}, 404)
        if not (may_read(self.world, file, user.id) or in_a_message(self.world, file, user.id)):
            return JSONResponse({"ok": False, "error": "there is no such file"}, 404)
        return Response(file.content, 200, media_type=file.mimetype)


def _with(headers: Mapping[str, str], send: Send) -> Send:
    """Send with these headers on top of the answer's."""
    more = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            own = message.get("headers")
            message = {**message, "headers": [*(own if isinstance(own, list) else []), *more]}
        await send(message)

    return sending  # type: ignore[return-value]  # a Message is a MutableMapping of exactly this shape
