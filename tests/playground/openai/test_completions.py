"""POST /completions and /edits: gone, and as they were in the compatible mode."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/completions"
MODEL = "gpt-3.5-turbo-instruct"


async def compat(api_server: Any) -> None:
    await api_server.control("POST", "/compat", {"on": True})


@pytest.mark.parametrize("model", [MODEL, "davinci-002", "babbage-002"])
async def test_every_model_of_the_endpoint_is_shut_down(sdk: AsyncOpenAI, model: Any) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await sdk.completions.create(model=model, prompt="Hello")
    assert caught.value.code == "model_not_found"


async def test_a_chat_model_does_not_complete(sdk: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await sdk.completions.create(model="gpt-4o", prompt="Hello")
    assert "v1/chat/completions" in caught.value.message


async def test_edits_and_old_fine_tunes_are_unknown_addresses(api_server: Any) -> None:
    for path in ("/edits", "/fine-tunes", "/engines"):
        status, answer, _ = await api_server.ask("POST", path, json={})
        assert (status, answer["error"]["message"]) == (404, f"Invalid URL (POST /v1{path})")


async def test_the_compatible_mode_completes_prompts(api_server: Any, sdk: AsyncOpenAI, schema: Any) -> None:
    await compat(api_server)
    assert MODEL in {model.id async for model in sdk.models.list()}
    body = {"model": MODEL, "prompt": ["Say: one", "Say: two"], "n": 2, "max_tokens": 50}
    schema.request("POST", PATH, body)
    found = await sdk.completions.create(**body)
    schema.response("POST", PATH, found.to_dict())
    assert [choice.text.strip() for choice in found.choices] == ["one", "one", "two", "two"]
    assert [choice.index for choice in found.choices] == [0, 1, 2, 3]


async def test_the_default_limit_is_sixteen_tokens_and_echo_repeats_the_prompt(
    api_server: Any, sdk: AsyncOpenAI
) -> None:
    await compat(api_server)
    found = await sdk.completions.create(model=MODEL, prompt="Write 99 words about ships")
    assert (found.usage.completion_tokens, found.choices[0].finish_reason) == (16, "length")
    echoed = await sdk.completions.create(model=MODEL, prompt="Say: one", echo=True, max_tokens=0, logprobs=2)
    assert echoed.choices[0].text == "Say: one"
    assert echoed.choices[0].logprobs.tokens == ["Say", ":", " one"]
    assert echoed.choices[0].logprobs.text_offset == [0, 3, 4]
    stopped = await sdk.completions.create(model=MODEL, prompt='Say "one two three"', stop=" two")
    assert stopped.choices[0].text.strip() == "one"


async def test_the_compatible_mode_streams(api_server: Any, lenient_sdk: AsyncOpenAI) -> None:
    await compat(api_server)
    body = {
        "model": MODEL,
        "prompt": "Say: one two",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    events = await api_server.events(PATH, body)
    assert events[-1] == "[DONE]"
    texts = [event["choices"][0]["text"] for event in events[:-2]]
    assert "".join(texts).strip() == "one two"
    assert events[-3]["choices"][0]["finish_reason"] == "stop"
    assert events[-2]["usage"]["total_tokens"] > 0
    # The official types want a reason in every event, which the API has in the last one only.
    stream = await lenient_sdk.completions.create(model=MODEL, prompt="Say: one two", stream=True)
    assert "".join([event.choices[0].text async for event in stream]).strip() == "one two"


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"n": 3, "best_of": 2}, None, "best_of"),
        ({"best_of": 2, "stream": True}, None, "best_of"),
        ({"best_of": 21}, "integer_above_max_value", "best_of"),
        ({"logprobs": 6}, "integer_above_max_value", "logprobs"),
        ({"max_tokens": 5000}, "context_length_exceeded", "prompt"),
        ({"suffix": "x", "model": "davinci-002"}, None, "suffix"),
        ({"prompt": 5}, "invalid_type", "prompt"),
        ({"messages": []}, "unknown_parameter", "messages"),
        ({"stream_options": {}}, None, "stream_options"),
    ],
)
async def test_a_wrong_request_is_refused(api_server: Any, more: Any, code: str, param: Any) -> None:
    await compat(api_server)
    body = {"model": MODEL, "prompt": "Hello", **more}
    status, answer, _ = await api_server.ask("POST", PATH, json=body)
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer


async def test_the_compatible_mode_edits(api_server: Any) -> None:
    await compat(api_server)
    body = {
        "model": "text-davinci-edit-001",
        "input": "What day of the wek is it?",
        "instruction": "Fix the spelling mistakes",
        "n": 2,
    }
    status, answer, _ = await api_server.ask("POST", "/edits", json=body)
    assert (status, answer["object"]) == (200, "edit")
    assert [choice["text"] for choice in answer["choices"]] == ["What day of the week is it?"] * 2
    status, answer, _ = await api_server.ask("POST", "/edits", json={"model": "text-davinci-edit-001"})
    assert (status, answer["error"]["param"]) == (400, "instruction")
