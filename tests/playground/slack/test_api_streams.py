"""Streamed messages: their states, their limits, what a person sees of them."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import MarkdownTextChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.person import Person
from bot.playground.slack.live import LIFETIME
from bot.playground.slack.world import World

TO = {"recipient_user_id": "U0ADA", "recipient_team_id": "T0PATCHBAY"}
HERE = "C0GENERAL"


@pytest.fixture
async def root(ada: Person) -> str:
    return await ada.says("general", "a question")


@pytest.fixture
async def ts(client: AsyncWebClient, root: str) -> str:
    """A stream that is live, without any text yet."""
    return str((await client.chat_startStream(channel=HERE, thread_ts=root, **TO))["ts"])


async def why(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


async def test_text_grows_until_the_stream_is_stopped(
    client: AsyncWebClient, ada: Person, root: str, ts: str
) -> None:
    await client.chat_appendStream(channel=HERE, ts=ts, markdown_text="**Hello** ")
    await client.chat_appendStream(channel=HERE, ts=ts, markdown_text="there")
    live = (await ada.sees("general", root))[1]
    assert (live.plain, live.streaming) == ("**Hello** there", True)
    button = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
    await client.chat_stopStream(
        channel=HERE, ts=ts, markdown_text=".", blocks=[{"type": "actions", "elements": [button]}]
    )
    ended = (await ada.sees("general", root))[1]
    assert (ended.plain, ended.streaming) == ("**Hello** there.\n[Again]", False)
    assert ended.text == "**Hello** there."
    (told,) = (await client.conversations_replies(channel=HERE, ts=root))["messages"][1:]
    assert [block["type"] for block in told["blocks"]] == ["markdown", "actions"]


async def test_the_sdks_own_stream_helper_works(client: AsyncWebClient, ada: Person, root: str) -> None:
    stream = await client.chat_stream(channel=HERE, thread_ts=root, buffer_size=4, **TO)
    for word in ("one ", "two ", "three"):
        await stream.append(markdown_text=word)
    await stream.stop()
    assert (await ada.sees("general", root))[1].plain == "one two three"


async def test_where_and_for_whom_must_be_said(client: AsyncWebClient, root: str, ada: Person) -> None:
    start = client.chat_startStream
    assert await why(start(channel=HERE, thread_ts="1.000000", **TO)) == "invalid_thread_ts"
    assert await why(client.api_call("chat.startStream", json={"channel": HERE, **TO})) == "invalid_thread_ts"
    assert await why(start(channel=HERE, thread_ts=root)) == "missing_recipient_user_id"
    assert (
        await why(start(channel=HERE, thread_ts=root, recipient_user_id="U0ADA"))
        == "missing_recipient_team_id"
    )
    direct = await ada.says("dm", "hello")
    channel = (await client.conversations_open(users="U0ADA"))["channel"]["id"]
    await start(channel=channel, thread_ts=direct)


async def test_a_live_stream_can_be_neither_updated_nor_deleted(client: AsyncWebClient, ts: str) -> None:
    assert await why(client.chat_update(channel=HERE, ts=ts, text="x")) == "streaming_state_conflict"
    assert await why(client.chat_delete(channel=HERE, ts=ts)) == "cant_delete_message"
    await client.chat_stopStream(channel=HERE, ts=ts)
    await client.chat_update(channel=HERE, ts=ts, text="x")
    await client.chat_delete(channel=HERE, ts=ts)


async def test_an_ended_stream_takes_no_more(client: AsyncWebClient, ts: str) -> None:
    await client.chat_stopStream(channel=HERE, ts=ts, markdown_text="all")
    ended = "message_not_in_streaming_state"
    assert await why(client.chat_appendStream(channel=HERE, ts=ts, markdown_text="x")) == ended
    assert await why(client.chat_stopStream(channel=HERE, ts=ts)) == ended
    posted = (await client.chat_postMessage(channel=HERE, text="x"))["ts"]
    assert await why(client.chat_appendStream(channel=HERE, ts=posted, markdown_text="x")) == ended
    assert (
        await why(client.chat_appendStream(channel=HERE, ts="1.0", markdown_text="x")) == "message_not_found"
    )


async def test_a_stream_expires_however_much_is_appended(
    client: AsyncWebClient, world: World, ada: Person, root: str, ts: str
) -> None:
    world.clock.advance(LIFETIME - 5)
    await client.chat_appendStream(channel=HERE, ts=ts, markdown_text="still here")
    world.clock.advance(6)
    assert (
        await why(client.chat_appendStream(channel=HERE, ts=ts, markdown_text="x"))
        == "message_not_in_streaming_state"
    )
    seen = (await ada.sees("general", root))[1]
    assert (seen.plain, seen.streaming) == ("still here", False)
    await client.chat_update(channel=HERE, ts=ts, markdown_text="still here, and the rest")
    assert (await ada.sees("general", root))[1].plain == "still here, and the rest"


async def test_a_person_can_stop_it(
    client: AsyncWebClient, app: Any, ada: Person, root: str, ts: str, until: Any
) -> None:
    assert await ada.stops("general", root) == [ts]
    assert await why(client.chat_appendStream(channel=HERE, ts=ts, markdown_text="x")) == "stopped_by_user"
    await until(lambda: app.events("agent_session_stopped"))
    (event,) = app.events("agent_session_stopped")
    assert (event["channel"], event["thread_ts"], event["user"]) == (HERE, root, "U0ADA")
    assert event["streaming_message_ts"] == [ts]


async def test_text_and_chunks_do_not_mix(client: AsyncWebClient, ts: str) -> None:
    chunk = MarkdownTextChunk(text="x")
    mixed = "streaming_mode_mismatch"
    both = client.chat_appendStream(channel=HERE, ts=ts, markdown_text="a", chunks=[chunk])
    assert await why(both) == mixed
    await client.chat_appendStream(channel=HERE, ts=ts, markdown_text="a")
    assert await why(client.chat_appendStream(channel=HERE, ts=ts, chunks=[chunk])) == mixed
    assert await why(client.chat_stopStream(channel=HERE, ts=ts, chunks=[chunk])) == mixed


async def test_a_call_takes_12000_characters(client: AsyncWebClient, ts: str) -> None:
    assert (
        await why(client.chat_appendStream(channel=HERE, ts=ts, markdown_text="x" * 12_001)) == "msg_too_long"
    )
    for _ in range(3):
        await client.chat_appendStream(channel=HERE, ts=ts, markdown_text="x" * 12_000)
    ended = await client.chat_stopStream(channel=HERE, ts=ts)
    assert len(ended["message"]["text"]) == 36_000


async def test_tasks_change_in_place_and_details_grow(
    client: AsyncWebClient, ada: Person, root: str, ts: str
) -> None:
    for chunk in (
        TaskUpdateChunk(id="1", title="Look", status="in_progress", details="a"),
        MarkdownTextChunk(text="Found it."),
        TaskUpdateChunk(id="1", title="Looked", status="complete", details="b", output="c"),
    ):
        await client.chat_appendStream(channel=HERE, ts=ts, chunks=[chunk])
    await client.chat_appendStream(
        channel=HERE, ts=ts, chunks=[{"type": "blocks", "blocks": [{"type": "divider"}]}]
    )
    ended = await client.chat_stopStream(channel=HERE, ts=ts)
    kinds = [block["type"] for block in ended["message"]["blocks"]]
    assert kinds == ["task_card", "markdown", "divider"]
    assert (await ada.sees("general", root))[1].plain == "● Looked\n  ab\n  c\nFound it.\n———"


async def test_a_plan_holds_its_tasks(client: AsyncWebClient, ada: Person, root: str) -> None:
    started = await client.chat_startStream(channel=HERE, thread_ts=root, task_display_mode="plan", **TO)
    chunks = [{"type": "plan_update", "title": "Plan"}, {"type": "task_update", "id": "1", "title": "First"}]
    await client.chat_stopStream(channel=HERE, ts=started["ts"], chunks=chunks)
    assert (await ada.sees("general", root))[1].plain == "Plan\n○ First"


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "nonsense"},
        {"type": "task_update", "id": "1"},
        {"type": "task_update", "id": "1", "title": "x", "status": "odd"},
        {"type": "markdown_text"},
        {"type": "plan_update"},
        "text",
    ],
)
async def test_odd_chunks_are_refused(client: AsyncWebClient, ts: str, chunk: Any) -> None:
    assert await why(client.chat_appendStream(channel=HERE, ts=ts, chunks=[chunk])) == "invalid_chunks"


async def test_an_agent_that_cannot_be_stopped_is_warned(
    client: AsyncWebClient, world: World, root: str
) -> None:
    world.app.events.discard("agent_session_stopped")
    answer = await client.chat_startStream(channel=HERE, thread_ts=root, **TO)
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_another_apps_stream_is_not_ours(client: AsyncWebClient, ada: Person, root: str) -> None:
    assert (
        await why(client.chat_appendStream(channel=HERE, ts=root, markdown_text="x"))
        == "message_not_owned_by_app"
    )
