"""An answer is in its thread whole, once and in order, whatever Slack does."""

import asyncio
import re
from itertools import pairwise
from typing import Any

import pytest

from bot.playground.slack.rates import Rates as Tiers
from bot.slack.failures import SlackFailure
from bot.slack.live import CONTINUED
from bot.slack.split import MOST, Fences
from bot.slack.stream import Writer, Written

BLOCKS = [{"type": "context", "elements": [{"type": "mrkdwn", "text": "gpt · 12 tokens"}]}]
TEXT = "The *first* prime is 2 <!channel> & then 3, 5, 7.\n\n- eleven\n- thirteen\n\n" * 6
SENTENCE = "Prime numbers are divisible by one and by themselves only.\n"


def writer(town: Any, root: str, channel: str | None = None, **more: Any) -> Writer:
    channel = channel or town.channel
    return Writer(town.slack, town.token, town.team, channel, root, "U0ADA", town.team, town.clock, **more)


def deltas(text: str) -> list[str]:
    return re.findall(r"\s*\S{1,7}|\s+$", text)


async def speak(
    town: Any, speaker: Writer, text: str, *, pause: float = 0.02, blocks: Any = BLOCKS, tail: str = ""
) -> Written:
    for delta in deltas(text):
        speaker.write(delta)
        await town.clock.sleep(pause)
    return await speaker.finish(blocks, tail)


async def test_an_answer_is_streamed_and_ends_with_its_buttons(town: Any) -> None:
    root = await town.root()
    began: list[str] = []

    async def started(ts: str) -> None:
        began.append(ts)

    written = await speak(town, writer(town, root, started=started), TEXT)
    assert town.read(root) == TEXT
    assert (written.how, written.text) == ("stream", TEXT)
    [message] = town.thread(root)
    assert written.ts == began == [message.ts]
    assert message.stream.stopped
    assert message.blocks[-1]["type"] == "context"
    assert [name for _, name, _ in town.slack.calls][:1] == ["chat.startStream"]
    assert "<!channel>" not in str(message.stream.pieces)


async def test_the_first_text_goes_at_once_and_the_rest_in_few_calls(town: Any) -> None:
    root = await town.root()
    await speak(town, writer(town, root), TEXT)
    assert town.asked("chat.startStream")[0]["markdown_text"] == deltas(TEXT)[0]
    appends = [at for at, name, _ in town.slack.calls if name == "chat.appendStream"]
    assert all(later - earlier > 0.55 for earlier, later in pairwise(appends))
    assert 2 <= len(appends) <= len(deltas(TEXT)) * 0.1 / 0.6 + 5


async def test_no_piece_but_the_first_begins_with_a_space(town: Any) -> None:
    root = await town.root()
    await speak(town, writer(town, root), TEXT)
    pieces = [args["markdown_text"] for args in town.asked("chat.appendStream")]
    assert not any(piece[0].isspace() for piece in pieces[1:])


