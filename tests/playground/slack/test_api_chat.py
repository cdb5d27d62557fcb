"""Messages posted, changed and deleted with slack_sdk."""

import uuid
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person
from bot.playground.slack.world import World

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*bold*"}}


async def test_a_message_says_which_bot_it_is_from(client: AsyncWebClient, world: World) -> None:
    answer = await client.chat_postMessage(channel="#general", text="hello")
    message = answer["message"]
    assert answer["channel"] == "C0GENERAL"
    assert (message["bot_id"], message["app_id"]) == (world.install().bot_id, world.app.id)
    history = await client.conversations_history(channel="C0GENERAL")
    assert history["messages"][0]["text"] == "hello"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"channel": "C0GENERAL", "text": ""}, "no_text"),
        ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ({"channel": "G0SECRETS", "text": "x"}, "channel_not_found"),
        ({"channel": "C0RANDOM", "text": "x"}, "not_in_channel"),
        ({"channel": "C0GENERAL", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": "C0GENERAL", "markdown_text": "x" * 12001}, "msg_too_long"),
        ({"channel": "C0GENERAL", "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"channel": "C0GENERAL", "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"channel": "C0GENERAL", "text": "x", "username": "Other"}, "missing_scope"),
        ({"channel": "C0GENERAL", "blocks": [SECTION] * 51, "text": "x"}, "invalid_blocks"),
    ],
)
async def test_what_cannot_be_posted_is_refused(
    client: AsyncWebClient, asked: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call("chat.postMessage", json=asked)
    assert refusal.value.response["error"] == error


async def test_invalid_blocks_are_explained(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[{"type": "section"}])
    assert refusal.value.response["error"] == "invalid_blocks"
    (message,) = refusal.value.response["response_metadata"]["messages"]
    assert message.startswith("[ERROR] ")
    assert "/blocks/0" in message


async def test_long_text_is_cut_and_an_archived_channel_takes_none(
    client: AsyncWebClient, world: World
) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="x" * 50_000)
    assert len(posted["message"]["text"]) == 40_000
    world.channels["C0GENERAL"].archived = True
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.chat_postMessage(channel="C0GENERAL", text="x")


async def test_replies_are_counted_and_stay_out_of_the_history(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0GENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0GENERAL", text="a", thread_ts=root))["ts"]
    # Naming a reply means its thread.
    await client.chat_postMessage(channel="C0GENERAL", text="b", thread_ts=reply)
    thread = (await client.conversations_replies(channel="C0GENERAL", ts=root))["messages"]
    assert [message["text"] for message in thread] == ["root", "a", "b"]
    assert (thread[0]["reply_count"], thread[0]["thread_ts"]) == (2, root)
    assert thread[1]["parent_user_id"] == thread[0]["user"]
    assert len((await client.conversations_history(channel="C0GENERAL"))["messages"]) == 1
    await client.chat_postMessage(channel="C0GENERAL", text="c", thread_ts=root, reply_broadcast=True)
    top = (await client.conversations_history(channel="C0GENERAL"))["messages"]
    assert [message["text"] for message in top] == ["c", "root"]


async def test_the_same_client_msg_id_posts_once_when_it_is_honoured(
    client: AsyncWebClient, world: World
) -> None:
    asked = {"channel": "C0GENERAL", "text": "once", "client_msg_id": str(uuid.uuid4())}
    first = await client.api_call("chat.postMessage", json=asked)
    again = await client.api_call("chat.postMessage", json=asked)
    assert first["ts"] == again["ts"]
    await client.chat_delete(channel="C0GENERAL", ts=first["ts"])
    with pytest.raises(SlackApiError, match="duplicate_message_not_found"):
        await client.api_call("chat.postMessage", json=asked)
    world.honours_client_msg_id = False
    a = await client.api_call("chat.postMessage", json=asked)
    b = await client.api_call("chat.postMessage", json=asked)
    assert a["ts"] != b["ts"]


async def test_metadata_is_told_in_full_only_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "bot_outbox", "event_payload": {"k": "1"}}
    await client.chat_postMessage(channel="C0GENERAL", text="x", metadata=metadata)
    (plain,) = (await client.conversations_history(channel="C0GENERAL"))["messages"]
    assert plain["metadata"] == {"event_type": "bot_outbox"}
    history = await client.conversations_history(channel="C0GENERAL", include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata


async def test_an_update_replaces_text_and_keeps_blocks_that_it_does_not_name(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[SECTION]))["ts"]
    changed = (await client.chat_update(channel="C0GENERAL", ts=ts, text="b"))["message"]
    assert changed["text"] == "b"
    assert changed["blocks"][0]["text"] == SECTION["text"]
    assert changed["edited"]
    changed = (await client.chat_update(channel="C0GENERAL", ts=ts, text="b", blocks=[]))["message"]
    assert "blocks" not in changed
    long = (await client.chat_update(channel="C0GENERAL", ts=ts, markdown_text="# c"))["message"]
    assert long["blocks"][0]["text"] == "# c"


async def test_only_own_messages_can_be_changed(client: AsyncWebClient, ada: Person) -> None:
    ts = await ada.says("general", "mine")
    for call, error in (
        (client.chat_update(channel="C0GENERAL", ts=ts, text="x"), "cant_update_message"),
        (client.chat_delete(channel="C0GENERAL", ts=ts), "cant_delete_message"),
        (client.chat_update(channel="C0GENERAL", ts="1.000000", text="x"), "message_not_found"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await call
    own = (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ts"]
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="C0GENERAL", ts=own, text="x" * 4001)


async def test_a_deleted_root_leaves_a_tombstone(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0GENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0GENERAL", text="a", thread_ts=root))["ts"]
    await client.chat_delete(channel="C0GENERAL", ts=root)
    thread = (await client.conversations_replies(channel="C0GENERAL", ts=root))["messages"]
    assert thread[0]["subtype"] == "tombstone"
    await client.chat_delete(channel="C0GENERAL", ts=reply)
    assert len((await client.conversations_replies(channel="C0GENERAL", ts=root))["messages"]) == 1


async def test_an_ephemeral_message_is_for_one_member_only(
    client: AsyncWebClient, ada: Person, meet: Any, world: World
) -> None:
    answer = await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="psst")
    assert [m.plain for m in await ada.sees("general") if m.ephemeral] == ["psst"]
    assert await (await meet("ben")).sees("general") == []
    assert (await client.conversations_history(channel="C0GENERAL"))["messages"] == []
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="C0GENERAL", ts=answer["message_ts"], text="x")
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel="C0GENERAL", user="U0OLGA", text="psst")
    world.install().scopes.add("chat:write.public")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postEphemeral(channel="C0RANDOM", user="U0ADA", text="psst")


async def test_a_person_can_be_written_to_by_id(client: AsyncWebClient, ada: Person) -> None:
    answer = await client.chat_postMessage(channel="U0ADA", text="hello ada")
    assert answer["channel"].startswith("D")
    assert [message.plain for message in await ada.sees("dm")] == ["hello ada"]
    opened = await client.conversations_open(users="U0ADA")
    assert opened["channel"]["id"] == answer["channel"]


async def test_permalinks_lead_to_messages_and_replies(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0GENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0GENERAL", text="a", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel="C0GENERAL", message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/C0GENERAL/p{reply.replace('.', '')}?thread_ts={root}&cid=C0GENERAL")
