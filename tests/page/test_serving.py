"""Who may have the page and the control of both worlds: those who know the token, and no other page."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground.serve import Playground
from bot.playground.slack.state import Message

TOKEN = "a-token-of-the-tests"
KNOWN = {"X-Playground-Token": TOKEN}


@pytest.fixture
async def place() -> AsyncIterator[Playground]:
    async with Playground.start(token=TOKEN) as playground:
        yield playground


@pytest.fixture
async def http(place: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(place.control_url) as session:
        yield session


async def status(http: aiohttp.ClientSession, path: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.get(path, headers=named) as answer:
        return answer.status


async def test_the_page_wants_the_token_and_lets_nothing_in_from_elsewhere(
    http: aiohttp.ClientSession,
) -> None:
    assert await status(http, "/") == 403
    assert await status(http, "/?token=wrong") == 403
    async with http.get(f"/?token={TOKEN}") as answer:
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert await status(http, "/page/main.js") == 200
    assert await status(http, "/page/../page.py") == 404
    assert await status(http, "/page/%2e%2e/page.py") == 404


@pytest.mark.parametrize(
    "path", ["/control/people", "/control/log", "/openai-control/keys", "/openai-control/log"]
)
async def test_control_of_both_worlds_wants_the_token(http: aiohttp.ClientSession, path: str) -> None:
    assert await status(http, path) == 403
    assert await status(http, path, X_Playground_Token="wrong") == 403
    assert await status(http, path, **KNOWN) == 200


async def test_the_openai_server_wants_it_too(place: Playground, http: aiohttp.ClientSession) -> None:
    keys = place.openai_url.removesuffix("/v1") + "/control/keys"
    async with http.get(keys) as answer:
        assert answer.status == 403
    async with http.get(keys, headers=KNOWN) as answer:
        assert answer.status == 200


async def test_another_page_is_refused_even_with_the_token(
    place: Playground, http: aiohttp.ClientSession
) -> None:
    own = place.control_url
    assert await status(http, "/control/people", **KNOWN, Origin=own) == 200
    assert await status(http, "/control/people", **KNOWN, Origin="https://evil.example") == 403
    assert await status(http, "/control/people", **KNOWN, Origin="null") == 403
    assert await status(http, "/control/people", **KNOWN, Sec_Fetch_Site="cross-site") == 403
    # A name that its owner let point to this machine:
    assert await status(http, "/control/people", **KNOWN, Host="evil.example") == 403
    assert await status(http, f"/?token={TOKEN}", Host="evil.example") == 403


async def test_a_file_is_given_to_those_who_can_see_it(
    place: Playground, http: aiohttp.ClientSession
) -> None:
    said = {"user": "ben", "name": "a.txt", "content_base64": "d29yZHM="}
    async with http.post("/control/act/upload", json=said, headers=KNOWN) as answer:
        file = (await answer.json())["file"]
    async with http.get(f"/control/file?user=ben&id={file}", headers=KNOWN) as answer:
        assert (await answer.read(), answer.headers["x-content-type-options"]) == (b"words", "nosniff")
    assert await status(http, f"/control/file?user=cleo&id={file}", **KNOWN) == 404
    assert await status(http, f"/control/file?user=ben&id={file}") == 403


async def test_a_file_in_a_block_is_given_to_those_who_see_its_message(
    place: Playground, http: aiohttp.ClientSession
) -> None:
    world = place.slack
    said = {"user": "ben", "name": "a.txt", "content_base64": "d29yZHM="}
    async with http.post("/control/act/upload", json=said, headers=KNOWN) as answer:
        file = (await answer.json())["file"]
    blocks = [{"type": "image", "slack_file": {"id": file}, "alt_text": "words"}]
    world.add(Message(world.new_ts(), "C0GENERAL", "U0BEN", blocks=blocks, ephemeral_to="U0ADA"))
    assert await status(http, f"/control/file?user=ada&id={file}", **KNOWN) == 200
    assert await status(http, f"/control/file?user=cleo&id={file}", **KNOWN) == 404
    world.add(Message(world.new_ts(), "C0GENERAL", "U0BEN", blocks=blocks))
    assert await status(http, f"/control/file?user=cleo&id={file}", **KNOWN) == 200


async def test_the_app_is_killed_only_where_somebody_told_which_it_is(http: aiohttp.ClientSession) -> None:
    async with http.post("/control/act/kill", headers=KNOWN) as answer:
        assert (answer.status, "make run" in (await answer.json())["error"]) == (400, True)


async def test_who_waits_for_news_does_not_hold_the_end_up(
    place: Playground, http: aiohttp.ClientSession
) -> None:
    waiting = http.get("/control/views?user=ada&since=999&seconds=60", headers=KNOWN)
    place.slack.end()
    async with waiting as answer:
        assert answer.status == 200