async def test_what_is_whole_at_once_is_one_message(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    speaker.write(TEXT)
    written = await speaker.finish(BLOCKS)
    assert (written.how, town.read(root)) == ("post", TEXT)
    assert [name for _, name, _ in town.slack.calls] == ["chat.postMessage"]
    args = town.asked("chat.postMessage")[0]
    assert (args["unfurl_links"], args["unfurl_media"]) == (False, False)


async def test_an_answer_that_failed_before_its_first_word_is_its_end_alone(town: Any) -> None:
    root = await town.root()
    assert await writer(town, root).finish() == Written([], "", "stream")
    await writer(town, root).abort("It was interrupted.")
    await writer(town, root).finish(BLOCKS)
    assert town.read(root) == "It was interrupted.…"


async def test_a_tail_and_a_note_stand_after_the_text(town: Any) -> None:
    root, other = await town.root(), await town.root()
    await speak(town, writer(town, root), "Two and", tail="\n\n_Stopped._")
    speaker = writer(town, other)
    speaker.write("Two and")
    await speaker.abort("_Interrupted._")
    assert town.read(root) == "Two and\n\n_Stopped._"
    assert town.read(other) == "Two and\n\n_Interrupted._"


METHODS = ["chat.startStream", "chat.appendStream", "chat.stopStream"]
FAULTS: list[dict[str, Any]] = [
    {"do": "drop_before"},
    {"do": "drop_after"},
    {"do": "status", "status": 500},
    {"do": "garbage"},
    {"do": "status", "status": 429, "headers": {"Retry-After": "3"}},
    {"do": "status", "status": 200, "body": {"ok": False, "error": "internal_error"}},
    {"do": "status", "status": 200, "body": {"ok": False, "error": "channel_type_not_supported"}},
    {"do": "status", "status": 200, "body": {"ok": False, "error": "unknown_method"}},
    {"do": "cut", "bytes": 5},
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("after", [0, 1])
async def test_nothing_is_lost_or_doubled_when_a_call_fails(
    town: Any, method: str, fault: dict[str, Any], after: int
) -> None:
    root = await town.root()
    town.faults.add({"match": method, "times": 1, "after": after, **fault})
    await speak(town, writer(town, root), TEXT)
    assert town.read(root) == TEXT
    assert [message.blocks[-1]["type"] for message in town.thread(root)[-1:]] == ["context"]


@pytest.mark.parametrize("fault", FAULTS[:4] + FAULTS[8:], ids=str)
@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "conversations.replies"])
async def test_nothing_is_lost_or_doubled_where_streams_are_refused_and_calls_fail(
    town: Any,
    method: str,
    fault: dict[str, Any],
    honoured: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    root = await town.root()
    town.world.honours_client_msg_id = honoured
    refusal = {"do": "status", "status": 200, "body": {"ok": False, "error": "feature_not_enabled"}}
    town.faults.add({"match": "chat.startStream", **refusal})
    town.faults.add({"match": method, "times": 1, **fault})
    if method == "conversations.replies":  # a reading that fails is only there after a posting that did
        town.faults.add({"match": "chat.postMessage", "times": 1, "do": "drop_after"})
        town.world.honours_client_msg_id = True
    written = await speak(town, writer(town, root), TEXT)
    assert town.read(root) == TEXT
    assert written.how == "update"
    assert len(town.thread(root)) == 1


async def test_an_answer_grows_by_edits_where_streams_are_refused(town: Any) -> None:
    root = await town.root()
    refusal = {"do": "status", "status": 200, "body": {"ok": False, "error": "unknown_method"}}
    town.faults.add({"match": "chat.startStream", **refusal})
    written = await speak(town, writer(town, root), TEXT, pause=0.2)
    assert (written.how, town.read(root)) == ("update", TEXT)
    updates = [at for at, name, _ in town.slack.calls if name == "chat.update"]
    assert len(updates) >= 3
    assert all(later - earlier > 2.9 for earlier, later in pairwise(updates[:-1]))


async def test_a_recipient_that_is_not_wanted_is_left_out(town: Any) -> None:
    channel = town.world.direct("U0ADA").id
    root = await town.root(channel)
    refusal = {"do": "status", "status": 200, "body": {"ok": False, "error": "missing_recipient_user_id"}}
    town.faults.add({"match": "chat.startStream", "times": 1, **refusal})
    written = await speak(town, writer(town, root, channel), TEXT)
    assert (written.how, town.read(root, channel)) == ("stream", TEXT)
    assert "recipient_user_id" not in town.asked("chat.startStream")[1]


async def test_a_long_answer_rolls_over_before_slack_ends_the_stream(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    text = SENTENCE * 12
    for number, delta in enumerate(deltas(text)):
        speaker.write(delta)
        await town.clock.sleep(0.2)
        if number % 30 == 29:
            town.clock.advance(120)
    written = await speaker.finish(BLOCKS)
    messages = town.thread(root)
    assert len(messages) == len(written.ts) >= 3
    assert written.how == "stream"
    assert all(message.stream.stopped for message in messages)
    assert town.read(root).replace(CONTINUED, "") == text
    assert town.read(root).count(CONTINUED) == len(messages) - 1


async def test_a_stream_that_slack_has_ended_goes_on_by_edits_of_its_message(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    for number, delta in enumerate(deltas(SENTENCE * 4)):
        speaker.write(delta)
        await town.clock.sleep(0.2)
        if number == 15:
            for message in town.thread(root):  # sooner than anybody expects
                message.stream.expires = 0
    written = await speaker.finish(BLOCKS)
    assert town.read(root) == SENTENCE * 4
    assert (written.how, len(written.ts)) == ("update", 1)


async def test_fifty_thousand_characters_are_messages_that_slack_takes_in_order(town: Any) -> None:
    root = await town.root()
    text = SENTENCE * 850
    speaker = writer(town, root)
    for start in range(0, len(text), 500):
        speaker.write(text[start : start + 500])
        await town.clock.sleep(0.1)
    await speaker.finish(BLOCKS)
    assert town.read(root).replace(CONTINUED, "") == text
    assert all(len(shown) <= MOST for shown in map(str, town.thread(root)[0].stream.pieces))


async def test_a_code_block_is_whole_in_each_message_it_goes_through(town: Any) -> None:
    root = await town.root()
    code = "".join(f"x{number} = {number} < {number + 1}\n" for number in range(900))
    speaker = writer(town, root)
    text = f"Here:\n```python\n{code}```\nDone."
    for start in range(0, len(text), 700):
        speaker.write(text[start : start + 700])
        await town.clock.sleep(0.1)
    await speaker.finish(BLOCKS)
    shown = ["".join(map(str, message.stream.pieces)) for message in town.thread(root)]
    assert len(shown) > 1
    assert all(Fences().text(each).opener == "" for each in shown)
    assert all(each.startswith("```python\n") for each in shown[1:])
    lines = re.findall(r"x(\d+) = \1 &lt; ", "\n".join(shown))
    assert lines == [str(number) for number in range(900)]


async def test_a_person_who_stops_the_answer_gets_no_more_of_it(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    stops: list[bool] = []
    speaker.on_stop = lambda: stops.append(True)
    for number, delta in enumerate(deltas(TEXT)):
        speaker.write(delta)
        await town.clock.sleep(0.1)
        if number == 20:
            town.thread(root)[0].stream.stopped_by_user = True
    await speaker.finish(BLOCKS, "\n\n_Stopped._")
    assert (speaker.stopped, stops) == (True, [True])
    assert town.read(root).endswith("\n\n_Stopped._")
    assert TEXT.startswith(town.read(root).removesuffix("\n\n_Stopped._"))
    assert len(town.read(root)) < len(TEXT)
    assert town.thread(root)[0].blocks[-1]["type"] == "context"


async def test_a_message_that_was_deleted_is_not_written_again(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    for number, delta in enumerate(deltas(TEXT)):
        speaker.write(delta)
        await town.clock.sleep(0.1)
        if number == 20:
            place = town.world.channels[town.channel]
            del place.messages[place.replies[root].pop()]
    await speaker.finish(BLOCKS)
    assert speaker.stopped
    assert town.thread(root) == []


async def test_a_channel_that_is_gone_is_a_failure_that_says_so(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    speaker.write("Two")
    town.world.channels[town.channel].archived = True
    with pytest.raises(SlackFailure, match="is_archived"):
        await speaker.finish()


async def test_the_thinking_line_goes_with_the_first_text_and_may_fail(town: Any) -> None:
    root = await town.root()
    speaker = writer(town, root)
    await speaker.thinking("is thinking…")
    assert town.world.sessions[town.channel, root].status == "is thinking…"
    await speak(town, speaker, TEXT)
    assert town.world.sessions[town.channel, root].status == ""
    town.faults.add({"match": "setStatus", "do": "drop_before"})
    await writer(town, root).thinking("is thinking…")


async def test_a_ts_that_could_not_be_kept_does_not_end_the_answer(town: Any) -> None:
    root = await town.root()

    async def started(ts: str) -> None:
        raise OSError("disk full")

    await speak(town, writer(town, root, started=started), TEXT)
    assert town.read(root) == TEXT


async def test_a_hundred_answers_in_one_workspace_are_all_whole_within_slacks_rates(town: Any) -> None:
    town.world.rates = Tiers(town.clock)
    roots = [await town.root() for _ in range(100)]

    async def answer(number: int, root: str) -> Written:
        return await speak(town, writer(town, root), f"Answer {number}. {TEXT}", pause=0.05)

    written = await asyncio.gather(*(answer(number, root) for number, root in enumerate(roots)))
    assert [town.read(root) for root in roots] == [f"Answer {number}. {TEXT}" for number in range(100)]
    assert {"stream", "post"} <= {each.how for each in written}
    assert all(len(each.ts) == 1 for each in written)


async def test_streams_share_the_tier_of_appends_without_a_refusal(town: Any) -> None:
    town.world.rates = Tiers(town.clock)
    roots = [await town.root() for _ in range(20)]
    await asyncio.gather(*(speak(town, writer(town, root), TEXT * 3, pause=0.1) for root in roots))
    assert {town.read(root) for root in roots} == {TEXT * 3}
    assert town.slack.rates._held == {}
