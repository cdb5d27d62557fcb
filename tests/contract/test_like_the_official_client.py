"""Every request of every example is the one that the official client sends for the same call."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest
from openai import APIError, AsyncOpenAI, DefaultAsyncHttpxClient

from bot.module import Module, Operation
from tests.contract.cases import NAMES, OPERATIONS
from tests.contract.scene import Scene, Seen

Call = Callable[[AsyncOpenAI, Seen, str], Awaitable[Any]]

#: How the official client is asked for the same; what stands for {} in a path is the third argument.
CALLS: dict[str, Call] = {
    "GET /models": lambda sdk, seen, _: sdk.models.list(),
    "GET /models/{}": lambda sdk, seen, name: sdk.models.retrieve(name),
    "DELETE /models/{}": lambda sdk, seen, name: sdk.models.delete(name),
    "POST /chat/completions": lambda sdk, seen, _: sdk.chat.completions.create(**seen.json()),
    "POST /completions": lambda sdk, seen, _: sdk.completions.create(**seen.json()),
    "POST /embeddings": lambda sdk, seen, _: sdk.embeddings.create(**seen.json()),
    "POST /moderations": lambda sdk, seen, _: sdk.moderations.create(**seen.json()),
    "POST /images/generations": lambda sdk, seen, _: sdk.images.generate(**seen.json()),
    "POST /images/edits": lambda sdk, seen, _: sdk.images.edit(**form(seen)),
    "POST /images/variations": lambda sdk, seen, _: sdk.images.create_variation(**form(seen)),
    "POST /audio/transcriptions": lambda sdk, seen, _: sdk.audio.transcriptions.create(**form(seen)),
    "POST /audio/translations": lambda sdk, seen, _: sdk.audio.translations.create(**form(seen)),
    "POST /audio/speech": lambda sdk, seen, _: sdk.audio.speech.create(**seen.json()),
    "POST /responses/input_tokens": lambda sdk, seen, _: sdk.responses.input_tokens.count(**seen.json()),
    "GET /files": lambda sdk, seen, _: sdk.files.list(**query(seen)),
    "POST /files": lambda sdk, seen, _: sdk.files.create(**form(seen)),
    "GET /files/{}": lambda sdk, seen, name: sdk.files.retrieve(name),
    "GET /files/{}/content": lambda sdk, seen, name: sdk.files.content(name),
    "DELETE /files/{}": lambda sdk, seen, name: sdk.files.delete(name),
    "GET /fine_tuning/jobs": lambda sdk, seen, _: sdk.fine_tuning.jobs.list(**query(seen)),
    "POST /fine_tuning/jobs": lambda sdk, seen, _: sdk.fine_tuning.jobs.create(**seen.json()),
    "GET /fine_tuning/jobs/{}": lambda sdk, seen, name: sdk.fine_tuning.jobs.retrieve(name),
    "GET /fine_tuning/jobs/{}/events": lambda sdk, seen, name: sdk.fine_tuning.jobs.list_events(
        name, **query(seen)
    ),
    "GET /fine_tuning/jobs/{}/checkpoints": lambda sdk, seen, name: sdk.fine_tuning.jobs.checkpoints.list(
        name, **query(seen)
    ),
    "POST /fine_tuning/jobs/{}/cancel": lambda sdk, seen, name: sdk.fine_tuning.jobs.cancel(name),
    "POST /fine_tuning/jobs/{}/pause": lambda sdk, seen, name: sdk.fine_tuning.jobs.pause(name),
    "POST /fine_tuning/jobs/{}/resume": lambda sdk, seen, name: sdk.fine_tuning.jobs.resume(name),
}
#: What the official client has no method for (any more).
WITHOUT = {"POST /edits"}
ASKING = [pytest.param(*each, id=name) for name, each in zip(NAMES, OPERATIONS, strict=True)]


def query(seen: Seen) -> dict[str, Any]:
    """A query as arguments: `name[key]=v` is a mapping."""
    made: dict[str, Any] = {}
    for name, value in seen.query:
        first, bracket, key = name.partition("[")
        if bracket:
            made.setdefault(first, {})[key.rstrip("]")] = value
        else:
            made[name] = value
    return made


def form(seen: Seen) -> dict[str, Any]:
    """A form as arguments: `name[]` is a list."""
    made: dict[str, Any] = {}
    for name, file, kind, content in seen.parts():
        first, bracket, key = name.partition("[")
        value: Any = content.decode() if file is None else (file, content, kind)
        if key == "]":
            made.setdefault(first, []).append(value)
        elif bracket:
            made.setdefault(first, {})[key.rstrip("]")] = value
        else:
            made[name] = value
    return made


def found(seen: Seen) -> tuple[Call, str] | None:
    """The call for a request, and what its path names."""
    for line, call in CALLS.items():
        if hit := re.fullmatch(re.escape(line).replace(re.escape("{}"), "([^/]+)"), seen.line):
            return call, unquote(hit[1]) if hit.groups() else ""
    return None


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # of what OpenAI retires
@pytest.mark.parametrize(("module", "operation"), ASKING)
async def test_the_official_client_sends_the_same(scene: Scene, module: Module, operation: Operation) -> None:
    await scene.prepare(module, operation)
    await scene.run(module, operation, operation.example)
    asked = [(seen, found(seen)) for seen in scene.seen]
    assert {seen.line for seen, match in asked if match is None} <= WITHOUT, (
        "say here how the official client is asked for this"
    )
    plain = DefaultAsyncHttpxClient(verify=False)  # reading certificates takes longer than all else here
    async with AsyncOpenAI(api_key="none", base_url=scene.url, max_retries=0, http_client=plain) as official:
        for ours, match in asked:
            if match is None:
                continue
            call, name = match
            scene.seen.clear()
            key = ours.headers["authorization"].removeprefix("Bearer ")
            organization = ours.headers.get("openai-organization")
            with suppress(APIError):  # what is asked a second time may be gone
                await call(official.with_options(api_key=key, organization=organization), ours, name)
            assert scene.seen[0].comparable() == ours.comparable()
