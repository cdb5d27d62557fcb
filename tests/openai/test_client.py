"""What goes over the wire for each call, and what comes back of whole answers."""

import asyncio
from datetime import date

import pytest

from bot.errors import (
    AccessDenied,
    ApiBroken,
    ApiError,
    Invalid,
    KeyRefused,
    MissingAtApi,
    RequestRefused,
)
from bot.openai import Account, Model, Upload
from tests.openai.server import Connect, Server, hang, http, refusal


async def test_a_get_names_the_account_and_gives_the_decoded_answer(server: Server, connect: Connect) -> None:
    server.says(http(200, {"id": "m"}, x_request_id="req_42"))
    answer = await connect().get(
        "models/m", {"limit": 2, "ids": ["a", "b"], "metadata": {"k": "v"}, "no": None}
    )
    assert (answer.status, answer.data, answer.request_id) == (200, {"id": "m"}, "req_42")
    assert answer.content == b'{"id": "m"}'
    assert answer.headers["content-type"] == "application/json"
    assert answer.milliseconds > 0
    seen = server.seen[0]
    assert seen.target == "/v1/models/m?limit=2&ids%5B%5D=a&ids%5B%5D=b&metadata%5Bk%5D=v"
    assert seen.headers["authorization"] == "Bearer sk-secret-1234"
    assert seen.headers["openai-organization"] == "org-1"
    assert seen.headers["openai-project"] == "proj_1"
    assert seen.headers["user-agent"].startswith("patchbay/")


def test_an_account_never_shows_its_key() -> None:
    assert "sk-" not in repr(Account("sk-secret"))


async def test_connections_are_kept_and_cookies_are_not(server: Server, connect: Connect) -> None:
    server.says(http(200, {"id": "m"}, set_cookie="session=1; Path=/"))
    api = connect()
    for _ in range(3):
        await api.get("models")
    assert server.connections == 1
    assert all("cookie" not in seen.headers for seen in server.seen)


async def test_a_redirect_is_not_followed(server: Server, connect: Connect) -> None:
    server.says(http(302, b"", location=f"{server.url}/elsewhere"))
    with pytest.raises(ApiBroken):
        await connect().get("models")
    assert len(server.seen) == 1


async def test_pages_follow_the_last_id_until_the_limit(server: Server, connect: Connect) -> None:
    first = {"data": [{"id": "1"}, {"id": "2"}], "has_more": True}
    second = {"data": [{"id": "3"}, {"id": "4"}], "has_more": True}
    server.says(http(200, first), http(200, second))
    items = [item["id"] async for item in connect().pages("files", {"purpose": "batch"}, limit=3)]
    assert items == ["1", "2", "3"]
    assert [seen.target for seen in server.seen] == [
        "/v1/files?purpose=batch",
        "/v1/files?purpose=batch&after=2",
    ]


async def test_pages_that_repeat_themselves_end(server: Server, connect: Connect) -> None:
    server.says(http(200, {"data": [{"id": "1"}], "has_more": True}))
    assert len([item async for item in connect().pages("files", limit=100)]) == 2


async def test_models_are_read_leniently(server: Server, connect: Connect) -> None:
    listed = [
        {"id": "gpt-5", "created": 7, "owned_by": "openai", "shutdown_date": "2026-12-11"},
        {"id": "gpt-6-luna", "created": None, "owned_by": None, "shutdown_date": None},
        {"id": None},
        "rubbish",
    ]
    server.says(http(200, {"data": listed}))
    assert await connect().models() == [
        Model("gpt-5", "openai", 7, date(2026, 12, 11)),
        Model("gpt-6-luna", "", 0, None),
    ]


async def test_an_upload_gives_text_where_the_api_answers_with_text(server: Server, connect: Connect) -> None:
    server.says(http(200, b"1\n00:00 --> 00:01\nhello", content_type="text/plain"))
    file = Upload("file", "a.wav", b"RIFF", "audio/wav")
    answer = await connect().upload("audio/transcriptions", [("response_format", "srt")], [file])
    assert answer.data is None
    assert answer.content.endswith(b"hello")
    body = server.seen[0].body
    assert body.index(b'name="response_format"') < body.index(b'name="file"; filename="a.wav"')


