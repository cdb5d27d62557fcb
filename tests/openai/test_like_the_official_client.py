"""The same call through the official client and through ours: the same request arrives."""

import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openai import AsyncOpenAI

from bot.openai import Api, Event, Upload, segment
from tests.openai.server import DONE, Connect, Seen, Server, chunk, http, pieces

CHAT = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "hé"}], "reasoning_effort": "none"}
FILE = ("é a.jsonl", b'{"a":1}\n', "application/jsonl")
PICTURES = [("a.png", b"\x89PNG", "image/png"), ("b.png", b"\x89PNG2", "image/png")]
FT = "ft:gpt-4o-mini:acme:s/x:1"


async def ours_stream(api: Api) -> list[Event]:
    async with api.stream("chat/completions", CHAT) as events:
        return [event async for event in events]


async def theirs_stream(client: AsyncOpenAI) -> list[Any]:
    return [chunk async for chunk in await client.chat.completions.create(**CHAT, stream=True)]


async def ours_pages(api: Api) -> list[Any]:
    query = {"limit": 2, "metadata": {"k": "v"}}
    return [item async for item in api.pages("fine_tuning/jobs", query, limit=9)]


async def theirs_pages(client: AsyncOpenAI) -> list[Any]:
    return [item async for item in client.fine_tuning.jobs.list(limit=2, metadata={"k": "v"})]


def up(field: str, file: tuple[str, bytes, str]) -> Upload:
    return Upload(field, *file)


CALLS = {
    "chat": (lambda c: c.chat.completions.create(**CHAT), lambda a: a.post("chat/completions", CHAT)),
    "chat stream": (theirs_stream, ours_stream),
    "embeddings": (
        lambda c: c.embeddings.create(model="m", input=["a", "b"], encoding_format="float"),
        lambda a: a.post("embeddings", {"model": "m", "input": ["a", "b"], "encoding_format": "float"}),
    ),
    "models": (lambda c: c.models.list(), lambda a: a.models()),
    "a model": (lambda c: c.models.retrieve(FT), lambda a: a.get(f"models/{segment(FT)}")),
    "delete a model": (lambda c: c.models.delete(FT), lambda a: a.delete(f"models/{segment(FT)}")),
    "cancel a job": (
        lambda c: c.fine_tuning.jobs.cancel("ftjob-1"),
        lambda a: a.post("fine_tuning/jobs/ftjob-1/cancel"),
    ),
    "jobs": (theirs_pages, ours_pages),
    "costs": (
        lambda c: c.admin.organization.usage.costs(start_time=1, project_ids=["a", "b"]),
        lambda a: a.get("organization/costs", {"start_time": 1, "project_ids": ["a", "b"]}),
    ),
    "speech": (
        lambda c: c.audio.speech.create(model="m", voice="alloy", input="hi"),
        lambda a: a.download("audio/speech", body={"model": "m", "voice": "alloy", "input": "hi"}),
    ),
    "file content": (lambda c: c.files.content("file-1"), lambda a: a.download("files/file-1/content")),
    "upload": (
        lambda c: c.files.create(
            file=FILE, purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
        ),
        lambda a: a.upload(
            "files",
            [
                ("purpose", "fine-tune"),
                ("expires_after[anchor]", "created_at"),
                ("expires_after[seconds]", "3600"),
            ],
            [up("file", FILE)],
        ),
    ),
    "image edit": (
        lambda c: c.images.edit(image=PICTURES, prompt="a hat", model="m"),
        lambda a: a.upload(
            "images/edits", [("prompt", "a hat"), ("model", "m")], [up("image[]", file) for file in PICTURES]
        ),
    ),
    "transcription": (
        lambda c: c.audio.transcriptions.create(
            file=("a.wav", b"RIFF", "audio/wav"),
            model="whisper-1",
            timestamp_granularities=["word", "segment"],
        ),
        lambda a: a.upload(
            "audio/transcriptions",
            [
                ("model", "whisper-1"),
                ("timestamp_granularities[]", "word"),
                ("timestamp_granularities[]", "segment"),
            ],
            [Upload("file", "a.wav", b"RIFF", "audio/wav")],
        ),
    ),
}


def comparable(seen: Seen) -> tuple[Any, ...]:
    """What has to be equal: not the user agent, the boundary, or the wish for compression."""
    parts = urlsplit(seen.target)
    kind = seen.headers.get("content-type", "")
    names = ("authorization", "openai-organization", "openai-project")
    body = seen.body
    if kind.startswith("multipart/"):
        message = BytesParser().parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body)
        body = [
            (part["content-disposition"], part["content-type"], part.get_payload(decode=True))
            for part in message.get_payload()
        ]
        assert [part[1] is None for part in body] == sorted((part[1] is None for part in body), reverse=True)
        body, kind = sorted(body, key=str), "multipart"
    elif body:
        body = json.loads(body)
    query = sorted(parse_qsl(parts.query))
    return seen.method, parts.path, query, {name: seen.headers.get(name) for name in names}, kind, body


@pytest.mark.parametrize("name", CALLS)
async def test_the_same_request_arrives(name: str, server: Server, connect: Connect) -> None:
    theirs, ours = CALLS[name]
    if "stream" in name:
        server.says(pieces(chunk("a", "stop"), DONE))
    else:
        server.says(http(200, {"data": [], "object": "list", "text": ""}))
    official = AsyncOpenAI(
        api_key="sk-secret-1234",
        admin_api_key="sk-secret-1234",
        organization="org-1",
        project="proj_1",
        base_url=server.url,
        max_retries=0,
    )
    async with official:
        await theirs(official)
    await ours(connect())
    first, second = server.seen
    assert comparable(second) == comparable(first)
