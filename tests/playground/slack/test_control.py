"""Acting as people over the control API, and what is refused in words."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person, PersonError
from bot.playground.serve import Playground


async def post(playground: Playground, http: aiohttp.ClientSession, path: str, **body: Any) -> dict[str, Any]:
    async with http.post(f"{playground.control_url}/control/{path}", json=body) as answer:
        return dict(await answer.json())


async def get(playground: Playground, http: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with http.get(f"{playground.control_url}/control/{path}") as answer:
        return dict(await answer.json())


async def test_people_see_only_what_they_may(ada: Person, meet: Any) -> None:
    ben, olga = await meet("ben"), await meet("olga")
    await ben.says("secrets", "psst")
    assert [message.plain for message in await ben.sees("secrets")] == ["psst"]
    with pytest.raises(PersonError, match="ada sees no channel secrets"):
        await ada.sees("secrets")
    with pytest.raises(PersonError, match="olga sees no channel general"):
        await olga.sees("general")
    with pytest.raises(PersonError, match="there is nobody called zoe"):
        await (await meet("zoe")).sees("general")
    await ada.says("dm", "between us")
    assert await ben.sees("dm") == []


async def test_what_a_person_types_becomes_slacks_markup(
    ada: Person, client: AsyncWebClient, playground: Playground
) -> None:
    await ada.says("general", "<@bot> is 1 < 2 & see https://example.com/a?b=1.")
    (message,) = (await client.conversations_history(channel="C0GENERAL"))["messages"]
    bot = playground.slack.bot_user_id
    assert message["text"] == f"<@{bot}> is 1 &lt; 2 &amp; see <https://example.com/a?b=1>."
    parts = message["blocks"][0]["elements"][0]["elements"]
    assert [part["type"] for part in parts] == ["user", "text", "link", "text"]
    assert (await ada.sees("general"))[0].plain == "@patchbay is 1 < 2 & see https://example.com/a?b=1."


async def test_only_own_messages_can_be_edited(ada: Person, meet: Any) -> None:
    ts = await ada.says("general", "mine")
    ben = await meet("ben")
    with pytest.raises(PersonError, match="may edit only own"):
        await ben.edits("general", ts, "x")
    with pytest.raises(PersonError, match="may delete only own"):
        await ben.deletes("general", ts)
    await ada.edits("general", ts, "changed")
    (seen,) = await ben.sees("general")
    assert (seen.plain, seen.edited) == ("changed", True)
    await ada.deletes("general", ts)
    with pytest.raises(PersonError, match="there is no message"):
        await ada.deletes("general", ts)


async def test_a_guest_cannot_write_to_an_agent_but_can_mention_it(meet: Any, playground: Playground) -> None:
    gus = await meet("gus")
    with pytest.raises(PersonError, match="guests cannot write to an agent"):
        await gus.says("dm", "hello")
    await gus.says("general", "<@bot> hello")
    playground.slack.app.agent = False
    await gus.says("dm", "hello")


async def test_what_is_impossible_is_said(ada: Person, meet: Any, playground: Playground) -> None:
    with pytest.raises(PersonError, match="nothing is said"):
        await ada.says("general", "")
    with pytest.raises(PersonError, match=r"no message 1\.0"):
        await ada.says("general", "x", thread="1.0")
    with pytest.raises(PersonError, match="uploaded no file"):
        await ada.says("general", "x", files=["F0"])
    with pytest.raises(PersonError, match="not a member"):
        await (await meet("gus")).says("random", "x")
    with pytest.raises(PersonError, match="no modal open"):
        await ada.submits({})
    playground.slack.channels["C0GENERAL"].archived = True
    with pytest.raises(PersonError, match="archived"):
        await ada.says("general", "x")


async def test_waiting_ends_as_soon_as_something_is_there(ada: Person, meet: Any) -> None:
    waiting = asyncio.ensure_future(ada.waits(lambda each: each.plain == "two", "general"))
    ben = await meet("ben")
    await ben.says("general", "one")
    ts = await ben.says("general", "two")
    assert (await waiting).ts == ts
    with pytest.raises(PersonError, match=r"waited 0 seconds in general(?s:.*)ben: two"):
        await ada.waits(lambda each: each.plain == "three", "general", seconds=0)


async def test_the_app_can_be_given_its_manifest(
    playground: Playground, http: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    manifest = {
        "display_information": {"name": "Other"},
        "features": {"slash_commands": [{"command": "/other"}]},
        "oauth_config": {"scopes": {"bot": ["chat:write"], "bot_optional": ["files:read"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}, "socket_mode_enabled": False},
    }
    assert (await post(playground, http, "manifest", manifest=manifest))["ok"]
    app = playground.slack.app
    assert (app.commands, app.events, app.agent, app.socket_mode) == (
        ["/other"],
        {"app_mention"},
        False,
        False,
    )
    scopes = {k.lower(): v for k, v in (await client.auth_test()).headers.items()}["x-oauth-scopes"]
    assert scopes == "chat:write,files:read"
    assert "object" in (await post(playground, http, "manifest"))["error"]


async def test_switches_are_turned_over_http(playground: Playground, http: aiohttp.ClientSession) -> None:
    world = playground.slack
    await post(playground, http, "settings", rates=2, honours_client_msg_id=False, events_url="http://x/")
    assert (world.rates is not None, world.honours_client_msg_id, world.app.events_url) == (
        True,
        False,
        "http://x/",
    )
    await post(playground, http, "settings", rates=None, socket_mode=False)
    assert (world.rates, world.app.socket_mode) == (None, False)
    assert "no setting other" in (await post(playground, http, "settings", other=1))["error"]
    before = world.clock.now()
    assert (await post(playground, http, "clock", advance=60))["now"] >= before + 60
    assert "number" in (await post(playground, http, "clock", advance="x"))["error"]


async def test_who_and_what_there_is_can_be_read(playground: Playground, http: aiohttp.ClientSession) -> None:
    people = (await get(playground, http, "people"))["people"]
    assert [person["name"] for person in people if person["admin"]] == ["ada", "otto"]
    channels = (await get(playground, http, "channels?user=ada"))["channels"]
    assert "secrets" not in {channel["name"] for channel in channels}
    told = await get(playground, http, "credentials")
    assert told["bot_token"] == playground.credentials.bot_token
    assert told["bot_user_id"] == playground.slack.bot_user_id


async def test_a_control_token_is_asked_for(playground: Playground, http: aiohttp.ClientSession) -> None:
    playground.slack.control_token = "let me in"
    assert (await get(playground, http, "people"))["ok"] is False
    async with Person(playground.control_url, "ada", token="let me in") as ada:
        await ada.says("general", "hello")


async def test_bodies_that_are_no_objects_are_refused(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    for body in (b"{", b"[]"):
        async with http.post(f"{playground.control_url}/control/act/message", data=body) as answer:
            assert answer.status == 400
