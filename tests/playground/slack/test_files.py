"""Files through slack_sdk's own upload, and back through their addresses."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest
from PIL import Image
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.clock import Clock
from bot.playground.serve import Playground
from bot.playground.slack.files import PROCESSING_SECONDS, keep, slack_file_problems, ticket
from bot.playground.slack.people import new_world
from bot.playground.slack.state import File
from bot.playground.slack.world import World


@pytest.fixture
def world(playground: Playground) -> World:
    return playground.slack


@pytest.fixture
def client(playground: Playground, http: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        playground.credentials.bot_token, base_url=playground.slack_url, session=http, retry_handlers=[]
    )


@pytest.fixture
def auth(playground: Playground) -> dict[str, str]:
    return {"Authorization": f"Bearer {playground.credentials.bot_token}"}


def png() -> bytes:
    data = BytesIO()
    Image.new("RGB", (4, 4)).save(data, "png")
    return data.getvalue()


def by_person(world: World, user: str, name: str = "notes.txt", data: bytes = b"hello") -> File:
    upload = ticket(world, world.home, user, name, len(data))
    upload.content = data
    return keep(world, upload)


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_an_uploaded_file_is_shared_in_a_thread_with_its_comment(
    client: AsyncWebClient, world: World
) -> None:
    root = await client.chat_postMessage(channel="C0GENERAL", text="Here it comes")
    answer = await client.files_upload_v2(
        content="a,b\n1,2\n",
        filename="data.csv",
        title="The data",
        channel="C0GENERAL",
        thread_ts=root["ts"],
        initial_comment="As you *asked*",
    )
    file = answer["file"]
    assert (file["name"], file["title"], file["size"]) == ("data.csv", "The data", 8)
    assert file["shares"] == {}  # the message is not there yet when Slack answers
    replies = await client.conversations_replies(channel="C0GENERAL", ts=root["ts"])
    (message,) = replies["messages"][1:]
    assert message["text"] == "As you *asked*"
    assert message["subtype"] == "file_share"
    assert [each["id"] for each in message["files"]] == [file["id"]]
    known = (await client.files_info(file=file["id"]))["file"]
    assert known["shares"]["public"]["C0GENERAL"][0]["ts"] == message["ts"]
    assert world.files[file["id"]].mimetype == "text/csv"


async def test_several_files_come_in_one_message(client: AsyncWebClient) -> None:
    uploads = [{"filename": f"{n}.txt", "content": f"file {n}"} for n in range(3)]
    answer = await client.files_upload_v2(file_uploads=uploads, channel="C0GENERAL")
    history = await client.conversations_history(channel="C0GENERAL", limit=1)
    (message,) = history["messages"]
    assert [each["id"] for each in message["files"]] == [each["id"] for each in answer["files"]]


async def test_a_file_without_a_channel_is_seen_by_the_bot_alone(
    client: AsyncWebClient, world: World
) -> None:
    answer = await client.files_upload_v2(content="secret", filename="a.txt")
    assert (await client.files_info(file=answer["file"]["id"]))["file"]["channels"] == []
    assert world.channels["C0GENERAL"].messages == {}


async def test_bytes_come_back_with_the_token_as_they_were_sent(
    client: AsyncWebClient, http: aiohttp.ClientSession, auth: dict[str, str]
) -> None:
    data = bytes(range(256)) * 100
    file = (await client.files_upload_v2(file=data, filename="täst.bin", channel="C0GENERAL"))["file"]
    for address in (file["url_private"], file["url_private_download"]):
        async with http.get(address, headers=auth) as answer:
            assert answer.status == 200
            assert answer.content_type == "application/octet-stream"
            assert await answer.read() == data


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer xoxb-wrong"}])
async def test_without_a_token_the_answer_is_a_login_page_with_status_200(
    client: AsyncWebClient, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    file = (await client.files_upload_v2(content="secret", filename="a.txt", channel="C0GENERAL"))["file"]
    async with http.get(file["url_private"], headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert "secret" not in await answer.text()


async def test_files_in_places_without_the_bot_are_hidden_from_it(
    client: AsyncWebClient, world: World, http: aiohttp.ClientSession, auth: dict[str, str]
) -> None:
    hidden = by_person(world, "U0BEN")
    hidden.channels["G0SECRETS"] = ["1.0"]
    assert await refusal(client.files_info(file=hidden.id)) == "file_not_found"
    address = f"{world.url}/files-pri/{hidden.team_id}-{hidden.id}/{hidden.name}"
    async with http.get(address, headers=auth) as answer:
        assert answer.status == 404
    hidden.channels["C0GENERAL"] = ["2.0"]
    assert (await client.files_info(file=hidden.id))["file"]["name"] == "notes.txt"
    async with http.get(address, headers=auth) as answer:
        assert await answer.read() == b"hello"


async def test_an_image_is_processed_for_a_while_and_no_slack_file_until_then(
    client: AsyncWebClient, world: World
) -> None:
    file = (await client.files_upload_v2(file=png(), filename="a.png", channel="C0GENERAL"))["file"]
    blocks = [{"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "x"}]
    assert file["mimetype"] == ""
    assert slack_file_problems(world, blocks) == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    world.clock.advance(PROCESSING_SECONDS)
    assert (await client.files_info(file=file["id"]))["file"]["mimetype"] == "image/png"
    assert slack_file_problems(world, blocks) == []
    by_url = [{"type": "image", "slack_file": {"url": file["url_private"]}, "alt_text": "x"}]
    assert slack_file_problems(world, by_url) == []
    text = by_person(world, "U0BEN")
    assert slack_file_problems(world, [{"type": "image", "slack_file": {"id": text.id}, "alt_text": "x"}])


async def test_the_bot_deletes_its_own_files_only(client: AsyncWebClient, world: World) -> None:
    own = (await client.files_upload_v2(content="x", filename="a.txt", channel="C0GENERAL"))["file"]
    await client.files_delete(file=own["id"])
    assert await refusal(client.files_info(file=own["id"])) == "file_not_found"
    others = by_person(world, "U0BEN")
    others.channels["C0GENERAL"] = ["1.0"]
    assert await refusal(client.files_delete(file=others.id)) == "cant_delete_file"


async def test_what_is_wrong_with_an_upload_is_said(
    client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    assert await refusal(client.files_getUploadURLExternal(filename="a", length=0)) == "invalid_arguments"
    long = "x" * 1001
    call = client.files_getUploadURLExternal(filename="a", length=1, alt_txt=long)
    assert await refusal(call) == "alt_txt_too_large"
    given = await client.files_getUploadURLExternal(filename="a", length=5)
    files = [{"id": given["file_id"], "title": "a"}]
    assert await refusal(client.files_completeUploadExternal(files=files)) == "file_not_found"
    async with http.post(given["upload_url"], data=b"too long") as answer:
        assert answer.status == 400
    async with http.post(given["upload_url"] + "x", data=b"12345") as answer:
        assert answer.status == 404
    form = aiohttp.FormData()
    form.add_field("file", b"12345", filename="a")
    async with http.post(given["upload_url"], data=form) as answer:
        assert await answer.text() == "OK - 5"
    elsewhere = client.files_completeUploadExternal(files=files, channel_id="G0SECRETS")
    assert await refusal(elsewhere) == "channel_not_found"
    assert (await client.files_completeUploadExternal(files=files))["files"][0]["size"] == 5
    assert await refusal(client.files_completeUploadExternal(files=files)) == "file_not_found"
    assert await refusal(client.api_call("files.upload")) == "method_deprecated"


async def test_an_upload_address_is_good_for_an_hour(
    client: AsyncWebClient, http: aiohttp.ClientSession, world: World
) -> None:
    given = await client.files_getUploadURLExternal(filename="a", length=1)
    world.clock.advance(3601)
    async with http.post(given["upload_url"], data=b"x") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("name", "data", "mimetype", "filetype"),
    [
        ("a.png", b"\x89PNG", "image/png", "png"),
        ("a.PDF", b"%PDF", "application/pdf", "pdf"),
        ("train.jsonl", b'{"a": 1}\n', "text/plain", "text"),
        ("data", b"\xff\x00", "application/octet-stream", "binary"),
        ("a.py", b"print()", "text/x-python", "python"),
    ],
)
def test_a_file_is_known_by_its_name_else_by_its_bytes(
    name: str, data: bytes, mimetype: str, filetype: str
) -> None:
    file = by_person(new_world(Clock()), "U0BEN", name, data)
    assert (file.mimetype, file.filetype) == (mimetype, filetype)
