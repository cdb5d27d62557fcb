"""The control routes of the OpenAI stand-in."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

HELLO = [{"role": "user", "content": "Hello"}]


async def test_keys_can_be_added_restricted_and_revoked(api_server: Any, sdk: AsyncOpenAI) -> None:
    made = await api_server.control("POST", "/keys", {"organization": "org-New", "scopes": ["model.request"]})
    other = sdk.with_options(api_key=made["secret"])
    answer = await other.chat.completions.with_raw_response.create(model="gpt-4o", messages=HELLO)
    assert answer.headers["openai-organization"] == "org-New"
    with pytest.raises(openai.AuthenticationError):
        await other.models.list()
    await api_server.control("PATCH", "/keys", {"secret": made["secret"], "scopes": None})
    assert (await other.models.list()).data
    await api_server.control("PATCH", "/keys", {"secret": made["secret"], "revoked": True})
    with pytest.raises(openai.AuthenticationError):
        await other.models.list()
    assert len(await api_server.control("GET", "/keys")) == 2


async def test_what_was_asked_can_be_read_without_the_key(api_server: Any, sdk: AsyncOpenAI) -> None:
    await sdk.chat.completions.create(model="gpt-4o", messages=HELLO)
    await sdk.models.list()
    (asked,) = await api_server.control("GET", "/requests?path=chat")
    assert (asked["method"], asked["path"]) == ("POST", "/v1/chat/completions")
    assert asked["body"] == {"model": "gpt-4o", "messages": HELLO}
    assert "authorization" not in asked["headers"]
    assert api_server.api.key.secret not in str(await api_server.control("GET", "/requests"))
    await api_server.control("DELETE", "/requests")
    assert await api_server.control("GET", "/requests") == []


async def test_speed_sizes_clock_and_models_can_be_set(api_server: Any, sdk: AsyncOpenAI) -> None:
    speed = await api_server.control("POST", "/speed", {"first_token": 0.5, "tokens_per_second": 50})
    assert speed == {"first_token": 0.5, "tokens_per_second": 50}
    assert (await api_server.control("POST", "/sizes", {"json": 100}))["json"] == 100
    name = "ft:gpt-4o-mini-2024-07-18:acme::X"
    await api_server.control("POST", "/models", {"id": name, "base": "gpt-4o-mini-2024-07-18"})
    assert (await sdk.models.retrieve(name)).id == name
    before = api_server.api.now()
    assert (await api_server.control("POST", "/clock", {"advance": 3600}))["now"] >= before + 3600


async def test_a_wrong_control_request_says_what_is_wrong(api_server: Any) -> None:
    answer = await api_server.control("POST", "/speed", {"fast": True})
    assert answer["error"]["param"] == "fast"
    answer = await api_server.control("PATCH", "/keys", {"secret": "sk-none"})
    assert answer["error"]["message"] == "No such key."
    answer = await api_server.control("PATCH", "/keys", {"quota": "broke"})
    assert answer["error"]["param"] == "quota"
