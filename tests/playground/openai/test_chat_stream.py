"""POST /chat/completions with `stream`: the events, their speed, their cost."""

import asyncio
from typing import Any

from openai import AsyncOpenAI

PATH = "/chat/completions"
ASKED = [{"role": "user", "content": "Tell me about rivers"}]


def text_of(events: list[Any], index: int = 0) -> str:
    deltas = [one["choices"][0] for one in events if one != "[DONE]" and one["choices"]]
    return "".join(one["delta"].get("content") or "" for one in deltas if one["index"] == index)


async def test_a_stream_says_what_the_whole_answer_says(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    body = {"model": "gpt-4o", "messages": ASKED, "n": 2}
    whole = await sdk.chat.completions.create(**body)
    events = await api_server.events(PATH, {**body, "stream": True})
    assert events[-1] == "[DONE]"
    for event in events[:-1]:
        schema.event("POST", PATH, event)
    assert [text_of(events, index) for index in (0, 1)] == [one.message.content for one in whole.choices]
    assert events[0]["choices"][0]["delta"]["role"] == "assistant"
    finished = [one["choices"][0] for one in events[:-1] if one["choices"][0]["finish_reason"]]
    assert sorted((one["index"], one["finish_reason"]) for one in finished) == [(0, "stop"), (1, "stop")]
    assert "usage" not in events[0]
    assert isinstance(events[1]["obfuscation"], str)


async def test_the_official_client_reads_the_stream_with_its_usage(sdk: AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(
        model="gpt-4o",
        messages=ASKED,
        stream=True,
        stream_options={"include_usage": True, "include_obfuscation": False},
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[-1].choices == []
    assert all(chunk.usage is None and chunk.obfuscation is None for chunk in chunks[:-1])
    # One chunk opens, one closes, one has the usage; each of the others is one token.
    assert chunks[-1].usage.completion_tokens == len(chunks) - 3


async def test_tool_calls_and_logprobs_are_streamed(api_server: Any, schema: Any) -> None:
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]
    body = {"model": "gpt-4o", "messages": ASKED, "stream": True, "tools": tools, "tool_choice": "required"}
    events = await api_server.events(PATH, body)
    for event in events[:-1]:
        schema.event("POST", PATH, event)
    calls = [one["choices"][0]["delta"].get("tool_calls") for one in events[:-1]]
    assert calls[0][0]["function"]["name"] == "look_up"
    assert "".join(one[0]["function"]["arguments"] for one in calls if one) == "{}"
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    events = await api_server.events(
        PATH, {"model": "gpt-4o", "messages": ASKED, "stream": True, "logprobs": True}
    )
    schema.event("POST", PATH, events[1])
    assert events[1]["choices"][0]["logprobs"]["content"][0]["token"]


async def test_sound_is_streamed(sdk: AsyncOpenAI) -> None:
    stream = await sdk.chat.completions.create(
        model="gpt-audio-1.5",
        messages=[{"role": "user", "content": 'Say "good morning"'}],
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "pcm16"},
        stream=True,
    )
    deltas = [chunk.choices[0].delta.to_dict().get("audio") or {} async for chunk in stream]
    assert "".join(delta.get("transcript", "") for delta in deltas) == "good morning"
    assert any(delta.get("data") for delta in deltas)


async def test_a_stream_runs_at_the_set_speed(api_server: Any, sdk: AsyncOpenAI) -> None:
    api = api_server.api
    api.speed.first_token, api.speed.tokens_per_second = 1000.0, 0.01
    stream = await sdk.chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
    chunks = aiter(stream)
    waiting = asyncio.ensure_future(anext(chunks))
    await until(lambda: api.ticker.waiting)
    assert not waiting.done()
    api.clock.advance(1000)
    assert (await waiting).choices[0].delta.role == "assistant"
    got = asyncio.ensure_future(anext(chunks))
    await until(lambda: api.ticker.waiting)
    assert not got.done()
    api.clock.advance(100)
    assert (await got).choices[0].delta.content
    api.clock.advance(1_000_000)
    assert [chunk async for chunk in chunks][-1].choices[0].finish_reason == "stop"


async def test_a_client_that_leaves_ends_the_stream(api_server: Any, sdk: AsyncOpenAI) -> None:
    api = api_server.api
    api.speed.tokens_per_second = 0.01
    stream = await sdk.chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
    await anext(aiter(stream))
    await stream.close()
    await until(lambda: api.ticker.waiting)
    api.clock.advance(200)
    await until(lambda: not api.ticker.waiting)


async def test_many_streams_run_at_once(api_server: Any, sdk: AsyncOpenAI) -> None:
    api_server.api.speed.tokens_per_second = 2000.0

    async def one(number: int) -> str:
        asked = [{"role": "user", "content": f"Write 60 tokens about lake{number}"}]
        stream = await sdk.chat.completions.create(model="gpt-4o", messages=asked, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    texts = await asyncio.gather(*map(one, range(50)))
    assert all(f"lake{number}" in text for number, text in enumerate(texts))


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0)
