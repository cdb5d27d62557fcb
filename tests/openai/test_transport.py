"""What is known of a request whose connection failed: whether it may have been done, and is sent again."""

import pytest

from bot.errors import ApiBroken, ApiTimeout, ApiUnreachable
from tests.openai.server import Connect, Server, drop, hang, http


async def test_no_connection_is_told_apart_and_tried_again(connect: Connect, waits: list[float]) -> None:
    with pytest.raises(ApiUnreachable, match="Nothing was sent"):
        await connect("http://127.0.0.1:1/v1").post("images/generations", {"prompt": "x"})
    assert waits == [0.5, 1.0]


async def test_an_unknown_name_is_no_connection(connect: Connect) -> None:
    with pytest.raises(ApiUnreachable):
        await connect("http://nowhere.invalid/v1").post("chat/completions", {})


async def test_a_server_without_tls_is_no_connection(server: Server, connect: Connect) -> None:
    with pytest.raises(ApiUnreachable):
        await connect(server.url.replace("http:", "https:"), connect=0.1).post("chat/completions", {})


async def test_a_paid_request_that_was_dropped_is_not_sent_again(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(drop)
    with pytest.raises(ApiBroken, match="broke"):
        await connect().post("images/generations", {"prompt": "x"})
    assert (len(server.seen), waits) == (1, [])


async def test_a_get_that_was_dropped_is_sent_again(server: Server, connect: Connect) -> None:
    server.says(drop, http(200, {"id": "m"}))
    assert (await connect().get("models/m")).data == {"id": "m"}


async def test_a_paid_request_on_a_kept_connection_that_was_dropped_is_not_sent_again(
    server: Server, connect: Connect, waits: list[float]
) -> None:
    server.says(http(200, {"id": "m"}), drop)
    api = connect()
    await api.get("models/m")
    with pytest.raises(ApiBroken):
        await api.post("images/generations", {"prompt": "x"})
    assert (len(server.seen), waits) == (2, [])


async def test_the_total_deadline_ends_a_wait(server: Server, connect: Connect) -> None:
    server.says(hang)
    with pytest.raises(ApiTimeout, match=r"0\.05 seconds"):
        await connect().post("chat/completions", {}, deadline=0.05)
    with pytest.raises(ApiTimeout):
        await connect(total=0.05).get("models")
