"""The custom call: any status comes back, nothing is repeated, and it reaches nothing but the API."""

import json

import pytest

from bot.errors import Invalid
from tests.openai.server import Connect, Server, http


async def test_the_custom_call_gives_any_status_and_repeats_nothing(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(http(429, {"error": {"message": "slow"}}), http(307, b"", location="http://127.0.0.1:1/"))
    api = connect()
    answer = await api.request("post", "/v1/chat/completions", headers={"OpenAI-Beta": "x=1"}, body={"a": 1})
    assert (answer.status, answer.data) == (429, {"error": {"message": "slow"}})
    assert (await api.request("GET", "models")).status == 307
    assert waits == []
    assert server.seen[0].target == "/v1/chat/completions"
    assert server.seen[0].headers["openai-beta"] == "x=1"
    assert json.loads(server.seen[0].body) == {"a": 1}


@pytest.mark.parametrize(
    "path", ["http://evil.example/x", "//evil.example", "../admin", "a?b=c", "v1/v1:1@x/a"]
)
async def test_the_custom_call_goes_nowhere_else(server: Server, connect: Connect, path: str) -> None:
    with pytest.raises(Invalid):
        await connect().request("GET", path)
    assert server.seen == []


async def test_the_custom_call_cannot_replace_who_asks(server: Server, connect: Connect) -> None:
    for name in ("Authorization", "host", "OpenAI-Organization", "Cookie", "content-length"):
        with pytest.raises(Invalid, match="cannot be set"):
            await connect().request("GET", "models", headers={name: "x"})
    with pytest.raises(Invalid, match="method"):
        await connect().request("TRACE", "models")
