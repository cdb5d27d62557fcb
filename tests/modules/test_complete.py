"""Completions on an API that still has a model for them, on one that has none, and what is said about it."""

from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import (
    AccessDenied,
    ApiDown,
    Invalid,
    KeyRefused,
    ModelGone,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
)
from bot.modules.complete import COMPLETE
from tests.modules.world import World, as_json, files, said

OLD = "gpt-3.5-turbo-instruct"
CUT = "The text stops here because it reached the limit of tokens."
REPLACED = "`/completions` has no model for this here, so it ran on the chat model gpt-6-luna."
EVERYTHING: dict[str, Any] = {
    "model": OLD,
    "prompt": "Once upon a time",
    "temperature": 0.5,
    "max_tokens": 9,
    "top_p": 0.9,
    "n": 2,
    "best_of": 3,
    "stop": ["END", "STOP"],
    "suffix": "and they lived on.",
    "echo": True,
    "logprobs": 2,
    "presence_penalty": 0.5,
    "frequency_penalty": -0.5,
    "logit_bias": {"50256": -100},
    "seed": 7,
    "user": "u-1",
}


async def test_where_the_api_has_a_model_the_old_endpoint_is_used(world: World) -> None:
    await world.control("compat", on=True)
    result = await world.run(COMPLETE, prompt="Once upon a time")
    assert world.bodies("/completions") == [{"prompt": "Once upon a time", "model": OLD}]
    assert said(result)
    assert (result.model, result.notes) == (OLD, (CUT,))
    assert result.input_tokens == 4
    assert result.output_tokens == 16
    assert (result.request_id or "").startswith("req_")


async def test_every_field_arrives_as_the_official_client_sends_it(world: World, sdk: AsyncOpenAI) -> None:
    await world.control("compat", on=True)
    result = await world.run(COMPLETE, **EVERYTHING)
    await sdk.completions.create(**EVERYTHING)
    ours, theirs = world.asked("/completions")
    assert (ours["method"], ours["path"], ours["body"]) == (theirs["method"], theirs["path"], theirs["body"])
    assert said(result).count("Once upon a time") == 2
    assert "**Text 2**" in said(result)
    (likely,) = files(result)
    assert (likely.name, likely.media_type, len(as_json(likely))) == ("logprobs.json", "application/json", 2)


async def test_without_a_model_a_chat_model_does_it_and_the_result_says_so(world: World) -> None:
    result = await world.run(COMPLETE, prompt="Say: hello", temperature=0.2, max_tokens=50)
    assert said(result) == "hello"
    assert result.model == "gpt-6-luna"
    assert result.notes[0] == REPLACED
    assert any("max_completion_tokens" in note for note in result.notes)
    body = world.bodies("/chat/completions")[-1]
    assert (body["temperature"], body["max_completion_tokens"], body["reasoning_effort"]) == (0.2, 50, "none")
    assert body["messages"][-1] == {"role": "user", "content": "Say: hello"}


async def test_a_retired_model_is_tried_and_then_replaced_with_nothing_lost_silently(world: World) -> None:
    result = await world.run(COMPLETE, **EVERYTHING)
    body = world.bodies("/chat/completions")[-1]
    assert body["model"] == result.model == "gpt-6-luna"
    assert "and they lived on." in body["messages"][0]["content"]
    assert (body["logprobs"], body["top_logprobs"], body["n"], body["user"]) == (True, 2, 2, "u-1")
    assert said(result).count("Once upon a time") == 2
    for name in ("best_of", "stop", "presence_penalty", "frequency_penalty", "logit_bias"):
        assert any(f"`{name}` was left out" in note for note in result.notes), name
    assert files(result)


async def test_a_chat_model_that_was_named_is_kept(world: World) -> None:
    result = await world.run(COMPLETE, prompt="Say: hello", model="gpt-4o-mini", logit_bias='{"1": 2}')
    assert result.model == "gpt-4o-mini-2024-07-18"
    assert world.bodies("/chat/completions")[-1]["logit_bias"] == {"1": 2}
    with pytest.raises(ModelGone):
        await world.run(COMPLETE, prompt="Say: hello", model="gpt-4")


async def test_on_openai_a_chat_model_is_not_tried_at_the_old_endpoint(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retired.OPENAI", "127.0.0.1")
    await world.run(COMPLETE, prompt="Say: hello", model="gpt-6-luna")
    assert [each["path"] for each in world.asked("completions")] == ["/v1/chat/completions"]


async def test_a_refusal_of_the_request_itself_is_not_taken_for_a_missing_endpoint(world: World) -> None:
    await world.control("compat", on=True)
    with pytest.raises(RequestRefused, match="best_of"):
        await world.run(COMPLETE, prompt="a", model=OLD, n=3, best_of=2)
    with pytest.raises(RequestRefused, match="maximum context length"):
        await world.run(COMPLETE, prompt="a", model=OLD, max_tokens=5000)
    assert world.asked("/chat/completions") == []


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "prompt"),
        ({"prompt": "  "}, "prompt"),
        ({"prompt": "x" * 100_001}, "prompt"),
        ({"prompt": "a", "temperature": 2.1}, "temperature"),
        ({"prompt": "a", "max_tokens": -1}, "max_tokens"),
        ({"prompt": "a", "n": 129}, "n"),
        ({"prompt": "a", "best_of": 21}, "best_of"),
        ({"prompt": "a", "top_p": 1.1}, "top_p"),
        ({"prompt": "a", "logprobs": 6}, "logprobs"),
        ({"prompt": "a", "stop": ["1", "2", "3", "4", "5"]}, "stop"),
        ({"prompt": "a", "presence_penalty": 3}, "presence_penalty"),
        ({"prompt": "a", "frequency_penalty": -3}, "frequency_penalty"),
        ({"prompt": "a", "logit_bias": "[]"}, "logit_bias"),
        ({"prompt": "a", "seed": 1.5}, "seed"),
        ({"prompt": "a", "user": "x" * 129}, "user"),
        ({"prompt": "a", "echo": "perhaps"}, "echo"),
    ],
)
async def test_what_is_over_a_limit_is_refused_before_any_call(world: World, raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(COMPLETE, **raw)
    assert list(caught.value.problems) == [field]
    assert world.asked() == []


async def test_each_failure_of_the_api_passes_through(world: World) -> None:
    asked = {"prompt": "Say: hello", "model": "gpt-6-luna"}
    await world.control("keys", quota="credit_balance_exhausted")
    with pytest.raises(QuotaExhausted):
        await world.run(COMPLETE, **asked)
    await world.control("keys", quota=None, scopes=["api.files.read"])
    with pytest.raises(AccessDenied):
        await world.run(COMPLETE, prompt="Say: hello")
    await world.control("keys", scopes=None)
    busy = world.faults.add({"match": "POST /v1/completions", "do": "status", "status": 500})
    with pytest.raises(ApiDown):
        await world.run(COMPLETE, **asked)
    assert busy.done == 1
    world.faults.rules.clear()
    world.faults.add({"match": "POST /v1/", "do": "status", "status": 429, "headers": {"retry-after": "300"}})
    with pytest.raises(RateLimited):
        await world.run(COMPLETE, **asked)
    world.faults.rules.clear()
    await world.control("keys", revoked=True)
    with pytest.raises(KeyRefused):
        await world.run(COMPLETE, **asked)
