"""The Uploads API: a large file in parts, put together at the end."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai.call import Call, route
from bot.playground.openai.check import array, fields, integer, one_of, string
from bot.playground.openai.errors import ApiError, invalid, not_found
from bot.playground.openai.files import EXPIRES_AFTER, keep
from bot.playground.openai.files_store import PURPOSES, StoredFile, check_kind
from bot.playground.openai.forms import part, read_form
from bot.playground.openai.state import Api

MAX_BYTES = 8 << 30
LIFETIME = 3600  # seconds until an upload that was not completed expires
CREATE = {
    "filename": string(1),
    "bytes": integer(1, MAX_BYTES),
    "mime_type": string(1),
    "purpose": one_of(*PURPOSES),
    "expires_after": EXPIRES_AFTER,
}


@dataclass(slots=True)
class Upload:
    """A file on its way in; `parts` holds the bytes by part id."""

    id: str
    project: str
    filename: str
    size: int
    purpose: str
    created_at: int
    expires_after: dict[str, Any] | None
    state: str = "pending"
    parts: dict[str, bytes] = field(default_factory=dict)
    file: StoredFile | None = None

    def status(self, now: float) -> str:
        """pending, completed, cancelled or expired."""
        return "expired" if self.state == "pending" and now >= self.created_at + LIFETIME else self.state

    def json(self, now: float) -> dict[str, Any]:
        """The Upload object."""
        done = {"file": self.file.json()} if self.file else {}
        return {
            "id": self.id,
            "object": "upload",
            "bytes": self.size,
            "created_at": self.created_at,
            "expires_at": self.created_at + LIFETIME,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": self.status(now),
            **done,
        }


async def create(call: Call) -> ASGIApp:
    """POST /uploads."""
    body = await call.json()
    fields(body, CREATE, required=("filename", "bytes", "mime_type", "purpose"))
    check_kind(body["filename"], body["purpose"], body["bytes"])
    api = call.api
    upload = Upload(
        api.new_id("upload_"),
        call.key.project,
        body["filename"],
        body["bytes"],
        body["purpose"],
        api.stamp(),
        body.get("expires_after"),
    )
    api.uploads[upload.id] = upload
    return call.answer(upload.json(api.now()))


def pending(call: Call) -> Upload:
    """The upload that the path names, while it can still be changed."""
    upload = call.api.uploads.get(call.path["upload_id"])
    if upload is None or upload.project != call.key.project:
        raise not_found(f"No such Upload object: {call.path['upload_id']}")
    status = upload.status(call.api.now())
    if status != "pending":
        raise invalid(f"Upload {upload.id} is {status}: it cannot be changed any more.", None, None)
    return upload


async def add_part(call: Call) -> ASGIApp:
    """POST /uploads/{upload_id}/parts."""
    upload = pending(call)
    body = await read_form(call, call.api.sizes.part)
    fields(body, {"data": part}, required=("data",))
    part_id = call.api.new_id("part_")
    upload.parts[part_id] = body["data"].content
    made = {"id": part_id, "object": "upload.part", "created_at": call.api.stamp(), "upload_id": upload.id}
    return call.answer(made)


async def complete(call: Call) -> ASGIApp:
    """POST /uploads/{upload_id}/complete: the parts in the given order become the file."""
    upload = pending(call)
    body = await call.json()
    fields(body, {"part_ids": array(string(1), 1), "md5": string()}, required=("part_ids",))
    for part_id in body["part_ids"]:
        if part_id not in upload.parts:
            raise invalid(f"No such Part object: {part_id}", "part_ids", None)
    content = b"".join(upload.parts[part_id] for part_id in body["part_ids"])
    if len(content) != upload.size:
        text = f"The parts have {len(content)} bytes, but the upload was created with {upload.size} bytes."
        raise ApiError(400, text, param="part_ids")
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if body.get("md5") and body["md5"] != digest:
        raise invalid("The md5 checksum does not match the uploaded bytes.", "md5", None)
    upload.file = keep(call, upload.filename, upload.purpose, content, upload.expires_after)
    upload.state = "completed"
    upload.parts.clear()
    return call.answer(upload.json(call.api.now()))


async def cancel(call: Call) -> ASGIApp:
    """POST /uploads/{upload_id}/cancel."""
    upload = pending(call)
    upload.state = "cancelled"
    upload.parts.clear()
    return call.answer(upload.json(call.api.now()))


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/uploads", create, "api.files.write"),
        route(api, "POST", "/uploads/{upload_id}/parts", add_part, "api.files.write"),
        route(api, "POST", "/uploads/{upload_id}/complete", complete, "api.files.write"),
        route(api, "POST", "/uploads/{upload_id}/cancel", cancel, "api.files.write"),
    ]
