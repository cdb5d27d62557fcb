"""The files of an account: list, upload, show, read and delete."""

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from typing import Any

from bot.errors import AccessDenied, Invalid, MissingAtApi
from bot.fields import Choice, Files, Number, Reference, Text
from bot.module import Context, Effect, Facts, File, Module, Operation, Result, Role, Table, Values
from bot.module import Text as Said
from bot.notation import UNKNOWN, day, fenced, size
from bot.openai import Api, Upload, segment

PURPOSES = ("fine-tune", "batch", "assistants", "vision", "user_data", "evals")
MADE = ("fine-tune-results", "batch_output", "assistants_output")  # by OpenAI
JSON_LINES = {"fine-tune": 512 * 2**20, "batch": 200 * 2**20}  # bytes: OpenAI's limits of such files
LISTED = 1000  # files and jobs that are looked through
FETCHED = 100 * 2**20  # bytes of a file that is brought here: they are held in memory
PREVIEW = 1500  # characters, and lines of them:
LINES = 20
ENDED = {"succeeded", "failed", "cancelled"}
HOUR = 3600  # seconds


async def everything(context: Context, values: Values) -> Result:
    """All files, newest first."""
    query = {"purpose": values["purpose"]} if "purpose" in values else {}
    found = [each async for each in context.ask.pages("/files", query, limit=LISTED + 1)]
    if not found:
        return Result([Said(f"There are no files{' of this purpose' if query else ''}.")])
    rows = [
        (str(each.get("id")), str(each.get("filename")), str(each.get("purpose")), size(each.get("bytes")),
         day(each.get("created_at")), day(each.get("expires_at")))
        for each in found[:LISTED]
    ]  # fmt: skip
    notes = [f"Only the newest {LISTED:,} are listed."] if len(found) > LISTED else []
    table = Table(("ID", "Name", "Purpose", "Size", "Created", "Expires"), rows)
    total = size(sum(each.get("bytes") or 0 for each in found[:LISTED]))
    return Result([Said(f"**{len(rows)} files**, {total} together."), table], notes)


async def upload(context: Context, values: Values) -> Result:
    """Store a file at OpenAI."""
    file, purpose = values["file"][0], values["purpose"]
    if purpose in JSON_LINES:
        if not file.name.lower().endswith(".jsonl"):
            raise Invalid(f"File: for {purpose}, OpenAI takes JSON lines only (.jsonl).", field="file")
        if len(file.content) > JSON_LINES[purpose]:
            most = JSON_LINES[purpose] // 2**20
            raise Invalid(f"File: for {purpose}, OpenAI takes {most} MB at most.", field="file")
    fields = [("purpose", purpose)]
    if "expires_after" in values:
        seconds = str(values["expires_after"] * HOUR)
        fields += [("expires_after[anchor]", "created_at"), ("expires_after[seconds]", seconds)]
    answer = await context.ask.upload(
        "/files", fields, [Upload("file", file.name, file.content, file.media_type)]
    )
    return Result([_card(answer.data or {})], request_id=answer.request_id)


async def retrieve(context: Context, values: Values) -> Result:
    """One file's card."""
    answer = await context.ask.get(f"/files/{segment(values['id'])}")
    return Result([_card(answer.data)], request_id=answer.request_id)


def _card(data: Mapping[str, Any]) -> Facts:
    pairs = [
        ("ID", str(data.get("id"))),
        ("Name", str(data.get("filename"))),
        ("Purpose", str(data.get("purpose"))),
        ("Size", size(data.get("bytes"))),
        ("Created", day(data.get("created_at"))),
        ("Expires", day(data.get("expires_at")) if data.get("expires_at") else "never"),
    ]
    state = data.get("status")
    return Facts([*pairs, *([("Status", str(state))] if state else [])])


async def content(context: Context, values: Values) -> Result:
    """What is in a file: its beginning to read, and all of it as a file."""
    place = f"/files/{segment(values['id'])}"
    data = (await context.ask.get(place)).data
    if (data.get("bytes") or 0) > FETCHED:
        raise Invalid(
            f"File ID: this file has {size(data['bytes'])}; at most {size(FETCHED)} can be brought here.",
            field="id",
        )
    answer = await context.ask.download(f"{place}/content", cap=FETCHED)
    held, notes = answer.content, []
    if data.get("purpose") == "fine-tune-results" and (table := _decoded(held)):
        held = table
        notes.append("OpenAI gives this table in base64; it is decoded here.")
    name = str(data.get("filename") or values["id"])
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    whole = File(name, held, kind, f"{name}, {size(len(held))}")
    return Result([Said(_preview(held)), whole], notes, request_id=answer.request_id)


