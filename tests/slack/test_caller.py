"""Calls go out as Slack takes them, and come back as an answer or a failure that says what it means."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.rates import Rates

W = {"workspace": "T1"}


async def test_a_call_is_json_with_the_token_in_its_header_and_without_empty_arguments(
    slack: Slack, scripted: Any
) -> None:
    answer = await slack.call("chat.postMessage", "xoxb-1", **W, channel="C1", text="hi", thread_ts=None)
    assert answer == {"ok": True}
    assert scripted.calls == [("chat.postMessage", {"channel": "C1", "text": "hi"})]
    assert scripted.headers[0]["Authorization"] == "Bearer xoxb-1"


async def test_a_read_is_a_form_with_structures_as_json_in_it(slack: Slack, scripted: Any) -> None:
    await slack.call(
        "conversations.replies", "xoxb-1", **W, channel="C1", limit=5, inclusive=True, oldest="1.5"
    )
    assert scripted.asked("conversations.replies") == [
        {"channel": "C1", "limit": "5", "inclusive": "true", "oldest": "1.5"}
    ]


@pytest.mark.parametrize(
    ("reply", "kind", "error"),
    [
        ({"ok": False, "error": "channel_not_found"}, "permanent", "channel_not_found"),
        ({"ok": False, "error": "internal_error"}, "ambiguous", "internal_error"),
        ({"ok": False, "error": "ratelimited"}, "limited", "ratelimited"),
        (web.Response(status=503, text="<html>"), "ambiguous", "http_503"),
        (web.Response(status=404), "permanent", "http_404"),
        (web.Response(status=200, text="<html>"), "ambiguous", "not_an_answer"),
        (web.Response(status=429, headers={"Retry-After": "7"}), "limited", "ratelimited"),
        (web.Response(status=302, headers={"Location": "http://elsewhere.test/"}), "permanent", "http_302"),
    ],
)
async def test_a_creation_that_failed_is_never_repeated(
    slack: Slack, scripted: Any, reply: Any, kind: str, error: str
) -> None:
    scripted.does["chat.postMessage"] = lambda _: reply
    with pytest.raises(SlackFailure) as failure:
        await slack.call("chat.postMessage", "xoxb-secret", **W, channel="C1")
    assert (failure.value.kind, failure.value.error) == (kind, error)
    assert len(scripted.calls) == 1
    assert "xoxb" not in str(failure.value)


async def test_a_lost_connection_is_ambiguous(slack: Slack, scripted: Any, drop: object) -> None:
    scripted.does["chat.postMessage"] = lambda _: drop
    with pytest.raises(SlackFailure) as failure:
        await slack.call("chat.postMessage", "xoxb-1", **W, channel="C1")
    assert (failure.value.kind, failure.value.error) == ("ambiguous", "connection_lost")


async def test_what_never_reached_slack_is_tried_again_even_when_it_creates(
    session: aiohttp.ClientSession, clock: Any, unused_tcp_port: int
) -> None:
    slack = Slack(session, f"http://127.0.0.1:{unused_tcp_port}/api/", Rates(clock), clock)
    with pytest.raises(SlackFailure) as failure:
        await slack.call("chat.postMessage", "xoxb-1", **W, channel="C1")
    assert failure.value.kind == "not_sent"
    assert clock.slept[:1] == [0.3]


async def test_an_edit_is_repeated_until_it_is_done(slack: Slack, scripted: Any, drop: object) -> None:
    replies = iter([drop, web.Response(status=500), {"ok": True, "ts": "1.1"}])
    scripted.does["chat.update"] = lambda _: next(replies)
    assert (await slack.call("chat.update", "xoxb-1", **W, channel="C1", ts="1.1"))["ts"] == "1.1"
    assert len(scripted.calls) == 3


async def test_after_a_refusal_nothing_goes_to_that_workspace_until_its_time_is_over(
    slack: Slack, scripted: Any, clock: Any
) -> None:
    began = clock.now()
    moments = []

    def reply(_: Any) -> Any:
        moments.append(clock.now() - began)
        return web.Response(status=429, headers={"Retry-After": "9"}) if len(moments) == 1 else {"ok": True}

    scripted.does["chat.update"] = reply
    await slack.call("chat.update", "xoxb-1", **W, channel="C1", ts="1.1")
    assert moments[0] == 0
    assert moments[1] >= 9


async def test_an_answer_to_a_request_goes_to_slacks_addresses_only(slack: Slack, scripted: Any) -> None:
    await slack.answer(scripted.url.replace("/api/", "/commands/1"), {"text": "hello"})
    assert scripted.asked("/commands/1") == [{"text": "hello"}]
    for address in ("http://hooks.slack.com/x", "https://slack.com.evil.test/x", "https://evilslack.com/"):
        with pytest.raises(SlackFailure, match="not_an_address_of_slack"):
            await slack.answer(address, {"text": "hello"})


async def test_files_go_up_in_three_steps_and_become_one_message(slack: Slack, scripted: Any) -> None:
    root = scripted.url.removesuffix("api/")
    scripted.does["files.getUploadURLExternal"] = lambda args: {
        "ok": True,
        "upload_url": f"{root}upload/{args['filename']}",
        "file_id": "F" + args["filename"],
    }
    scripted.does["/upload/a"] = scripted.does["/upload/b"] = lambda _: web.Response(text="OK - 2")
    done = await slack.upload("xoxb-1", "T1", "C1", "1.1", [("a", b"aa", "A cat"), ("b", b"bb", "")], "Done")
    assert [each["id"] for each in done] == ["Fa", "Fb"]
    assert scripted.asked("files.getUploadURLExternal")[0] == {
        "filename": "a",
        "length": "2",
        "alt_txt": "A cat",
    }
    assert scripted.asked("/upload/b") == [{"raw": b"bb"}]
    [complete] = scripted.asked("files.completeUploadExternal")
    assert complete == {
        "channel_id": "C1",
        "thread_ts": "1.1",
        "initial_comment": "Done",
        "files": [{"id": "Fa", "title": "a"}, {"id": "Fb", "title": "b"}],
    }


async def test_a_download_brings_the_token_to_slack_and_keeps_to_its_cap(slack: Slack, scripted: Any) -> None:
    root = scripted.url.removesuffix("api/")
    scripted.does["/file"] = lambda _: web.Response(body=b"x" * 100)
    assert await slack.fetch(root + "file", "xoxb-1", 100) == b"x" * 100
    assert scripted.headers[0]["Authorization"] == "Bearer xoxb-1"
    with pytest.raises(SlackFailure, match="file_too_large"):
        await slack.fetch(root + "file", "xoxb-1", 99)
    with pytest.raises(SlackFailure, match="not_an_address_of_slack"):
        await slack.fetch("https://files.slack.com.evil.test/file", "xoxb-1", 99)


@pytest.mark.parametrize(
    "page",
    [
        web.Response(text="<html>Sign in</html>", content_type="text/html"),
        web.Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
    ],
)
async def test_a_login_page_is_no_file(slack: Slack, scripted: Any, page: web.Response) -> None:
    scripted.does["/file"] = lambda _: page
    with pytest.raises(SlackFailure, match="not_authorized"):
        await slack.fetch(scripted.url.removesuffix("api/") + "file", "xoxb-1", 1000)
    assert len(scripted.calls) == 1


async def test_a_page_that_somebody_shared_is_a_file(slack: Slack, scripted: Any) -> None:
    scripted.does["/file"] = lambda _: web.Response(
        text="<p>", content_type="text/html", headers={"Content-Disposition": "attachment; filename=a.html"}
    )
    assert await slack.fetch(scripted.url.removesuffix("api/") + "file", "xoxb-1", 1000) == b"<p>"


async def test_a_file_that_stops_halfway_is_a_failure_not_a_short_file(
    slack: Slack, scripted: Any, session: aiohttp.ClientSession
) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    there = Slack(session, f"http://127.0.0.1:{port}/api/", slack.rates, slack._clock)
    with pytest.raises(SlackFailure) as failure:
        await there.fetch(f"http://127.0.0.1:{port}/file", "xoxb-1", 1000)
    assert failure.value.kind == "ambiguous"
    server.close()
    await server.wait_closed()


async def test_a_file_goes_up_into_a_thread_and_comes_back(town: Any) -> None:
    root, content = await town.root(), bytes(range(256)) * 8192
    [file] = await town.slack.upload(
        town.token, town.team, town.channel, root, [("two.png", content, "A two")], "Here"
    )
    known = town.world.files[file["id"]]
    assert (known.name, known.alt_txt) == ("two.png", "A two")
    assert [message.text for message in town.thread(root)] == ["Here"]
    info = await town.slack.call("files.info", town.token, workspace=town.team, file=file["id"])
    address = info["file"]["url_private_download"]
    assert await town.slack.fetch(address, town.token, len(content)) == content
    with pytest.raises(SlackFailure, match="not_authorized"):
        await town.slack.fetch(address, "xoxb-nobody", len(content))
