"""POST /chat/completions: what is refused, for every model and for some."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/chat/completions"
HELLO = [{"role": "user", "content": "Hello"}]
TOOLS = [{"type": "function", "function": {"name": "look_up"}}]
CALLING = {
    "role": "assistant",
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}],
}


def image(url: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


# What is sent beside model and messages; the status, code and param of the answer.
WRONG = [
    ({"frobnicate": 1}, "unknown_parameter", "frobnicate"),
    ({"model": None}, "missing_required_parameter", "model"),
    ({"messages": None}, "missing_required_parameter", "messages"),
    ({"messages": []}, "empty_array", "messages"),
    ({"messages": "Hello"}, "invalid_type", "messages"),
    ({"messages": [{"content": "x"}]}, "missing_required_parameter", "messages[0].role"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "invalid_value", "messages[0].role"),
    ({"messages": [{"role": "user"}]}, "missing_required_parameter", "messages[0].content"),
    ({"messages": [{"role": "user", "content": None}]}, "invalid_type", "messages[0].content"),
    ({"messages": [{"role": "user", "content": 5}]}, "invalid_type", "messages[0].content"),
    ({"messages": [{"role": "user", "content": []}]}, "empty_array", "messages[0].content"),
    ({"messages": [{"role": "user", "content": "x", "name": "a b"}]}, "invalid_value", "messages[0].name"),
    ({"messages": [{"role": "user", "content": "x", "extra": 1}]}, "unknown_parameter", "messages[0].extra"),
    (
        {"messages": [{"role": "user", "content": [{"type": "video"}]}]},
        "invalid_value",
        "messages[0].content[0].type",
    ),
    (
        {"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        "invalid_value",
        "messages[0].content[0].type",
    ),
    (image("ftp://x"), "invalid_image_url", "messages[0].content[0].image_url.url"),
    (image("data:image/tiff;base64,AAAA"), "invalid_image_format", "messages[0].content[0].image_url.url"),
    (image("data:image/png;base64,?"), "invalid_base64", "messages[0].content[0].image_url.url"),
    ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_1"}]}, None, "messages.[0].role"),
    ({"messages": [CALLING, *HELLO]}, None, "messages.[1].role"),
    ({"temperature": 2.1}, "decimal_above_max_value", "temperature"),
    ({"temperature": "hot"}, "invalid_type", "temperature"),
    ({"top_p": -0.1}, "decimal_below_min_value", "top_p"),
    ({"n": 0}, "integer_below_min_value", "n"),
    ({"n": 129}, "integer_above_max_value", "n"),
    ({"n": 1.5}, "invalid_type", "n"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "array_above_max_length", "stop"),
    ({"presence_penalty": 3}, "decimal_above_max_value", "presence_penalty"),
    ({"logit_bias": {"5": 101}}, "decimal_above_max_value", "logit_bias.5"),
    ({"logit_bias": {"word": 1}}, "invalid_value", "logit_bias"),
    ({"logprobs": True, "top_logprobs": 21}, "integer_above_max_value", "top_logprobs"),
    ({"top_logprobs": 2}, None, "top_logprobs"),
    ({"max_tokens": 0}, "integer_below_min_value", "max_tokens"),
    ({"max_tokens": 99_999}, "invalid_value", "max_tokens"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "invalid_parameter_combination", "max_tokens"),
    ({"metadata": {str(number): "x" for number in range(17)}}, "object_above_max_properties", "metadata"),
    ({"metadata": {"a": "x" * 513}}, "string_above_max_length", "metadata.a"),
    ({"response_format": {"type": "yaml"}}, "invalid_value", "response_format.type"),
    ({"response_format": {"type": "json_object"}}, None, "messages"),
    (
        {"response_format": {"type": "json_schema"}},
        "missing_required_parameter",
        "response_format.json_schema",
    ),
    ({"service_tier": "best"}, "invalid_value", "service_tier"),
    ({"safety_identifier": "x" * 129}, "string_above_max_length", "safety_identifier"),
    ({"stream_options": {"include_usage": True}}, None, "stream_options"),
    ({"tool_choice": "required"}, None, "tool_choice"),
    (
        {"tools": [{"type": "function", "function": {}}]},
        "missing_required_parameter",
        "tools[0].function.name",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "a b"}}]},
        "invalid_value",
        "tools[0].function.name",
    ),
    ({"modalities": ["text", "audio"]}, "missing_required_parameter", "audio"),
    (
        {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "mp3"}},
        "unsupported_value",
        "modalities",
    ),
    ({"web_search_options": {}}, "unsupported_parameter", "web_search_options"),
    ({"reasoning_effort": "low"}, None, "reasoning_effort"),
    ({"reasoning_effort": "huge"}, "invalid_value", "reasoning_effort"),
]


@pytest.mark.parametrize(("more", "code", "param"), WRONG)
async def test_a_wrong_request_is_refused_with_code_and_param(
    api_server: Any, schema: Any, more: Any, code: str, param: Any
) -> None:
    body = {"model": "gpt-4o", "messages": HELLO, **more}
    status, answer, _ = await api_server.ask("POST", PATH, json=body)
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer
    assert answer["error"]["type"] == "invalid_request_error"
    schema.error(answer)


NONE = {"reasoning_effort": "none"}
BY_MODEL = [
    ("gpt-6-luna", {"temperature": 0.5}, "unsupported_value", "temperature"),
    ("gpt-6-luna", {"temperature": 1}, "", ""),
    ("gpt-6-luna", {"temperature": 0.5, **NONE}, "", ""),
    ("gpt-6-luna", {"top_p": 0.5}, "unsupported_parameter", "top_p"),
    ("gpt-6-luna", {"top_p": 0.5, **NONE}, "", ""),
    ("gpt-6-luna", {"logprobs": True}, "unsupported_parameter", "logprobs"),
    ("gpt-6-luna", {"tools": TOOLS}, None, "reasoning_effort"),
    ("gpt-6-luna", {"tools": TOOLS, **NONE}, "", ""),
    ("gpt-6-luna", {"max_tokens": 5}, "unsupported_parameter", "max_tokens"),
    ("gpt-6-luna", {"stop": "x", **NONE}, "unsupported_parameter", "stop"),
    ("gpt-6-luna", {"presence_penalty": 0, **NONE}, "unsupported_parameter", "presence_penalty"),
    ("gpt-6-luna", {"logit_bias": {}, **NONE}, "unsupported_parameter", "logit_bias"),
    ("gpt-6-luna", {"reasoning_effort": "minimal"}, "unsupported_value", "reasoning_effort"),
    ("gpt-6-luna", {"reasoning_effort": "max"}, "unsupported_value", "reasoning_effort"),
    ("gpt-6-luna", {"reasoning_effort": "xhigh", "verbosity": "low"}, "", ""),
    ("gpt-6-astra", NONE, "unsupported_value", "reasoning_effort"),
    ("gpt-6-astra", {"temperature": 0.5, "reasoning_effort": "low"}, "unsupported_value", "temperature"),
    ("gpt-6.1-sol", {"tools": TOOLS}, None, "reasoning_effort"),
    ("gpt-5.2", {"temperature": 0.5, "tools": TOOLS}, "", ""),
    ("gpt-5.2", {"temperature": 0.5, "reasoning_effort": "low"}, "unsupported_value", "temperature"),
    ("gpt-5-mini", {"reasoning_effort": "minimal", "tools": TOOLS}, "", ""),
    ("gpt-5-mini", NONE, "unsupported_value", "reasoning_effort"),
    ("gpt-5-mini", {"temperature": 0.5}, "unsupported_value", "temperature"),
    ("gpt-4.1", {"max_tokens": 5, "stop": "x", "temperature": 0, "presence_penalty": 1}, "", ""),
    ("gpt-4.1", {"verbosity": "low"}, None, "verbosity"),
]


@pytest.mark.parametrize(("model", "more", "code", "param"), BY_MODEL)
async def test_each_model_has_its_own_rules(
    api_server: Any, model: Any, more: Any, code: str, param: Any
) -> None:
    body = {"model": model, "messages": HELLO, **more}
    status, answer, _ = await api_server.ask("POST", PATH, json=body)
    if code == "":
        assert status == 200, answer
    else:
        assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("gpt-9", "model_not_found"),
        ("gpt-4", "model_not_found"),
        ("gpt-5.1-mini", "model_not_found"),
        ("text-embedding-3-small", None),
        ("gpt-5.5-pro", None),
    ],
)
async def test_models_that_do_not_chat_are_not_found(sdk: AsyncOpenAI, model: Any, code: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await sdk.chat.completions.create(model=model, messages=HELLO)
    assert caught.value.code == code


async def test_a_conversation_that_is_too_long_is_refused(sdk: AsyncOpenAI) -> None:
    long = [{"role": "user", "content": "word " * 130_000}]
    with pytest.raises(openai.BadRequestError) as caught:
        await sdk.chat.completions.create(model="gpt-4o", messages=long)
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "messages")
    assert (await sdk.chat.completions.create(model="gpt-4.1", messages=long)).usage.prompt_tokens > 128_000