def _decoded(held: bytes) -> bytes | None:
    try:
        return base64.b64decode(held, validate=True)
    except (binascii.Error, ValueError):
        return None


def _preview(held: bytes) -> str:
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return f"{size(len(held))} that are not text."
    lines = text[:PREVIEW].split("\n")[:LINES]
    begin = "\n".join(lines)
    shown = fenced(begin.rstrip("\n"))
    return (
        shown
        if len(begin) >= len(text.rstrip("\n"))
        else f"{shown}\nThis is the beginning; the file has all of it."
    )


async def delete(context: Context, values: Values) -> Result:
    """Delete a file for good; not under a fine-tuning job that still reads it."""
    name = values["id"]
    if values["confirm"].strip() != name:
        raise Invalid(f"Confirm: type {name} here, exactly as it is, to delete this file.", field="confirm")
    used, notes = await _jobs(context.ask, name)
    if working := [job for job, status in used if status not in ENDED]:
        raise Invalid(
            f"File ID: {', '.join(working)} still uses this file. Cancel the job first, or wait for its end.",
            field="id",
        )
    answer = await context.ask.delete(f"/files/{segment(name)}")
    if answer.data.get("deleted") is not True:
        return Result(
            [Said(f"OpenAI did not say that `{name}` is deleted.")], notes, request_id=answer.request_id
        )
    notes += [f"The fine-tuning job {job} ({status}) used this file." for job, status in used]
    return Result([Said(f"`{name}` is deleted.")], notes, request_id=answer.request_id)


async def _jobs(api: Api, name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The fine-tuning jobs that read or wrote a file, with their status; a note where that cannot be told."""
    used: list[tuple[str, str]] = []
    try:
        async for job in api.pages("/fine_tuning/jobs", {"limit": 100}, limit=LISTED):
            files = (job.get("training_file"), job.get("validation_file"), *(job.get("result_files") or ()))
            if name in files:
                used.append((str(job.get("id")), str(job.get("status") or UNKNOWN)))
    except (AccessDenied, MissingAtApi):
        return [], ["Whether a fine-tuning job uses this file could not be looked up with this connection."]
    return used, []


ID = Reference(name="id", title="File ID", of="file", required=True)

FILES = Module(
    name="files",
    title="Files",
    summary="Manage the files of an account at OpenAI",
    operations=(
        Operation(
            name="list", title="List files", summary="Lists the files of the account",
            fields=(Choice(name="purpose", title="Purpose", options=(*PURPOSES, *MADE)),),
            call=everything, example={"purpose": "fine-tune"},
        ),
        Operation(
            name="upload", title="Upload a file", summary="Stores a file at OpenAI",
            fields=(
                Files(name="file", title="File", types=(), required=True, bytes_each=512 * 2**20),
                Choice(name="purpose", title="Purpose", options=PURPOSES, required=True),
                Number(name="expires_after", title="Expires after", hint="In hours, up to 30 days.", low=1,
                       high=720, integer=True, advanced=True),
            ),
            call=upload,
            example={"file": [File("notes.txt", b"Notes.\n", "text/plain")], "purpose": "user_data"},
            effect=Effect.CHANGE,
        ),
        Operation(name="retrieve", title="Show a file", summary="Shows one file", fields=(ID,), call=retrieve,
                  example={"id": "file-abc123"}),
        Operation(name="content", title="Read a file", summary="Brings a file from OpenAI here", fields=(ID,),
                  call=content, example={"id": "file-abc123"}),
        Operation(
            name="delete", title="Delete a file", summary="Deletes a file for good",
            fields=(
                ID,
                Text(name="confirm", title="Confirm", required=True, high=256,
                     hint="Type the file's ID again. This cannot be undone."),
            ),
            call=delete, example={"id": "file-abc123", "confirm": "file-abc123"},
            effect=Effect.DESTROY, role=Role.ADMIN,
        ),
    ),
)  # fmt: skip
