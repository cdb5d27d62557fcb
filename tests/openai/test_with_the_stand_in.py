"""The client against the whole API as the playground has it: what people do works, faults end once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import (
    AccessDenied,
    ApiBroken,
    ApiDown,
    ApiTimeout,
    KeyRefused,
    MissingAtApi,
    ModelGone,
    QuotaExhausted,
    RequestRefused,
)
from bot.openai import (
    Account,
    Api,
    Client,
    Limits,
    Upload,
    chat_body,
    chat_deltas,
    kind,
    lightest_effort,
    newest,
)
from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.openai.api import Api as StandIn
from bot.playground.openai.api import build
from bot.playground.server import bind, serving

MESSAGES = [{"role": "user", "content": "Say hello to everyone here."}]
TRAINING = b'{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n' * 12


class World:
    """The stand-in, a client with one account, and a way to set faults."""

    def __init__(self, stand_in: StandIn, faults: Faults, client: Client, url: str) -> None:
        self.stand_in, self.faults, self.client, self.url = stand_in, faults, client, url
        self.api = self.as_key(stand_in.key.secret)

    def as_key(self, key: str, organization: str | None = None) -> Api:
        return self.client.api(Account(key, organization, base_url=f"{self.url}/v1"))

    async def set_key(self, **values: Any) -> None:
        host = self.client.api(Account("none", base_url=f"{self.url}/control"))
        assert (await host.request("PATCH", "keys", body=values)).status == 200


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock, faults = Clock(), Faults()
    stand_in = StandIn(clock, seed=1)

    async def no_wait(_: float) -> None:
        """Repeats come at once."""

    app = FaultMiddleware(build(stand_in), faults, clock)
    async with (
        serving(app, bind(0)) as url,
        Client(Limits(first=5.0, idle=0.3), sleep=no_wait, rng=lambda: 0.0) as client,
    ):
        yield World(stand_in, faults, client, url)
        faults.release()


async def deltas(api: Api, **more: Any) -> list[Any]:
    async with api.stream("chat/completions", {"messages": MESSAGES, **more}) as events:
        return [delta async for delta in chat_deltas(events)]


async def test_an_answer_streams_whole(world: World) -> None:
    model = newest(await world.api.models(), "chat")
    assert model is not None
    body, _ = chat_body(model.id, {"messages": MESSAGES, "reasoning_effort": lightest_effort(model.id)})
    whole = await world.api.post("chat/completions", body)
    assert whole.request_id
    said = await deltas(world.api, **body, stream_options={"include_usage": True})
    assert "".join(delta.text for delta in said)
    assert [delta.finish_reason for delta in said if delta.finish_reason] == ["stop"]
    assert [delta.usage["total_tokens"] > 0 for delta in said if delta.usage] == [True]


async def test_every_kind_has_a_newest_model(world: World) -> None:
    models = await world.api.models()
    chosen = {wanted: newest(models, wanted) for wanted in ("chat", "embedding", "image", "transcription")}
    assert {wanted: model and model.id for wanted, model in chosen.items()} == {
        "chat": "gpt-6-luna",
        "embedding": "text-embedding-3-small",
        "image": "gpt-image-2.6-sunburst",
        "transcription": "gpt-transcribe",
    }


@pytest.mark.parametrize("effort", [None, "none", "minimal", "low", "xhigh"])
async def test_every_chat_model_takes_what_is_left_of_everything(world: World, effort: str | None) -> None:
    wanted = {
        "messages": MESSAGES,
        "reasoning_effort": effort,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["x"],
        "presence_penalty": 0.5,
        "logit_bias": {"1": 1},
        "max_tokens": 500,
        "verbosity": "low",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    }
    refused = {}
    for model in await world.api.models():
        if kind(model.id) == "chat":
            try:
                await world.api.post("chat/completions", chat_body(model.id, wanted)[0])
            except RequestRefused as error:
                refused[model.id] = error.text
    assert refused == {}


async def test_files_go_up_are_listed_come_back_and_go(world: World) -> None:
    file = Upload("file", "train.jsonl", TRAINING, "application/jsonl")
    for _ in range(3):
        kept = (await world.api.upload("files", [("purpose", "fine-tune")], [file])).data
    listed = [item["id"] async for item in world.api.pages("files", {"limit": 1}, limit=10)]
    assert len(listed) == 3
    assert (await world.api.download(f"files/{kept['id']}/content")).content == TRAINING
    assert (await world.api.delete(f"files/{kept['id']}")).data["deleted"] is True
    with pytest.raises(MissingAtApi):
        await world.api.get(f"files/{kept['id']}")


async def test_speech_is_bytes(world: World) -> None:
    body = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": "hello", "response_format": "wav"}
    sound = await world.api.download("audio/speech", body=body)
    assert sound.content.startswith(b"RIFF")
    file = Upload("file", "a.wav", sound.content, "audio/wav")
    heard = await world.api.upload(
        "audio/transcriptions", [("model", "whisper-1"), ("response_format", "srt")], [file]
    )
    assert heard.data is None
    assert b"-->" in heard.content


async def test_refusals_are_told_apart(world: World) -> None:
    chat = {"model": "gpt-6-luna", "messages": MESSAGES}
    with pytest.raises(KeyRefused):
        await world.as_key("sk-wrong-1234567").models()
    with pytest.raises(KeyRefused):
        await world.as_key(world.stand_in.key.secret, "org-of-others").models()
    with pytest.raises(ModelGone):
        await world.api.post("chat/completions", {**chat, "model": "gpt-4"})
    with pytest.raises(RequestRefused) as caught:
        await world.api.post("chat/completions", {**chat, "max_tokens": 5})
    assert (caught.value.code, caught.value.field) == ("unsupported_parameter", "max_tokens")
    await world.set_key(scopes=["files.read"])
    with pytest.raises(AccessDenied, match="lacks the scope"):
        await world.api.models()
    await world.set_key(scopes=None, quota="credit_balance_exhausted")
    with pytest.raises(QuotaExhausted):
        await world.api.post("chat/completions", chat)


FAULTS = [
    ({"do": "status", "status": 500}, ApiDown),
    ({"do": "status", "status": 503, "body": "busy"}, ApiDown),
    ({"do": "html"}, ApiDown),
    ({"do": "html", "status": 200}, ApiBroken),
    ({"do": "garbage"}, ApiBroken),
    ({"do": "drop_before"}, ApiBroken),
    ({"do": "drop_after"}, ApiBroken),
    ({"do": "cut", "bytes": 700}, ApiBroken),
    ({"do": "stall", "bytes": 700}, ApiTimeout),
]


@pytest.mark.parametrize(("fault", "failure"), FAULTS)
async def test_each_fault_of_a_stream_ends_once(world: World, fault: dict[str, Any], failure: type) -> None:
    rule = world.faults.add({"match": "POST /v1/chat/completions", **fault})
    with pytest.raises(failure):
        await deltas(world.api, model="gpt-6-luna", reasoning_effort="none")
    assert rule.done == 1


async def test_a_passing_fault_is_not_seen_by_anyone(world: World) -> None:
    world.faults.add({"match": "GET /v1/models", "do": "drop_before", "times": 1})
    world.faults.add({"match": "GET /v1/models", "do": "status", "status": 500, "times": 1})
    assert await world.api.models()
    busy = {"do": "status", "status": 429, "headers": {"retry-after": "3"}, "times": 2}
    world.faults.add({"match": "POST /v1/chat", **busy})
    assert await deltas(world.api, model="gpt-6-luna")
    assert [rule.done for rule in world.faults.rules] == [1, 1, 2]
