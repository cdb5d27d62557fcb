"""The addresses of files outside the Web API: where bytes are sent, and where a token gets them back."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.playground.slack.places import visible

if TYPE_CHECKING:
    from bot.playground.slack.state import File
    from bot.playground.slack.world import World

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>"
    "<body><h1>Sign in to your workspace</h1><form></form></body></html>"
)


def routes(world: "World") -> list[Route]:
    """Upload and download."""

    async def take(request: Request) -> Response:
        upload = world.uploads.get(request.path_params["ticket"])
        if upload is None or world.clock.now() >= upload.expires:
            return PlainTextResponse("invalid upload url", 404)
        data = await _sent(request)
        if len(data) != upload.length:
            return PlainTextResponse(f"expected {upload.length} bytes, got {len(data)}", 400)
        upload.content = data
        return PlainTextResponse(f"OK - {len(data)}")

    async def give(request: Request) -> Response:
        install = world.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if install is None or install.status != "active" or "files:read" not in install.scopes:
            # Slack asks who you are with a page and status 200: a client must look at the content type.
            return HTMLResponse(LOGIN_PAGE)
        team, _, file_id = request.path_params["place"].partition("-")
        file = world.files.get(file_id)
        if file is None or file.team_id != team or not may_read(world, file, install.bot_user_id):
            return HTMLResponse("<!DOCTYPE html><title>File not found</title>", 404)
        headers = {}
        if "/download/" in request.url.path:
            headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
        return Response(file.content, 200, headers, file.mimetype)

    return [
        Route("/upload/v1/{ticket}", take, methods=["POST"]),
        Route("/files-pri/{place}/{name}", give, methods=["GET"]),
        Route("/files-pri/{place}/download/{name}", give, methods=["GET"]),
    ]


async def _sent(request: Request) -> bytes:
    """The file in a request: its whole body, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        sent = [await value.read() for value in form.values() if not isinstance(value, str)]
    return sent[0] if sent else b""


def may_read(world: "World", file: "File", user: str) -> bool:
    """Whether a user can see a file: an own one, a shared one, and for the app one of a form."""
    team = world.users[user].team_id
    if file.given and world.users[user].is_bot:
        return True
    return file.user == user or any(visible(world.channels[c], user, team) for c in file.channels)
