"""What reaches an app over HTTP: signed, in time, again when it failed, and only what it may see."""

from typing import Any

import pytest
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.playground.person import Person
from bot.playground.serve import Playground
from bot.playground.slack.people import OTHER, install
from bot.playground.slack.world import World


def answered(world: World) -> int:
    """How many deliveries have ended, in whatever way."""
    return sum(entry["direction"] == "out" for entry in world.log.since())


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


@pytest.mark.parametrize(("status", "reason"), [(500, "http_error"), (302, "http_error")])
async def test_a_failed_event_is_sent_three_more_times(
    app: Any, ada: Person, world: World, until: Any, status: int, reason: str
) -> None:
    app.answers = lambda _payload: Response(status_code=status)
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 2)
    world.clock.advance(60)
    await until(lambda: answered(world) == 3)
    world.clock.advance(300)
    await until(lambda: answered(world) == 4)
    world.clock.advance(3600)
    await ada.says("dm", "other")
    await until(lambda: answered(world) == 6)
    first = [pair for pair in app.got if pair[1]["event"]["text"] == "hello"]
    assert [headers.get("x-slack-retry-num") for headers, _ in first] == [None, "1", "2", "3"]
    assert {headers.get("x-slack-retry-reason") for headers, _ in first[1:]} == {reason}
    assert len({payload["event_id"] for _, payload in first}) == 1


async def test_an_app_may_refuse_retries(app: Any, ada: Person, world: World, until: Any) -> None:
    app.answers = lambda _payload: Response(status_code=500, headers={"x-slack-no-retry": "1"})
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 1)
    world.clock.advance(3600)
    await ada.says("dm", "other")
    await until(lambda: len(app.got) == 2)


async def test_three_seconds_are_the_limit(app: Any, ada: Person, world: World, until: Any) -> None:
    async def slowly(_payload: Any) -> Response:
        await world.clock.sleep(30)
        return Response()

    app.answers = slowly
    await ada.says("dm", "hello")
    await until(lambda: app.got)
    world.clock.advance(3.1)
    await until(lambda: len(app.got) == 2)
    assert app.got[1][0]["x-slack-retry-reason"] == "http_timeout"


async def test_an_app_that_is_away_gets_the_event_later(
    app: Any, ada: Person, world: World, until: Any
) -> None:
    url, world.app.events_url = world.app.events_url, "http://127.0.0.1:9/slack/events"
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 2)
    world.app.events_url = url
    world.clock.advance(60)
    await until(lambda: app.got)
    assert app.got[0][0]["x-slack-retry-reason"] == "connection_failed"
    assert app.got[0][0]["x-slack-retry-num"] == "2"


async def test_a_command_that_fails_is_shown_and_not_repeated(app: Any, ada: Person, world: World) -> None:
    app.answers = lambda _payload: Response(status_code=503)
    answer = await ada.command("/openai", "chat")
    assert (answer["ok"], answer["error"], len(app.got)) == (False, "dispatch_failed", 1)
    world.app.events_url = "http://127.0.0.1:9/"
    assert (await ada.command("/openai", "chat"))["error"] == "dispatch_failed"
    assert [message.plain for message in await ada.sees("general")] == [
        "/openai failed with the error dispatch_failed"
    ] * 2


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
