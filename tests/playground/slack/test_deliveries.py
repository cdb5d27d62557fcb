"""What reaches an app over HTTP: signed, in time, again when it failed, and only what it may see."""

from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.playground.slack.people import OTHER, install
from bot.playground.slack.world import World


async def test_a_bolt_app_hears_a_mention_and_answers_a_command(
    playground: Playground, client: AsyncWebClient, ada: Person, serve: Any
) -> None:
    bolt = AsyncApp(client=client, signing_secret=playground.credentials.signing_secret)

    @bolt.event("app_mention")
    async def mentioned(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="here")

    @bolt.command("/openai")
    async def asked(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"asked {command['text']} in {command['channel_name']}")

    url = await serve(AsyncSlackRequestHandler(bolt, path="/slack/events"))
    playground.slack.app.events_url = f"{url}/slack/events"
    ts = await ada.says("general", "<@bot> hello")
    assert (await ada.waits(lambda each: each.plain == "here", "general", ts)).author == "patchbay"
    answer = await ada.command("/openai", "chat hello")
    assert (answer["ok"], answer["status"]) == (True, 200)
    (seen,) = [message for message in await ada.sees("general") if message.ephemeral]
    assert seen.plain == "asked chat hello in general"


async def test_a_mention_comes_as_two_events_with_one_ts(
    app: Any, ada: Person, world: World, until: Any
) -> None:
    ts = await ada.says("general", "<@bot> hello")
    await until(lambda: len(app.got) == 2)
    (mention,), (message,) = app.events("app_mention"), app.events("message")
    assert mention["ts"] == message["ts"] == ts
    assert (message["channel_type"], message["client_msg_id"]) == ("channel", mention["client_msg_id"])
    assert message["text"] == f"<@{world.bot_user_id}> hello"
    ids = {payload["event_id"] for _, payload in app.got}
    assert len(ids) == 2
    headers, payload = app.got[0]
    assert payload["authorizations"][0]["user_id"] == world.bot_user_id
    assert (payload["team_id"], payload["api_app_id"]) == ("T0PATCHBAY", world.app.id)
    assert "x-slack-retry-num" not in headers


async def test_a_direct_message_is_no_mention(app: Any, ada: Person, until: Any) -> None:
    await ada.says("dm", "<@bot> hello")
    await until(lambda: app.got)
    (message,) = app.events("message")
    assert message["channel_type"] == "im"
    assert app.events("app_mention") == []


async def test_nothing_comes_from_where_the_bot_is_not(app: Any, ada: Person, meet: Any, until: Any) -> None:
    await ada.says("random", "<@bot> hello")
    await (await meet("ben")).says("secrets", "psst")
    await ada.says("dm", "last")
    await until(lambda: app.got)
    assert [payload["event"]["text"] for _, payload in app.got] == ["last"]
    (warning,) = [message for message in await ada.sees("random") if message.ephemeral]
    assert "not in this channel" in warning.plain


async def test_only_what_is_subscribed_and_granted_comes(
    app: Any, ada: Person, world: World, until: Any
) -> None:
    world.app.events.discard("message.channels")
    world.install().scopes.discard("app_mentions:read")
    await ada.says("general", "<@bot> hello")
    await ada.says("dm", "last")
    await until(lambda: app.got)
    assert [payload["event"]["text"] for _, payload in app.got] == ["last"]


async def test_own_posts_edits_and_deletions_come_too(
    app: Any, client: AsyncWebClient, world: World, until: Any, ada: Person
) -> None:
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="a"))["ts"]
    await client.chat_update(channel="C0GENERAL", ts=ts, text="b")
    await client.chat_delete(channel="C0GENERAL", ts=ts)
    await until(lambda: len(app.got) == 3)
    found = {event.get("subtype"): event for event in app.events("message")}
    assert found[None]["bot_id"] == world.install().bot_id
    edit, deletion = found["message_changed"], found["message_deleted"]
    assert (edit["previous_message"]["text"], edit["message"]["text"]) == ("a", "b")
    assert (deletion["deleted_ts"], deletion["previous_message"]["text"]) == (ts, "b")
    said = await ada.says("general", "x")
    await ada.edits("general", said, "y")
    await ada.deletes("general", said)
    await until(lambda: len(app.got) == 6)


async def test_a_shared_file_comes_with_the_message_only(app: Any, ada: Person, until: Any) -> None:
    file = await ada.uploads("notes.txt", b"hello")
    await ada.says("general", "<@bot> look", files=[file])
    await until(lambda: len(app.got) == 2)
    (message,), (mention,) = app.events("message"), app.events("app_mention")
    assert message["subtype"] == "file_share"
    assert message["files"][0]["id"] == file
    assert "files" not in mention


async def test_uninstalling_ends_the_token_and_is_told(
    app: Any, playground: Playground, client: AsyncWebClient, until: Any, http: Any
) -> None:
    async with http.post(f"{playground.control_url}/control/act/uninstall", json={"user": "ada"}):
        pass
    await until(lambda: len(app.got) == 2)
    (event,) = app.events("tokens_revoked")
    assert event["tokens"]["bot"] == [playground.slack.bot_user_id]
    assert len(app.events("app_uninstalled")) == 1
    answer = await client.api_call("api.test")
    assert answer["ok"]
    token = playground.credentials.bot_token
    async with http.post(f"{playground.control_url}/control/act/install", json={"user": "ada"}):
        pass
    assert playground.credentials.bot_token != token


async def test_a_shared_channel_tells_each_workspace_that_has_the_bot_in_it(
    app: Any, world: World, until: Any, meet: Any
) -> None:
    there = install(world, OTHER)
    world.channels["C0PARTNERS"].members |= {there.bot_user_id, world.bot_user_id}
    ts = await (await meet("olga")).says("partners", "hello")
    await until(lambda: len(app.got) == 2)
    assert {payload["team_id"] for _, payload in app.got} == {"T0PATCHBAY", OTHER}
    assert all(payload["is_ext_shared_channel"] for _, payload in app.got)
    assert {event["ts"] for event in app.events("message")} == {ts}
    assert app.events("message")[0]["user_team"] == "T0STRANGE"


async def test_joining_and_reacting_are_told(app: Any, ada: Person, world: World, until: Any) -> None:
    world.app.events |= {"reaction_added", "reaction_removed"}
    await ada.invites("random")
    await until(lambda: app.events("member_joined_channel"))
    ts = await ada.says("random", "hello")
    await ada.reacts("random", ts, "eyes")
    await until(lambda: app.events("reaction_added"))
    assert app.events("reaction_added")[0]["item"] == {"type": "message", "channel": "C0RANDOM", "ts": ts}
    assert (await ada.sees("random"))[0].reactions == {"eyes": ["U0ADA"]}
