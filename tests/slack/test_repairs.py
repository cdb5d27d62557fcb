"""Answers that another process left get their end whole, and what cannot be posted is told to who asked."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import pytest

from bot.services.answers import Answers
from bot.services.conversations import Answer, Place
from bot.services.people import Person
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installation, Installations
from bot.slack.letters import Postman
from bot.slack.posting import found_at
from bot.slack.replies import Replies
from bot.store import Store

ADA = "U0ADA"


class Hasty:
    """The real time, as the database has it, but nobody waits."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)


@dataclass
class Desk:
    """What gives answers their end, in a faithful Slack."""

    town: Any
    store: Store
    postman: Postman
    replies: Replies

    async def answer(self, root: str, text: str, shown: list[str], state: Any) -> Answer:
        """An answer of which these messages are shown, the last one still streaming."""
        town, ts = self.town, None
        for at, piece in enumerate(shown):
            started = await town.slack.call(
                "chat.startStream", town.token, workspace=town.team, channel=town.channel, thread_ts=root,
                markdown_text=piece, recipient_user_id=ADA, recipient_team_id=town.team,
            )  # fmt: skip
            ts = started["ts"]
            if at < len(shown) - 1:
                await town.slack.call(
                    "chat.stopStream", town.token, workspace=town.team, channel=town.channel, ts=ts
                )
        async with self.store.begin() as unit:
            talk, _ = await unit.conversations.open(town.team, town.channel, root, ADA)
            turn = await unit.turns.add(town.team, talk.id, role="assistant", text=text, state="streaming")
        place = Place(town.team, town.channel, root)
        return Answer(
            place=place, person=Person(town.team, ADA), conversation=talk, turn=turn, fresh=False, text=text,
            ts=ts, state=state,
        )  # fmt: skip


@pytest.fixture
async def desk(town: Any, store: Store) -> Desk:
    async with store.begin() as unit:
        await unit.workspaces.ensure(town.team, "Home", None, None)
    here = Installations([Installation(town.team, "Home", town.token, "U0BOT", "B0BOT")])
    postman = Postman(store, town.slack, here.token, "me", Hasty(), grace=0)

    async def nothing(*_: object) -> None: ...

    answers = Answers(store, None, str, nothing)  # type: ignore[arg-type] # nobody is asked here
    return Desk(town, store, postman, Replies(town.slack, here, postman, answers))


def paragraphs(word: str, count: int) -> str:
    return "".join(f"{word} number {at} stands here for itself alone.\n\n" for at in range(count))


async def test_a_whole_answer_that_nobody_saw_is_posted_with_all_its_pages(desk: Desk) -> None:
    root, text = await desk.town.root(), paragraphs("Paragraph", 700)
    await desk.replies.repair(await desk.answer(root, text, [], "done"))
    seen = desk.town.read(root)
    assert len(desk.town.thread(root)) == 4
    assert all(f"number {at} stands" in seen for at in range(700))


async def test_the_last_message_of_a_whole_answer_gets_the_rest_and_what_goes_beyond_follows(
    desk: Desk,
) -> None:
    root, text = await desk.town.root(), paragraphs("Paragraph", 700)
    cut, seen_to = text.index("Paragraph number 60 "), text.index("Paragraph number 90 ")
    answer = await desk.answer(root, text, [text[:cut], text[cut:seen_to]], "done")
    await desk.replies.repair(answer)
    seen = desk.town.read(root)
    assert [seen.count(f"number {at} stands") for at in range(700)] == [1] * 700
    await desk.replies.repair(answer)
    assert desk.town.read(root) == seen


@pytest.mark.parametrize("open_", [True, False])
async def test_what_people_have_seen_of_an_interrupted_answer_stays(
    desk: Desk,
    open_: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    root, text = await desk.town.root(), paragraphs("Paragraph", 300)
    cut = text.index("Paragraph number 100 ")
    answer = await desk.answer(root, text, [text[:cut], text[cut:]], "streaming")
    if not open_:
        await desk.town.slack.call(
            "chat.stopStream", desk.town.token, workspace=desk.town.team, channel=desk.town.channel,
            ts=answer.ts,
        )  # fmt: skip
    await desk.replies.repair(answer)
    seen = desk.town.read(root)
    assert [seen.count(f"number {at} stands") for at in range(300)] == [1] * 300
    assert "interrupted" in seen


@pytest.mark.parametrize(
    ("text", "shown", "at"),
    [
        ("One two. Three four.", "**One** two", 0),
        ("One two. Three four.", "Three f", 9),
        ("One two.", "Else", None),
        ("One two.", "…", None),
    ],
)
def test_a_message_is_found_in_its_text_by_its_words(text: str, shown: str, at: int | None) -> None:
    assert found_at(text, shown) == at


async def test_what_slack_will_not_take_is_told_once_to_who_asked(desk: Desk, store: Store) -> None:
    town = desk.town
    async with store.begin() as unit:
        await unit.outbox.put(
            town.team, dedupe_key="k", stream="s", channel="C0GONE", body={"text": "Hi", "for": ADA}
        )
    await desk.postman.deliver()
    await desk.postman.deliver()
    direct = next(each for each in town.world.channels.values() if each.kind == "im" and ADA in each.members)
    assert ["what you asked for" in each.text for each in direct.messages.values()] == [True]


async def test_who_waits_for_a_message_is_told_by_who_waits(desk: Desk) -> None:
    with pytest.raises(SlackFailure) as refused:
        await desk.postman.post(desk.town.team, "k", "C0GONE", None, {"text": "Hi"}, user=ADA)
    assert refused.value.kind == "permanent"
    assert desk.town.asked("conversations.open") == []
    assert all("for" not in args for args in desk.town.asked("chat.postMessage"))
