"""Followed jobs tell their story to the end, once and in order, however often it is looked and what fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.errors import Invalid, KeyRefused, MissingAtApi, NotFound
from bot.openai import Client, Upload
from bot.playground.clock import Clock
from bot.playground.faults import FaultMiddleware, Faults
from bot.playground.openai.api import Api, build
from bot.playground.openai.finetuning_training import fail, log
from bot.playground.server import bind, serving
from bot.services.connecting import Connecting
from bot.services.pacing import Pace
from bot.services.runs import Runs
from bot.services.watches import Watches
from bot.store import Store
from tests.services.channel import AtOnce, Surface, jsonl, lines_of
from tests.services.conftest import House

BASE = "gpt-4.1-mini-2025-04-14"


@dataclass
class Scene:
    """A connected workspace, a job at a standstill, and somebody who watches."""

    house: House
    surface: Surface
    watches: Watches
    job: str

    async def follow(self, channel: str = "C1", **more: Any) -> bool:
        values = {"connection": None, "thread_ts": None, "by": "UBEN"} | more
        _, new = await self.watches.follow("T1", self.job, channel=channel, **values)
        return new

    async def tick(self) -> None:
        """Look, and have delivered what came of it."""
        await self.watches.tick()
        await self.surface.deliver()

    async def later(self, seconds: float) -> None:
        self.house.api.clock.advance(seconds)
        await self.tick()

    def told(self, count: int, text: str = "Added event {n}", level: str = "info") -> None:
        """Let the job have more events."""
        for number in range(1, count + 1):
            log(self.house.api, self.house.api.jobs[self.job], text.replace("{n}", str(number)), level)

    async def wake(self, delivery: str) -> None:
        """What a webhook does."""
        connection = (await self.house.connecting.line("T1")).connection.id
        async with self.house.store.begin() as unit:
            assert await unit.watches.due_now("T1", connection, self.job, delivery) in {0, 1, 2}

    async def state(self) -> str:
        async with self.house.store.read() as unit:
            counts = await unit.watches.counts()
        (state,) = counts
        return state


@pytest.fixture
def faults() -> Faults:
    """What goes wrong at the API."""
    return Faults()


@pytest.fixture
async def house(store: Store, faults: Faults) -> AsyncIterator[House]:
    """Services over a fresh database, beside an API where things can go wrong; repeats come at once."""
    api = Api(Clock(), seed=1)

    async def no_wait(_: float) -> None:
        """The pause before a repeat."""

    app = FaultMiddleware(build(api), faults, api.clock)
    async with serving(app, bind(0)) as root, Client(sleep=no_wait, rng=lambda: 0.0) as client:
        url = root + "/v1"
        connecting = Connecting(store, client, usual=url, allowed=[url])
        async with store.begin() as unit:
            await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
        yield House(store, client, api, url, connecting, Runs(store, connecting, b"salt"))
        faults.release()


@pytest.fixture
async def scene(house: House) -> Scene:
    await house.connect()
    pace = house.api.pace
    pace.validating = pace.queued = pace.finishing = 10
    pace.step, pace.steps = 1, 20
    line = await house.connecting.line("T1")
    upload = Upload("file", "hello.jsonl", jsonl(), "application/jsonl")
    file = await line.api.upload("/files", [("purpose", "fine-tune")], [upload])
    body = {"model": BASE, "training_file": file.data["id"], "validation_file": file.data["id"]}
    job = await line.api.post("/fine_tuning/jobs", body)
    surface = Surface(house.store)
    watches = Watches(house.store, house.connecting, surface, "one", pace=AtOnce())
    return Scene(house, surface, watches, job.data["id"])


async def test_a_story_is_told_from_its_card_to_its_end(scene: Scene) -> None:
    assert await scene.follow()
    await scene.surface.deliver()
    assert scene.surface.messages["C1", None] == [f"card of {scene.job}: validating_files None% None"]
    await scene.tick()
    assert scene.surface.thread() == [
        f"info: Created fine-tuning job: {scene.job}",
        f"info: Validating training file: {scene.house.api.jobs[scene.job].training_file}",
        f"info: Validating validation file: {scene.house.api.jobs[scene.job].training_file}",
    ]
    await scene.later(10)
    await scene.later(14)
    assert scene.surface.cards["1.0"][-1] == {"text": f"card of {scene.job}: running 20% None"}
    await scene.later(100)
    model = scene.house.api.jobs[scene.job].fine_tuned_model
    assert scene.surface.thread()[-1] == f"end: succeeded · {model}"
    assert scene.surface.cards["1.0"][-1] == {"text": f"card of {scene.job}: succeeded 100% {model} over"}
    assert await scene.state() == "ended"
    told = [line.partition(": ")[2] for line in lines_of(scene.surface.thread()[:-1])]
    events = [each.message for each in scene.house.api.jobs[scene.job].events]
    assert [each for each in events if each in told] == [each for each in told if each in events]
    await scene.tick()
    assert len(scene.surface.keys) == len(set(scene.surface.keys))


async def test_a_job_is_followed_once_and_looking_again_tells_nothing_twice(scene: Scene) -> None:
    assert await scene.follow()
    assert not await scene.follow()
    for _ in range(4):
        await scene.tick()
    assert len(scene.surface.thread()) == 3
    assert len(scene.surface.messages["C1", None]) == 1
    ((watch, card),) = await scene.watches.followed("T1")
    assert (watch.by, card and card.file, card and card.status) == ("UBEN", "hello.jsonl", "validating_files")


async def test_many_events_at_once_are_one_message_that_keeps_warnings(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    scene.told(50)
    scene.told(1, "Something is odd", "warn")
    scene.told(30)
    await scene.tick()
    message = scene.surface.thread()[-1]
    assert message.splitlines() == [
        *(f"info: Added event {number}" for number in range(1, 21)),
        "warn: Something is odd",
        *(f"info: Added event {number}" for number in range(11, 31)),
        "(40 more)",
    ]


async def test_up_to_forty_events_at_once_are_all_shown(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    scene.told(40)
    await scene.tick()
    assert scene.surface.thread()[-1].splitlines() == [f"info: Added event {n}" for n in range(1, 41)]


async def test_a_job_of_ten_thousand_events_is_told_in_bounded_messages(scene: Scene) -> None:
    scene.told(10_000)
    await scene.follow()
    await scene.tick()
    await scene.tick()
    assert len(scene.surface.thread()) == 1
    assert len(scene.surface.thread()[0]) < 3000
    await scene.tick()
    assert len(scene.surface.thread()) == 1


async def test_a_story_in_a_thread_has_its_card_there(scene: Scene) -> None:
    await scene.follow(thread_ts="0.5")
    await scene.tick()
    await scene.tick()
    messages = scene.surface.messages["C1", "0.5"]
    assert messages[0].startswith("card of")
    assert len(messages) == 4


async def test_each_channel_has_a_story_of_its_own(scene: Scene) -> None:
    await scene.follow("C1")
    await scene.follow("C2")
    await scene.tick()
    await scene.tick()
    await scene.tick()
    assert len(scene.surface.thread("C1", "1.0")) == len(scene.surface.thread("C2", "2.0")) == 3


async def test_who_unfollows_is_told_nothing_more_and_sees_it_on_the_card(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    with pytest.raises(NotFound, match="is not followed here"):
        await scene.watches.unfollow("T1", scene.job, "C2")
    await scene.watches.unfollow("T1", scene.job, "C1")
    scene.told(3)
    await scene.tick()
    assert len(scene.surface.thread()) == 3
    assert scene.surface.cards["1.0"][-1]["text"].endswith("over")
    assert await scene.watches.followed("T1") == []


async def test_a_failure_says_why_and_what_to_change(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    job = scene.house.api.jobs[scene.job]
    fail(scene.house.api, job, "invalid_training_file", "Line 3 is not JSON.", "training_file")
    await scene.tick()
    assert scene.surface.thread()[-2] == "error: Line 3 is not JSON."
    end = scene.surface.thread()[-1]
    assert end.startswith("end: failed · Line 3 is not JSON. · Correct the training file")


async def test_a_job_that_openai_forgot_is_told_of_once_and_left(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    del scene.house.api.jobs[scene.job]
    for _ in range(3):
        await scene.tick()
    assert [each for each in scene.surface.thread() if "end: lost" in each] == scene.surface.thread()[-1:]
    assert await scene.state() == "ended"


async def test_a_revoked_key_ends_the_story_once(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    scene.house.api.keys[scene.house.api.key.secret].revoked = True
    for _ in range(3):
        await scene.tick()
    (end,) = [each for each in scene.surface.thread() if each.startswith("end: ")]
    assert KeyRefused.__doc__
    assert KeyRefused.__doc__[:30] in end or "key" in end
    assert await scene.state() == "ended"


async def test_a_removed_connection_ends_the_story(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    async with scene.house.store.begin() as unit:
        (only,) = await unit.connections.list("T1")
        await unit.connections.remove("T1", only.id)
    scene.house.connecting.forget("T1")
    await scene.tick()
    assert scene.surface.thread()[-1].startswith("end: lost · There is no connection")


async def test_an_unknown_job_cannot_be_followed(scene: Scene) -> None:
    with pytest.raises(MissingAtApi):
        await scene.watches.follow(
            "T1", "ftjob-none", connection=None, channel="C1", thread_ts=None, by="UBEN"
        )
    assert await scene.watches.followed("T1") == []


async def test_a_channel_that_takes_no_messages_is_said_at_once_and_nothing_is_followed(scene: Scene) -> None:
    scene.surface.closed = True
    with pytest.raises(Invalid, match="takes no messages"):
        await scene.follow()
    assert await scene.watches.followed("T1") == []


async def test_a_card_that_somebody_deleted_ends_the_following(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    scene.surface.edits = "gone"
    await scene.later(10)
    assert await scene.state() == "stopped"


async def test_the_last_card_is_shown_as_soon_as_there_is_room_for_it(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    scene.surface.edits = "later"
    await scene.later(200)
    await scene.tick()
    assert scene.surface.thread()[-1].startswith("end: succeeded")
    assert await scene.state() == "ending"
    scene.surface.edits = "done"
    await scene.tick()
    assert await scene.state() == "ended"
    assert scene.surface.cards["1.0"][-1]["text"].endswith("over")
    assert sum(each.startswith("end") for each in scene.surface.thread()) == 1


async def test_while_messages_wait_what_happens_becomes_one_message(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.watches.tick()
    scene.told(3)
    await scene.watches.tick()
    scene.told(4)
    await scene.watches.tick()
    await scene.surface.deliver()
    assert len(scene.surface.thread()) == 3
    await scene.tick()
    assert len(scene.surface.thread()) == 4
    assert len(scene.surface.thread()[-1].splitlines()) == 7


async def test_two_processes_look_and_each_event_is_told_once_in_order(scene: Scene) -> None:
    other = Watches(scene.house.store, scene.house.connecting, scene.surface, "two", pace=AtOnce())
    await scene.follow()
    await scene.tick()
    for _ in range(6):
        scene.told(2)
        await asyncio.gather(scene.watches.tick(), other.tick())
        await scene.surface.deliver()
    await scene.tick()
    told = lines_of(scene.surface.thread())[3:]
    assert told == ["info: Added event 1", "info: Added event 2"] * 6


async def test_a_webhook_and_a_poll_at_once_tell_once(scene: Scene) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    scene.house.api.clock.advance(200)

    async def woken() -> None:
        await scene.wake("evt_1")
        await scene.watches.tick()

    await asyncio.gather(scene.watches.tick(), woken(), woken())
    await scene.surface.deliver()
    await scene.tick()
    assert sum(each.startswith("end") for each in scene.surface.thread()) == 1
    assert len(scene.surface.keys) == len(set(scene.surface.keys))


async def test_trouble_at_openai_is_waited_out_and_said_when_it_lasts(scene: Scene, faults: Faults) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    faults.add({"match": "GET /v1/fine_tuning", "do": "status", "status": 500})
    for number in range(1, 6):
        await scene.tick()
        ((watch, _),) = await scene.watches.followed("T1")
        assert (watch.failures, watch.last_error) == (number, "ApiDown")
    assert "OpenAI has a problem" in scene.surface.cards["1.0"][-1]["text"]
    faults.rules.clear()
    scene.told(1)
    await scene.tick()
    assert "OpenAI has a problem" not in scene.surface.cards["1.0"][-1]["text"]
    assert scene.surface.thread()[-1] == "info: Added event 1"


async def test_a_page_that_fails_leaves_the_story_as_it_was(scene: Scene, faults: Faults) -> None:
    await scene.follow()
    await scene.tick()
    await scene.tick()
    scene.told(250)
    faults.add({"match": "GET /v1/fine_tuning/jobs/.*/events", "do": "cut", "bytes": 100, "after": 2})
    await scene.tick()
    assert len(scene.surface.thread()) == 3
    faults.rules.clear()
    await scene.tick()
    assert scene.surface.thread()[-1].endswith("(210 more)")


async def test_a_connection_that_asks_too_often_is_left_alone_as_long_as_openai_says(
    scene: Scene, faults: Faults
) -> None:
    await scene.follow("C1")
    await scene.follow("C2")
    await scene.tick()
    await scene.tick()
    limit = {"do": "status", "status": 429, "headers": {"retry-after": "1000"}}
    faults.add({"match": "GET /v1/fine_tuning", **limit})
    await scene.tick()
    asked = len(scene.house.api.requests)
    faults.rules.clear()
    await scene.wake("evt_1")
    await scene.tick()
    assert len(scene.house.api.requests) == asked
    scene.watches._clock = lambda: 1e12
    await scene.wake("evt_2")
    await scene.tick()
    assert len(scene.house.api.requests) > asked


def test_pauses_grow_while_nothing_happens_and_after_failures_with_bounds() -> None:
    pace = Pace(dice=lambda: 0.5)
    assert [pace.after("running", quiet) for quiet in (0, 1, 2, 9)] == [15.0, 22.5, 33.75, 120.0]
    assert pace.after("paused", 0) == 120.0
    assert [pace.after_failure(number) for number in (1, 2, 3, 30)] == [15.0, 30.0, 60.0, 600.0]
    assert pace.after_failure(1, asked=44.0) == 44.0
    assert Pace(dice=lambda: 0.0).after("running", 0) == pytest.approx(12.0)
    assert Pace(dice=lambda: 1.0).after("running", 0) == pytest.approx(18.0)