async def test_a_download_gives_the_bytes(server: Server, connect: Connect) -> None:
    server.says(http(200, b"\x00\x01", content_type="application/octet-stream"))
    api = connect()
    assert (await api.download("files/file-1/content")).content == b"\x00\x01"
    assert (await api.download("audio/speech", body={"input": "hi"})).content == b"\x00\x01"
    assert [seen.method for seen in server.seen] == ["GET", "POST"]
    assert all(seen.headers["accept-encoding"] == "identity" for seen in server.seen)
    with pytest.raises(ApiBroken, match="larger than"):
        await api.download("files/file-1/content", cap=1)


async def test_an_empty_file_is_a_file_but_empty_speech_is_none(server: Server, connect: Connect) -> None:
    server.says(http(200, b"", content_type="application/octet-stream"))
    assert (await connect().download("files/file-1/content")).content == b""
    with pytest.raises(ApiBroken):
        await connect().download("audio/speech", body={"input": "hi"})


@pytest.mark.parametrize("key", ["sk-…1234", "sk-1\nHost: x", "sk 1", ""])
async def test_a_key_that_cannot_be_one_is_refused_here(server: Server, connect: Connect, key: str) -> None:
    api = connect()._client.api(Account(key, base_url=server.url))
    with pytest.raises(KeyRefused, match="Copy it again"):
        await api.get("models")
    assert server.seen == []


@pytest.mark.parametrize(
    "url", ["", "api.openai.com/v1", "ftp://x/v1", "http://[::1", "https://a@b/v1", "https://x/?y"]
)
async def test_a_base_url_that_is_none_is_said(connect: Connect, url: str) -> None:
    api = connect()._client.api(Account("sk-1", base_url=url))
    with pytest.raises(Invalid, match="base URL"):
        await api.get("models")


async def test_half_a_surrogate_pair_is_no_bug(server: Server, connect: Connect) -> None:
    server.says(http(200, {"id": "f"}))
    api = connect()
    await api.upload("files", [("purpose", "\ud83d")], [Upload("file", "\ud83d.txt", b"a", "text/plain")])
    await api.get("files", {"after": "\ud83d"})
    with pytest.raises(Invalid, match="cannot be sent"):
        await api.post("chat/completions", {"messages": "\ud83d"})


async def test_a_request_that_is_too_large_is_not_sent(server: Server, connect: Connect) -> None:
    api = connect(request=10, upload=10)
    with pytest.raises(Invalid, match="MiB"):
        await api.post("chat/completions", {"messages": "a" * 20})
    with pytest.raises(Invalid, match="MiB"):
        await api.upload("files", [], [Upload("file", "a", b"a" * 20, "text/plain")])
    assert server.seen == []


async def test_a_large_upload_that_is_refused_early_says_why(server: Server, connect: Connect) -> None:
    server.early = refusal(413, "too_large", message="Maximum content size limit exceeded")
    file = Upload("file", "a.jsonl", b"x" * 20_000_000, "application/jsonl")
    with pytest.raises(RequestRefused, match="Maximum content size"):
        await connect().upload("files", [("purpose", "batch")], [file])


async def test_cancelling_a_call_lets_it_go(server: Server, connect: Connect) -> None:
    server.says(hang)
    call = asyncio.create_task(connect().get("models"))
    await server.asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((401, "invalid_api_key"), KeyRefused),
        ((403, "unsupported_country_region_territory"), AccessDenied),
        ((404, None), MissingAtApi),
    ],
)
async def test_a_refusal_becomes_the_failure_that_a_person_reads(
    server: Server, connect: Connect, reply: tuple[int, str | None], error: type[ApiError]
) -> None:
    server.says(refusal(*reply, message="Incorrect key sk-secret-1234."))
    with pytest.raises(error) as caught:
        await connect().get("models")
    assert caught.value.status == reply[0]
    assert caught.value.request_id == "req_1"
    assert "sk-secret" not in str(caught.value)
