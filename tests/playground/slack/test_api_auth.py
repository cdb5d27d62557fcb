"""Who may call: tokens, scopes, ways to send arguments, limits."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.serve import Playground
from bot.playground.slack.people import OTHER, install
from bot.playground.slack.rates import Rates
from bot.playground.slack.world import World


async def test_auth_test_tells_who_the_token_is_and_its_scopes(client: AsyncWebClient, world: World) -> None:
    answer = await client.auth_test()
    assert answer["team_id"] == "T0PATCHBAY"
    assert answer["user_id"] == world.bot_user_id
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert set(headers["x-oauth-scopes"].split(",")) == world.app.scopes


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp", "not_allowed_token_type")],
)
async def test_a_token_that_does_not_fit_is_refused(
    playground: Playground, http: aiohttp.ClientSession, token: str, error: str
) -> None:
    token = playground.credentials.app_token if token == "xapp" else token
    header = {"Authorization": f"Bearer {token}"} if token else {}
    async with http.post(playground.slack_url + "auth.test", headers=header) as answer:
        assert await answer.json() == {"ok": False, "error": error}


async def test_a_bot_token_opens_no_sockets(client: AsyncWebClient, playground: Playground) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=playground.credentials.bot_token)


@pytest.mark.parametrize("status", ["token_revoked", "account_inactive"])
async def test_a_token_that_has_ended_says_how(client: AsyncWebClient, world: World, status: str) -> None:
    world.install().status = status  # type: ignore[assignment]  # the parameters are such words
    with pytest.raises(SlackApiError, match=status):
        await client.auth_test()


async def test_a_missing_scope_is_named(client: AsyncWebClient, world: World) -> None:
    world.install().scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel="C0GENERAL", text="hello")
    assert refusal.value.response["error"] == "missing_scope"
    assert refusal.value.response["needed"] == "chat:write"
    assert "commands" in refusal.value.response["provided"]


async def test_an_invented_method_is_unknown(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.shout", json={})


async def test_arguments_come_by_form_address_or_json(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    url = playground.slack_url + "api.test"
    for request in (
        {"data": {"a": "1"}},
        {"params": {"a": "1"}},
        {"json": {"a": "1"}},
        {"data": aiohttp.FormData({"a": "1"}, default_to_multipart=True)},
    ):
        async with http.post(url, **request) as answer:  # type: ignore[arg-type]  # one of aiohttp's keywords each
            assert await answer.json() == {"ok": True, "args": {"a": "1"}}
    async with http.get(url, params={"error": "wanted"}) as answer:
        assert (await answer.json())["error"] == "wanted"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("a", "text/plain", "invalid_post_type"),
    ],
)
async def test_bodies_that_are_none_are_refused(
    playground: Playground, http: aiohttp.ClientSession, body: str, kind: str, error: str
) -> None:
    header = {"Content-Type": kind}
    async with http.post(playground.slack_url + "api.test", data=body, headers=header) as answer:
        assert (await answer.json())["error"] == error


async def test_a_token_in_the_form_is_taken(playground: Playground, http: aiohttp.ClientSession) -> None:
    form = {"token": playground.credentials.bot_token}
    async with http.post(playground.slack_url + "auth.test", data=form) as answer:
        assert (await answer.json())["ok"]


async def test_too_many_calls_are_told_to_wait(client: AsyncWebClient, world: World) -> None:
    world.rates = Rates(world.clock, scale=0.02)
    await client.users_list()
    with pytest.raises(SlackApiError) as refusal:
        await client.users_list()
    assert refusal.value.response.status_code == 429
    assert refusal.value.response["error"] == "ratelimited"
    wait = int({k.lower(): v for k, v in refusal.value.response.headers.items()}["retry-after"])
    world.clock.advance(wait)
    await client.users_list()


async def test_bots_and_teams_can_be_asked_for(client: AsyncWebClient, world: World) -> None:
    bot = (await client.bots_info(bot=world.install().bot_id))["bot"]
    assert (bot["user_id"], bot["app_id"]) == (world.bot_user_id, world.app.id)
    assert (await client.team_info())["team"]["name"] == "Patchbay Playground"
    with pytest.raises(SlackApiError, match="team_not_found"):
        await client.team_info(team="T0OTHER")
    with pytest.raises(SlackApiError, match="bot_not_found"):
        await client.bots_info(bot="B0")


async def test_blocks_are_validated_without_a_token(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    url = playground.slack_url + "blocks.validate"
    async with http.post(url, json={"blocks": [{"type": "divider"}]}) as answer:
        assert await answer.json() == {"ok": True}
    async with http.post(url, json={"blocks": [{"type": "nonsense"}]}) as answer:
        told = await answer.json()
        assert told["error"] == "invalid_blocks"
        assert told["response_metadata"]["messages"]


async def test_a_workspace_sees_nothing_of_another(
    client: AsyncWebClient, playground: Playground, http: aiohttp.ClientSession
) -> None:
    world = playground.slack
    there = install(world, OTHER)
    world.channels["C0OTHER"].members.add(there.bot_user_id)
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel="C0OTHER", text="hello")
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0OTTO")
    other = AsyncWebClient(there.bot_token, base_url=playground.slack_url, session=http)
    await other.chat_postMessage(channel="C0OTHER", text="hello")
    assert [c["id"] for c in (await other.conversations_list())["channels"]] == ["C0OTHER"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await other.chat_postMessage(channel="C0GENERAL", text="hello")
