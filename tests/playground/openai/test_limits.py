"""Sizes, quotas and rate limits, as a client of /chat/completions meets them."""

import asyncio
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/chat/completions"
HELLO: Any = [{"role": "user", "content": "Hello"}]


async def test_a_body_that_is_no_json_is_refused(api_server: Any) -> None:
    status, answer, _ = await api_server.ask("POST", PATH, data=b'{"model": ')
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert "could not parse the JSON body" in answer["error"]["message"]


async def test_a_body_that_is_too_large_is_refused(api_server: Any) -> None:
    api_server.api.sizes.json = 1000
    status, answer, _ = await api_server.ask("POST", PATH, data=b" " * 1001)
    assert (status, answer["error"]["message"]) == (413, "Maximum content size limit (1000) exceeded.")


async def test_an_account_that_cannot_pay_is_refused(api_server: Any, sdk: AsyncOpenAI) -> None:
    await api_server.control("PATCH", "/keys", {"quota": "credit_balance_exhausted"})
    with pytest.raises(openai.RateLimitError) as caught:
        await sdk.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert (caught.value.type, caught.value.code) == ("insufficient_quota", "credit_balance_exhausted")
    assert (await sdk.models.list()).data


async def test_the_rate_limit_says_how_long_to_wait_and_passes(api_server: Any, sdk: AsyncOpenAI) -> None:
    await api_server.control("PATCH", "/keys", {"requests_per_minute": 2})
    body = {"model": "gpt-4o", "messages": HELLO}
    _, _, headers = await api_server.ask("POST", PATH, json=body)
    assert headers["x-ratelimit-limit-requests"] == "2"
    assert headers["x-ratelimit-remaining-requests"] == "1"
    assert headers["x-ratelimit-reset-requests"].endswith("s")
    await api_server.ask("POST", PATH, json=body)
    with pytest.raises(openai.RateLimitError) as caught:
        await sdk.chat.completions.create(**body)
    assert (caught.value.type, caught.value.code) == ("requests", "rate_limit_exceeded")
    assert 1 <= int(caught.value.response.headers["retry-after"]) <= 30
    assert "Please try again in" in caught.value.message
    await api_server.control("POST", "/clock", {"advance": 60})
    assert (await sdk.chat.completions.create(**body)).id


async def test_the_token_limit_counts_prompt_and_answer(api_server: Any, sdk: AsyncOpenAI) -> None:
    await api_server.control("PATCH", "/keys", {"tokens_per_minute": 100})
    with pytest.raises(openai.RateLimitError) as caught:
        await sdk.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert caught.value.type == "tokens"
    answer: Any = await sdk.chat.completions.create(model="gpt-4o", messages=HELLO, max_tokens=5)
    assert answer.usage.completion_tokens == 5


async def test_refusals_do_not_wait_for_one_another(sdk: AsyncOpenAI) -> None:
    asked = [sdk.chat.completions.create(model="gpt-9", messages=HELLO) for _ in range(20)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, openai.NotFoundError) for one in found)
