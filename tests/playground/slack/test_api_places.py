"""Channels, people, reactions and agent threads, read and changed with slack_sdk."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person
from bot.playground.slack.api_assistant import STATUS_SECONDS
from bot.playground.slack.world import World


async def why(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


async def test_the_bot_sees_public_channels_and_those_it_is_in(client: AsyncWebClient) -> None:
    listed = (await client.conversations_list(types="public_channel,private_channel"))["channels"]
    assert {channel["name"]: channel["is_member"] for channel in listed} == {
        "general": True,
        "random": False,
        "partners": False,
    }
    own = (await client.users_conversations(types="public_channel,im"))["channels"]
    assert sorted(channel["id"][0] for channel in own) == ["C", "D", "D", "D", "D"]
    assert (await client.conversations_info(channel="C0GENERAL"))["channel"]["is_member"]
    assert await why(client.conversations_info(channel="G0SECRETS")) == "channel_not_found"
    assert await why(client.conversations_list(types="odd")) == "invalid_types"
    members = (await client.conversations_members(channel="C0GENERAL"))["members"]
    assert {"U0ADA", "U0GUS"} < set(members)


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    sizes, names = [], []
    async for page in await client.users_list(limit=3):
        sizes.append(len(page["members"]))
        names += [user["name"] for user in page["members"]]
    assert len(sizes) > 1
    assert max(sizes) == 3
    assert {"ada", "gus", "patchbay"} <= set(names)
    assert "otto" not in names
    assert await why(client.users_list(cursor="odd")) == "invalid_cursor"
    assert await why(client.users_list(limit=5000)) == "invalid_limit"


async def test_history_needs_membership_and_its_scope(client: AsyncWebClient, world: World) -> None:
    assert await why(client.conversations_history(channel="C0RANDOM")) == "not_in_channel"
    world.install().scopes.discard("channels:history")
    assert await why(client.conversations_history(channel="C0GENERAL")) == "missing_scope"
    assert await why(client.conversations_join(channel="C0RANDOM")) == "missing_scope"
    world.install().scopes |= {"channels:join", "channels:history"}
    await client.conversations_join(channel="C0RANDOM")
    await client.conversations_history(channel="C0RANDOM")
    assert await why(client.conversations_replies(channel="C0RANDOM", ts="1.0")) == "thread_not_found"


async def test_history_is_cut_by_time_and_pages(client: AsyncWebClient, ada: Person) -> None:
    stamps = [await ada.says("general", str(number)) for number in range(5)]

    async def texts(**asked: Any) -> list[str]:
        answer = await client.conversations_history(channel="C0GENERAL", **asked)
        return [message["text"] for message in answer["messages"]]

    assert await texts(oldest=stamps[1], latest=stamps[4]) == ["3", "2"]
    assert await texts(oldest=stamps[1], latest=stamps[4], inclusive=True) == ["4", "3", "2", "1"]
    answer = await client.conversations_history(channel="C0GENERAL", limit=2)
    assert answer["has_more"]
    assert await texts(limit=2, cursor=answer["response_metadata"]["next_cursor"]) == ["2", "1"]
    assert await why(client.conversations_history(channel="C0GENERAL", oldest="x")) == "invalid_ts_oldest"


async def test_people_are_told_as_they_are(client: AsyncWebClient) -> None:
    ada = (await client.users_info(user="U0ADA"))["user"]
    gus = (await client.users_info(user="U0GUS"))["user"]
    olga = (await client.users_info(user="U0OLGA"))["user"]
    assert (ada["is_admin"], gus["is_restricted"], olga["is_stranger"]) == (True, True, True)
    assert olga["team_id"] == "T0STRANGE"
    assert await why(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await why(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    opened = await client.conversations_open(users="U0BEN", return_im=True)
    assert opened["channel"]["user"] == "U0BEN"


async def test_a_reaction_is_put_on_once(client: AsyncWebClient, ada: Person, world: World) -> None:
    ts = await ada.says("general", "hello")
    at = {"channel": "C0GENERAL", "timestamp": ts, "name": "eyes"}
    await client.reactions_add(**at)
    assert await why(client.reactions_add(**at)) == "already_reacted"
    told = await client.reactions_get(channel="C0GENERAL", timestamp=ts)
    assert told["message"]["reactions"] == [{"name": "eyes", "users": [world.bot_user_id], "count": 1}]
    await client.reactions_remove(**at)
    assert await why(client.reactions_remove(**at)) == "no_reaction"
    assert (
        await why(client.reactions_add(channel="C0GENERAL", timestamp="1.0", name="eyes"))
        == "message_not_found"
    )
    assert await why(client.reactions_add(channel="C0RANDOM", timestamp=ts, name="eyes")) == "not_in_channel"


async def test_a_status_goes_with_the_next_message_or_after_two_minutes(
    client: AsyncWebClient, ada: Person, world: World
) -> None:
    root = await ada.says("general", "hello")
    at = {"channel_id": "C0GENERAL", "thread_ts": root}

    async def status() -> Any:
        session = await ada.session("general", root)
        assert session is not None
        return session["status"], session["state"]

    await client.assistant_threads_setStatus(**at, status="is thinking…", loading_messages=["a", "b"])
    assert await status() == ("is thinking…", "processing")
    await client.chat_postMessage(channel="C0GENERAL", thread_ts=root, text="done")
    assert (await status())[0] == ""
    await client.assistant_threads_setStatus(**at, status="is thinking…")
    world.clock.advance(STATUS_SECONDS)
    assert await status() == ("", "active")
    await client.assistant_threads_setStatus(**at, status="")
    assert await status() == ("", "active")
    odd = client.assistant_threads_setStatus(**at, status="x", loading_messages=["x"] * 11)
    assert await why(odd) == "invalid_arguments"


async def test_an_agents_session_has_a_state_and_a_title(
    client: AsyncWebClient, ada: Person, world: World
) -> None:
    root = await ada.says("dm", "hello")
    channel = (await client.conversations_open(users="U0ADA"))["channel"]["id"]
    at = {"channel_id": channel, "thread_ts": root}
    await client.agents_sessions_setStatus(**at, status="processing", title="Clocks")
    session = await ada.session("dm", root)
    assert session is not None
    assert (session["state"], session["title"]) == ("processing", "Clocks")
    await client.agents_sessions_rename(**at, title="Round clocks")
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=channel, prompts=[{"title": "Hi", "message": "Hello"}]
    )
    session = await ada.session("dm", root)
    assert session is not None
    assert session["title"] == "Round clocks"
    whole = await ada.session("dm")
    assert whole is not None
    assert whole["prompts"][0]["title"] == "Hi"
    await client.assistant_threads_setTitle(**at, title="Again")
    assert await why(client.agents_sessions_setStatus(**at, status="odd")) == "invalid_arguments"
    assert await why(client.agents_sessions_rename(**at, title="x" * 201)) == "invalid_arguments"
    prompts = [{"title": "Hi", "message": "Hello"}] * 5
    many = client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts)
    assert await why(many) == "invalid_arguments"
    world.app.agent = False
    assert await why(client.agents_sessions_setStatus(**at, status="active")) == "app_not_agent"
