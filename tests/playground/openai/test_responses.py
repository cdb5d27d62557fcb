"""POST /responses and its token counting, as the official client and schemas see them."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/responses"


async def test_tokens_are_counted_as_usage_counts_them(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    asked = [{"role": "user", "content": "How long is a river?"}]
    counted = await sdk.responses.input_tokens.count(model="gpt-6-luna", input=asked)
    schema.response("POST", "/responses/input_tokens", counted.to_dict())
    chat = await sdk.chat.completions.create(model="gpt-6-luna", messages=asked)
    assert counted.input_tokens == chat.usage.prompt_tokens
    as_text = await sdk.responses.input_tokens.count(model="gpt-6-luna", input="How long is a river?")
    assert as_text.input_tokens == counted.input_tokens
    response = await sdk.responses.create(model="gpt-6-luna", input=asked)
    assert response.usage.input_tokens == counted.input_tokens


async def test_an_input_is_answered_and_continued(api_server: Any, sdk: AsyncOpenAI, schema: Any) -> None:
    first = await sdk.responses.create(model="gpt-6-luna", input="My name is Ada.", instructions="Be kind.")
    schema.response("POST", PATH, first.to_dict(exclude_unset=True))
    assert first.status == "completed"
    second = await sdk.responses.create(
        model="gpt-6-luna", input="What is my name?", previous_response_id=first.id
    )
    assert second.output_text == "Your name is Ada."
    assert (await sdk.responses.retrieve(second.id)).output_text == second.output_text
    await sdk.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        await sdk.responses.retrieve(second.id)
    unkept = await sdk.responses.create(model="gpt-6-luna", input="Hello", store=False)
    with pytest.raises(openai.NotFoundError):
        await sdk.responses.create(model="gpt-6-luna", input="And?", previous_response_id=unkept.id)


async def test_a_response_is_streamed_in_the_order_of_the_api(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    body = {"model": "gpt-6-luna", "input": 'Say "one two three"', "stream": True}
    events = await api_server.events(PATH, body)
    for event in events:
        schema.event("POST", PATH, event)
    kinds = list(dict.fromkeys(event["type"] for event in events))
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    stream = await sdk.responses.create(**body)
    seen = [event async for event in stream]
    assert (
        "".join(event.delta for event in seen if event.type == "response.output_text.delta")
        == "one two three"
    )
    assert seen[-1].response.usage.output_tokens >= 3


async def test_functions_can_be_called(api_server: Any, sdk: AsyncOpenAI, schema: Any) -> None:
    tools = [{"type": "function", "name": "look_up", "parameters": {"type": "object"}, "strict": False}]
    body = {"model": "gpt-6-astra", "input": "Hello", "tools": tools, "tool_choice": "required"}
    response = await sdk.responses.create(**body)
    assert response.output[0].name == "look_up"
    for event in await api_server.events(PATH, {**body, "stream": True}):
        schema.event("POST", PATH, event)


async def test_a_limit_makes_the_response_incomplete(sdk: AsyncOpenAI) -> None:
    response = await sdk.responses.create(model="gpt-4o", input="Write 99 words", max_output_tokens=16)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"messages": []}, "unknown_parameter", "messages"),
        ({"max_output_tokens": 5}, "integer_below_min_value", "max_output_tokens"),
        ({"input": None}, "missing_required_parameter", "input"),
        ({"input": [{"role": "robot", "content": "x"}]}, "invalid_value", "input[0].role"),
        ({"temperature": 0.5}, "unsupported_parameter", "temperature"),
        ({"reasoning": {"effort": "minimal"}}, "unsupported_value", "reasoning.effort"),
        ({"model": "whisper-1"}, None, "model"),
    ],
)
async def test_a_wrong_request_is_refused(api_server: Any, more: Any, code: str, param: Any) -> None:
    status, answer, _ = await api_server.ask("POST", PATH, json={"model": "gpt-6-luna", "input": "a", **more})
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer
