"""Jobs are followed by asking for it: as operations of the finetune module, for a person, in a channel."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.errors import Invalid, NotFound
from bot.module import Result, Table, Text
from bot.modules.finetune import EXAMPLES, FINETUNE
from bot.services.following import NOWHERE
from bot.services.people import Person
from bot.services.runs import Ask, Runs
from bot.services.watches import Watches
from tests.services.channel import AtOnce, Surface
from tests.services.conftest import ADA, BEN, House

BASE = "gpt-4.1-mini-2025-04-14"


@dataclass
class Desk:
    """The operations, as people ask for them."""

    house: House
    surface: Surface
    watches: Watches
    runs: Runs

    async def ask(
        self, operation: str, channel: str | None = "C1", person: Person = BEN, **raw: Any
    ) -> Result:
        found = FINETUNE.operation(operation)
        assert found
        ask = Ask(
            person=person, module=FINETUNE, operation=found, raw=raw, surface="command", channel=channel,
            thread_ts=None,
        )  # fmt: skip
        return (await self.runs.run(ask)).result

    async def create(self, **more: Any) -> tuple[str, Result]:
        made = await self.ask("create", **{"model": BASE, "training_data": [EXAMPLES], **more})
        return list(self.house.api.jobs)[-1], made

    async def followed(self) -> list[tuple[str, str, str]]:
        found = await self.watches.followed("T1")
        return [(watch.job, watch.channel, watch.by) for watch, _ in found]


@pytest.fixture
async def desk(house: House) -> Desk:
    await house.connect()
    pace = house.api.pace
    pace.validating = pace.queued = pace.finishing = pace.step = 1e6
    surface = Surface(house.store)
    watches = Watches(house.store, house.connecting, surface, "one", pace=AtOnce())

    async def called(_: str, person: str) -> str:
        return {"UBEN": "Ben", "UADA": "Ada"}[person]

    return Desk(
        house, surface, watches, Runs(house.store, house.connecting, b"salt", called=called, watches=watches)
    )


def said(result: Result) -> str:
    return "\n".join(part.markdown for part in result.parts if isinstance(part, Text))


async def test_a_job_that_is_made_in_a_channel_is_followed_there_at_once(desk: Desk) -> None:
    job, made = await desk.create()
    assert any("told in this channel" in note for note in made.notes)
    assert await desk.followed() == [(job, "C1", "UBEN")]
    await desk.surface.deliver()
    (card,) = desk.surface.messages["C1", None]
    assert job in card


async def test_a_job_that_is_made_where_there_is_no_channel_says_how_to_follow_it(desk: Desk) -> None:
    job, made = await desk.create(channel=None)
    assert await desk.followed() == []
    assert any(f"`/openai finetune follow {job}`" in note for note in made.notes)


async def test_a_channel_that_takes_no_messages_takes_nothing_from_the_job(desk: Desk) -> None:
    desk.surface.closed = True
    job, made = await desk.create()
    assert desk.house.api.jobs[job].status == "validating_files"
    assert any("takes no messages" in note for note in made.notes)
    assert await desk.followed() == []


async def test_any_job_is_followed_listed_and_unfollowed(desk: Desk) -> None:
    job, _ = await desk.create(channel=None)
    assert "follows the job now" in said(await desk.ask("follow", job=job))
    assert "follows the job already" in said(await desk.ask("follow", job=job, person=ADA))
    await desk.ask("follow", "C2", ADA, job=job)
    (table,) = (await desk.ask("followed")).parts
    assert isinstance(table, Table)
    rows = [list(map(str, row)) for row in table.rows]
    assert [(row[0], row[1], row[3], row[4], row[6]) for row in rows] == [
        (job, "validating files", "here", "Ben", "Main"),
        (job, "validating files", "C2", "Ada", "Main"),
    ]
    assert "no more" in said(await desk.ask("unfollow", job=job))
    assert await desk.followed() == [(job, "C2", "UADA")]
    with pytest.raises(NotFound, match="is not followed here"):
        await desk.ask("unfollow", job=job)
    assert "no more" in said(await desk.ask("unfollow", None, job=job))
    assert "No job is followed" in said(await desk.ask("followed"))


async def test_a_status_can_follow_too_and_does_not_by_itself(desk: Desk) -> None:
    job, _ = await desk.create(channel=None)
    await desk.ask("status", job=job)
    assert await desk.followed() == []
    told = await desk.ask("status", job=job, follow=True)
    assert any("told in this channel" in note for note in told.notes)
    assert await desk.followed() == [(job, "C1", "UBEN")]


async def test_nobody_follows_where_no_channel_is(desk: Desk) -> None:
    job, _ = await desk.create(channel=None)
    with pytest.raises(Invalid, match=NOWHERE):
        await desk.ask("follow", None, job=job)


async def test_the_same_request_again_follows_the_same_job_once(desk: Desk) -> None:
    job, _ = await desk.create()
    again, made = await desk.create()
    assert again == job
    assert "there already" in said(made)
    assert await desk.followed() == [(job, "C1", "UBEN")]
