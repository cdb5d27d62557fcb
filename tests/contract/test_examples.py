"""Every worked example makes exactly its requests, and what comes back can be shown on every surface."""

import re
from pathlib import Path

import pytest

from bot import plain
from bot.module import File, Module, Operation
from bot.playground.slack.blocks import problems
from bot.slack.blocks import result_blocks
from tests.contract.cases import NAMES, OPERATIONS
from tests.contract.scene import Scene

JOB, TUNED = "/fine_tuning/jobs/ftjob-abc123", "/models/ft:gpt-4o-mini-2024-07-18:acme::abc123"

#: What the API just made has an ID of its own.
MADE = re.compile(r"\b(ftjob|file)-[A-Za-z0-9]{22,}")

#: What each example asks of an API that has retired what OpenAI has retired. The connection's base URL is not
#: OpenAI's own, so an endpoint that is retired there is tried before what stands in for it.
REQUESTS: dict[str, list[str]] = {
    "connect/add": ["GET /models"],
    "connect/list": [],
    "connect/check": ["GET /models"],
    "connect/rename": [],
    "connect/default": [],
    "connect/remove": [],
    "connect/webhook": [],
    "chat/create": ["POST /chat/completions"],
    "complete/create": ["GET /models", "POST /completions", "POST /chat/completions"],
    "edit/create": ["GET /models", "POST /edits", "POST /chat/completions"],
    "moderate/create": ["POST /moderations"],
    "embed/create": ["POST /embeddings"],
    "image/generate": ["GET /models", "POST /images/generations"],
    "image-edit/edit": ["GET /models", "POST /images/edits"],
    "image-edit/vary": ["GET /models", "POST /images/variations", "POST /images/edits"],
    "models/list": ["GET /models"],
    "models/retrieve": ["GET /models/gpt-6-luna"],
    "models/delete": [f"DELETE {TUNED}"],
    "audio/transcribe": ["GET /models", "POST /audio/transcriptions"],
    "audio/translate": ["GET /models", "POST /audio/translations"],
    "audio/speak": ["GET /models", "POST /audio/speech"],
    "files/list": ["GET /files"],
    "files/upload": ["POST /files"],
    "files/retrieve": ["GET /files/file-abc123"],
    "files/content": ["GET /files/file-abc123", "GET /files/file-abc123/content"],
    "files/delete": ["GET /fine_tuning/jobs", "DELETE /files/file-abc123"],
    "finetune/create": [
        "GET /models/gpt-4.1-mini-2025-04-14",
        "GET /fine_tuning/jobs",
        "POST /files",
        "POST /fine_tuning/jobs",
        "GET /fine_tuning/jobs/ftjob-new",  # the channel follows it
        "GET /files/file-new",
    ],
    "finetune/list": ["GET /fine_tuning/jobs"],
    "finetune/info": [f"GET {JOB}"],
    "finetune/status": [f"GET {JOB}", f"GET {JOB}/events"],
    "finetune/checkpoints": [f"GET {JOB}/checkpoints"],
    "finetune/cancel": [f"GET {JOB}", f"POST {JOB}/cancel"],
    "finetune/pause": [f"GET {JOB}", f"POST {JOB}/pause"],
    "finetune/resume": [f"GET {JOB}", f"POST {JOB}/resume"],
    "finetune/follow": [f"GET {JOB}", "GET /files/file-1"],
    "finetune/unfollow": [],
    "finetune/followed": [],
    "finetune/delete-model": [f"DELETE {TUNED}"],
    "tokens/count": ["POST /responses/input_tokens"],
    "call/send": ["GET /files"],
    "status/show": [],
    "admin/list": [],
    "admin/allow": [],
    "admin/revoke": [],
    "admin/guests": [],
    "admin/strangers": [],
    "admin/model": ["GET /models"],
    "admin/retention": [],
    "admin/log": [],
}


def test_every_operation_is_here() -> None:
    assert {*REQUESTS} == {*NAMES}, "say here which requests the example of the new operation makes"


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
async def test_an_example_makes_exactly_its_requests_and_renders(
    scene: Scene, module: Module, operation: Operation, tmp_path: Path
) -> None:
    await scene.prepare(module, operation)
    result = await scene.run(module, operation, operation.example)
    asked = [MADE.sub(r"\1-new", each.line) for each in scene.seen]
    assert asked == REQUESTS[f"{module.name}/{operation.name}"]
    messages = result_blocks(result)
    assert messages or any(isinstance(part, File) for part in result.parts)
    for message in messages:
        assert problems(message, "message") == []
    for part in result.parts:
        if isinstance(part, File):
            assert part.content
            assert part.alt, f"nobody who cannot see {part.name} is told what it is"
            assert "/" in part.media_type
    shown = [*plain.shown(result, tmp_path), *plain.about(result)]
    assert all(shown)
    known = scene.api.key.secret
    assert known not in "\n".join(shown) + str(messages)


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
async def test_every_request_speaks_for_the_connection_and_for_nobody_by_name(
    scene: Scene, module: Module, operation: Operation
) -> None:
    await scene.prepare(module, operation)
    await scene.run(module, operation, operation.example)
    for each in scene.seen:
        assert each.headers["authorization"].removeprefix("Bearer ") in scene.api.keys
        assert b"UADA" not in each.body, "OpenAI is told a salted hash of the person alone"
