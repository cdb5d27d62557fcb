"""The Files API: upload, list, retrieve, content and delete."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai.call import Call, route
from bot.playground.openai.check import fields, integer, one_of, record, string
from bot.playground.openai.errors import invalid
from bot.playground.openai.files_store import PRIVATE, PURPOSES, StoredFile
from bot.playground.openai.forms import Part, as_typed, part, read_form
from bot.playground.openai.state import Api

EXPIRES_AFTER = record(
    {"anchor": one_of("created_at"), "seconds": integer(3600, 2_592_000)}, required=("anchor", "seconds")
)
LIST = {
    "purpose": string(),
    "limit": integer(1, 10_000),
    "order": one_of("asc", "desc"),
    "after": string(),
}


def typed_expiry(body: dict[str, Any]) -> dict[str, Any]:
    """The form's fields with `expires_after[seconds]` as a number."""
    after = body.get("expires_after")
    return {**body, "expires_after": as_typed(after, {"seconds": int})} if isinstance(after, dict) else body


def keep(
    call: Call, filename: str, purpose: str, content: bytes, expires_after: dict[str, Any] | None
) -> StoredFile:
    """Store bytes as a file of the caller's project."""
    now = call.api.stamp()
    until = now + expires_after["seconds"] if expires_after else None
    file_id = call.api.new_id("file-", 22)
    return call.api.files.add(StoredFile(file_id, call.key.project, filename, purpose, content, now, until))


async def create(call: Call) -> ASGIApp:
    """POST /files."""
    body = typed_expiry(await read_form(call, call.api.sizes.file))
    rules = {"file": part, "purpose": one_of(*PURPOSES), "expires_after": EXPIRES_AFTER}
    fields(body, rules, required=("file", "purpose"))
    sent: Part = body["file"]
    file = keep(call, sent.filename, body["purpose"], sent.content, body.get("expires_after"))
    return call.answer(file.json())


def page(items: list[Any], after: str | None, limit: int) -> tuple[list[Any], bool]:
    """The objects that follow the one named `after`, at most `limit`, and whether more are left."""
    start = 0
    if after is not None:
        places = [index for index, item in enumerate(items) if item.id == after]
        if not places:
            raise invalid(f"Invalid value for 'after': no object '{after}' in this list.", "after")
        start = places[0] + 1
    return items[start : start + limit], len(items) > start + limit


async def list_files(call: Call) -> ASGIApp:
    """GET /files, newest first unless asked otherwise."""
    query = call.query(LIST)
    found = call.api.files.of(call.key.project, call.api.now())
    if "purpose" in query:
        found = [file for file in found if file.purpose == query["purpose"]]
    if query.get("order", "desc") == "desc":
        found.reverse()
    shown, more = page(found, query.get("after"), query.get("limit", 10_000))
    data = [file.json() for file in shown]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return call.answer({"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more})


def find(call: Call) -> StoredFile:
    """The file that the path names."""
    return call.api.files.find(call.path["file_id"], call.key.project, call.api.now())


async def retrieve(call: Call) -> ASGIApp:
    """GET /files/{file_id}."""
    return call.answer(find(call).json())


async def content(call: Call) -> ASGIApp:
    """GET /files/{file_id}/content: the bytes as they were sent."""
    file = find(call)
    if file.purpose in PRIVATE:
        raise invalid(f"Not allowed to download files of purpose: {file.purpose}", None, None)
    disposition = f"attachment; filename*=UTF-8''{quote(file.filename, safe='')}"
    headers = {"content-disposition": disposition}
    return Response(file.content, media_type="application/octet-stream", headers=headers)


async def delete(call: Call) -> ASGIApp:
    """DELETE /files/{file_id}."""
    file = find(call)
    del call.api.files.by_id[file.id]
    return call.answer({"id": file.id, "object": "file", "deleted": True})


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/files", create, "api.files.write", limited=True),
        route(api, "GET", "/files", list_files, "api.files.read"),
        route(api, "GET", "/files/{file_id}", retrieve, "api.files.read"),
        route(api, "GET", "/files/{file_id}/content", content, "api.files.read"),
        route(api, "DELETE", "/files/{file_id}", delete, "api.files.write"),
    ]
