"""What is put into the outbox is in Slack once, whatever breaks in between."""

import asyncio
import time
from itertools import count
from typing import Any

import pytest

from bot.slack.failures import SlackFailure
from bot.slack.letters import Postman
from bot.store import Store

BODY = {"text": "hello", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]}


class Hasty:
    """The real time, as the database has it, but nobody waits."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)


@pytest.fixture
async def postman(town: Any, store: Store) -> Postman:
    async with store.begin() as unit:
        await unit.workspaces.ensure(town.team, "Home", None, None)
    return Postman(store, town.slack, {town.team: town.token}.__getitem__, "me", Hasty(), grace=0)


def texts(town: Any) -> list[str]:
    return [message.text for message in town.world.channels[town.channel].messages.values()]


async def state(store: Store, town: Any, key: str) -> str:
    async with store.begin() as unit:
        letter = await unit.outbox.put(
            town.team, dedupe_key=key, stream="s", channel=town.channel, body={"text": "x"}
        )
        return letter.state


async def test_a_message_is_posted_and_its_ts_comes_back_each_time(town: Any, postman: Postman) -> None:
    root = await town.root()
    ts = await postman.post(town.team, "k", town.channel, root, BODY)
    assert await postman.post(town.team, "k", town.channel, root, BODY) == ts
    [message] = town.thread(root)
    assert (message.ts, message.text) == (ts, "hello")
    assert message.metadata["event_type"] == "bot_outbox"
    assert len(town.asked("chat.postMessage")) == 1
    assert town.asked("chat.postMessage")[0]["unfurl_links"] is False


@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop_before"},
        {"do": "drop_after"},
        {"do": "garbage"},
        {"do": "cut", "bytes": 3},
        {"do": "status", "status": 500},
        {"do": "status", "status": 200, "body": {"ok": False, "error": "fatal_error"}},
    ],
    ids=str,
)
async def test_a_lost_answer_doubles_nothing_and_loses_nothing(
    town: Any,
    postman: Postman,
    fault: dict[str, Any],
    honoured: bool,  # noqa: FBT001 - a parameter of the test
    threaded: bool,  # noqa: FBT001 - as above
) -> None:
    town.world.honours_client_msg_id = honoured
    root = await town.root() if threaded else None
    town.faults.add({"match": "chat.postMessage", "times": 2, **fault})
    ts = await postman.post(town.team, "k", town.channel, root, BODY)
    assert texts(town).count("hello") == 1
    assert town.world.channels[town.channel].messages[ts].text == "hello"


@pytest.mark.parametrize("honoured", [True, False])
async def test_a_process_that_died_in_the_call_is_followed_by_one_that_looks_first(
    town: Any,
    store: Store,
    honoured: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    town.world.honours_client_msg_id = honoured
    async with store.begin() as unit:
        await unit.workspaces.ensure(town.team, "Home", None, None)
        for key in ("posted", "not posted"):
            await unit.outbox.put(
                town.team, dedupe_key=key, stream=key, channel=town.channel, body={"text": key}
            )
        for letter in await unit.outbox.claim("dead", 2, lease=0):
            await unit.outbox.sending(letter.id, letter.lease_token)
            if letter.dedupe_key == "posted":
                posted = letter
    mark = {"event_type": "bot_outbox", "event_payload": {"k": posted.client_msg_id}}
    await town.slack.call(
        "chat.postMessage",
        town.token,
        workspace=town.team,
        channel=town.channel,
        metadata=mark,
        client_msg_id=posted.client_msg_id,
        **posted.body,
    )
    next_one = Postman(store, town.slack, {town.team: town.token}.__getitem__, "next", Hasty(), grace=0)
    await next_one.deliver()
    assert sorted(texts(town)) == ["not posted", "posted"]
    assert [await state(store, town, key) for key in ("posted", "not posted")] == ["sent", "sent"]


async def test_a_thread_is_in_order_even_when_its_first_message_has_to_wait(
    town: Any, postman: Postman
) -> None:
    root = await town.root()
    town.faults.add({"match": "chat.postMessage", "times": 1, "do": "drop_before"})
    await asyncio.gather(
        *(postman.post(town.team, f"k{n}", town.channel, root, {"text": str(n)}) for n in range(5))
    )
    order = [message.text for message in town.thread(root)]
    assert sorted(order) == ["0", "1", "2", "3", "4"]
    keys = [args["text"] for args in town.asked("chat.postMessage")]
    assert list(dict.fromkeys(keys)) == order


async def test_what_slack_will_never_take_is_said_at_once_and_not_tried_again(
    town: Any, postman: Postman, store: Store
) -> None:
    with pytest.raises(SlackFailure) as failure:
        await postman.post(town.team, "k", "C0NOWHERE", None, BODY)
    assert (failure.value.kind, failure.value.error) == ("permanent", "channel_not_found")
    calls = len(town.slack.calls)
    await postman.deliver()
    with pytest.raises(SlackFailure) as again:
        await postman.post(town.team, "k", "C0NOWHERE", None, BODY)
    assert again.value.kind == "permanent"
    assert len(town.slack.calls) == calls
    assert await state(store, town, "k") == "dead"


async def test_a_workspace_that_has_removed_the_bot_gets_nothing(town: Any, postman: Postman) -> None:
    with pytest.raises(SlackFailure, match="account_inactive"):
        await postman.post("T0GONE", "k", town.channel, None, BODY)
    assert town.slack.calls == []


async def test_where_nothing_can_be_read_a_notice_stays_unknown_and_an_answer_is_sent_under_the_same_id(
    town: Any, postman: Postman, store: Store
) -> None:
    town.world.install().scopes.discard("channels:history")
    town.faults.add({"match": "chat.postMessage", "times": 1, "do": "drop_after"})
    await postman.post(town.team, "answer", town.channel, None, {"text": "answer"})
    town.faults.add({"match": "chat.postMessage", "times": 1, "do": "drop_after"})
    async with store.begin() as unit:
        await unit.outbox.put(
            town.team, dedupe_key="notice", stream="n", channel=town.channel, body={"text": "notice"}
        )
    await postman.deliver()
    await postman.deliver()
    assert sorted(texts(town)) == ["answer", "notice"]
    assert await state(store, town, "notice") == "unknown"


async def test_slack_being_away_leaves_the_message_for_later(
    town: Any, postman: Postman, store: Store
) -> None:
    town.world.honours_client_msg_id = False
    town.faults.add({"match": "/api/", "do": "drop_before"})
    moments = count(time.time(), 10)
    postman._clock.now = lambda: next(moments)  # type: ignore[method-assign]  # time passes, nothing else happens
    with pytest.raises(SlackFailure) as failure:
        await postman.post(town.team, "k", town.channel, None, BODY)
    assert failure.value.kind == "ambiguous"
    assert await state(store, town, "k") == "sending"
    assert texts(town) == []


async def test_a_message_whose_original_was_deleted_counts_as_sent(town: Any, postman: Postman) -> None:
    town.faults.add({"match": "chat.postMessage", "times": 1, "do": "drop_after"})
    refusal = {"ok": False, "error": "duplicate_message_not_found"}
    town.faults.add({"match": "chat.postMessage", "do": "status", "status": 200, "body": refusal})
    town.faults.add({"match": "conversations.history", "do": "status", "status": 200, "body": refusal})
    assert await postman.post(town.team, "k", town.channel, None, BODY) == ""


async def test_an_answer_whose_ts_was_not_kept_is_found_by_who_takes_over(
    town: Any, postman: Postman, store: Store
) -> None:
    root = await town.root()
    async with store.begin() as unit:
        talk, _ = await unit.conversations.open(town.team, town.channel, root, "U0ADA")
        turn = await unit.turns.add(
            town.team, talk.id, role="assistant", text="Two, three and", state="streaming"
        )
    assert await postman.find_unknown(town.team, town.channel, root, turn) is None
    await postman.post(town.team, "notice", town.channel, root, BODY)
    started = [
        await town.slack.call(
            "chat.startStream",
            town.token,
            workspace=town.team,
            channel=town.channel,
            thread_ts=root,
            markdown_text=text,
            recipient_user_id="U0ADA",
            recipient_team_id=town.team,
        )
        for text in ("The second page of another answer", "Two,")
    ]
    assert await postman.find_unknown(town.team, town.channel, root, turn) == started[1]["ts"]
