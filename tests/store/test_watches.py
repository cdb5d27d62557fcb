"""Watches are looked at by one process at a time, woken once, and what they told is known."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.store import Store, Tick, Watch
from bot.store.columns import Now


async def follow(store: Store, job: str = "ftjob-1", channel: str = "C1", **more: Any) -> tuple[Watch, bool]:
    values = {"connection": "c1", "thread_ts": None, "by": "U1"} | more
    async with store.begin() as unit:
        return await unit.watches.follow("T1", job=job, channel=channel, **values)


async def claim(store: Store, owner: str = "worker", limit: int = 10, lease: float = 60.0) -> list[Watch]:
    async with store.begin() as unit:
        return await unit.watches.claim_due(owner, limit, lease=lease)


async def checked(store: Store, watch: Watch, seconds: float = 0.0, **changes: Any) -> bool:
    async with store.begin() as unit:
        return await unit.watches.checked(watch, seconds, **changes)


async def test_a_job_is_followed_once_a_channel(two: Store) -> None:
    first, new = await follow(two)
    again, newer = await follow(two, by="U2")
    other, _ = await follow(two, channel="C2")
    assert (new, newer) == (True, False)
    assert first == again
    assert (first.state, first.by, first.attempts, first.last) == ("following", "U1", 0, None)
    async with two.read() as unit:
        assert await unit.watches.of("T1") == [first, other]
        assert await unit.watches.of("T1", "C2") == [other]
        assert await unit.watches.by_job("T1", "ftjob-1") == [first, other]
        assert await unit.watches.by_job("T2", "ftjob-1") == []
        assert await unit.watches.get("T2", first.id) is None


async def test_many_follow_the_same_at_once_and_one_watch_comes_of_it(two: Store) -> None:
    found = await asyncio.gather(*(follow(two) for _ in range(8)))
    assert len({watch.id for watch, _ in found}) == 1
    assert sum(new for _, new in found) == 1


async def test_one_process_at_a_time_looks_and_the_next_look_comes_later(two: Store) -> None:
    await follow(two)
    (mine,) = await claim(two)
    assert await claim(two, "other") == []
    assert await checked(two, mine, 60.0, status="running", last={"step": 1}, failures=2)
    assert await claim(two) == []
    async with two.read() as unit:
        found = await unit.watches.get("T1", mine.id)
    assert found
    assert (found.status, found.last, found.failures, found.attempts) == ("running", {"step": 1}, 2, 1)


async def test_what_a_dead_process_looked_at_is_taken_over_and_the_dead_one_is_fenced(two: Store) -> None:
    await follow(two)
    (mine,) = await claim(two, lease=0.0)
    (theirs,) = await claim(two, "other")
    assert not await checked(two, mine)
    assert await checked(two, theirs)


async def test_many_claim_at_once_and_nobody_gets_what_another_has(two: Store) -> None:
    for number in range(20):
        await follow(two, f"ftjob-{number}")
    claims = await asyncio.gather(*(claim(two, f"worker {n}", 5) for n in range(6)))
    ids = [each.id for batch in claims for each in batch]
    assert len(ids) == len(set(ids)) == 20


async def test_what_is_given_back_can_be_claimed_at_once(two: Store) -> None:
    watch, _ = await follow(two)
    await claim(two)
    async with two.begin() as unit:
        await unit.watches.release([watch.id], "other")
        assert await unit.watches.claim_due("other", 10) == []
        await unit.watches.release([watch.id], "worker")
        assert len(await unit.watches.claim_due("other", 10)) == 1


async def test_a_webhook_asks_for_a_look_at_once_and_its_repetition_does_not(two: Store) -> None:
    await follow(two)
    (mine,) = await claim(two)
    await checked(two, mine, 60.0)
    async with two.begin() as unit:
        assert await unit.watches.due_now("T1", "other", "ftjob-1", "d1") == 0
        assert await unit.watches.due_now("T1", "c1", "ftjob-1", "d1") == 1
    (mine,) = await claim(two)
    await checked(two, mine, 60.0)
    async with two.begin() as unit:
        assert await unit.watches.due_now("T1", "c1", "ftjob-1", "d1") == 0
    assert await claim(two) == []


async def test_a_webhook_during_a_look_asks_for_another_one(two: Store) -> None:
    await follow(two)
    (mine,) = await claim(two)
    async with two.begin() as unit:
        await unit.watches.due_now("T1", "c1", "ftjob-1", "d1")
    assert await claim(two, "other") == []
    assert await checked(two, mine, 60.0)
    assert len(await claim(two)) == 1


async def test_who_stops_following_is_told_nothing_more_even_by_a_look_under_way(two: Store) -> None:
    watch, _ = await follow(two)
    (mine,) = await claim(two)
    async with two.begin() as unit:
        assert await unit.watches.stop("T1", watch.id)
        assert not await unit.watches.stop("T1", watch.id)
    assert not await checked(two, mine)
    assert await claim(two) == []
    again, new = await follow(two)
    assert new
    assert again.id != watch.id


async def test_the_end_is_looked_at_until_it_is_shown(two: Store) -> None:
    await follow(two)
    (mine,) = await claim(two)
    await checked(two, mine, state="ending")
    (mine,) = await claim(two)
    assert mine.state == "ending"
    assert await checked(two, mine, state="ended")
    assert await claim(two) == []
    async with two.begin() as unit:
        assert await unit.watches.purge() == 0
        assert await unit.watches.purge(age=0.0) == 1
        assert await unit.watches.get("T1", mine.id) is None


async def test_events_are_known_from_when_they_were_told_and_for_that_watch_alone(two: Store) -> None:
    watch, _ = await follow(two)
    other, _ = await follow(two, channel="C2")
    many = [f"ftevent-{number}" for number in range(1200)]
    async with two.begin() as unit:
        await unit.watches.add_events("T1", watch.id, many)
    async with two.read() as unit:
        assert await unit.watches.known("T1", watch.id, ["new", *many[:3]]) == set(many[:3])
        assert await unit.watches.known("T1", other.id, many[:3]) == set()
    with pytest.raises(IntegrityError):
        await _again(two, watch)


async def _again(store: Store, watch: Watch) -> None:
    async with store.begin() as unit:
        await unit.watches.add_events("T1", watch.id, ["ftevent-9"])


async def test_a_thread_that_waits_for_its_letters_is_seen(two: Store) -> None:
    watch, _ = await follow(two, thread_ts="1.0")
    async with two.begin() as unit:
        assert not await unit.watches.untold(watch)
        letter = await unit.outbox.put("T1", dedupe_key="k", stream="C1/1.0", channel="C1", body={})
        assert await unit.watches.untold(watch)
        (claimed,) = await unit.outbox.claim("me", 1)
        await unit.outbox.sent(letter.id, claimed.lease_token, "1.1")
        assert not await unit.watches.untold(watch)


async def test_a_notice_is_told_once_in_each_workspace(two: Store) -> None:
    async with two.begin() as unit:
        assert await unit.notices.first("T1", "shutdown:gpt:60")
        assert not await unit.notices.first("T1", "shutdown:gpt:60")
        assert await unit.notices.first("T2", "shutdown:gpt:60")


async def test_it_is_known_which_models_were_used_where(two: Store) -> None:
    async with two.begin() as unit:
        made = {"module": "chat", "operation": "create", "surface": "form", "values": {}}
        run = await unit.runs.add("T1", channel="C1", **made)
        await unit.runs.finish("T1", run.id, state="done", model="gpt-a")
        await unit.runs.add("T1", channel="C1", **made)
        await unit.conversations.open("T1", "C2", "1.0", "U1", model="gpt-b")
    async with two.read() as unit:
        assert await unit.notices.used("T1", 30) == {("C1", "gpt-a"), ("C2", "gpt-b")}
        assert await unit.notices.used("T2", 30) == set()


async def test_ticks_of_all_processes_come_together(two: Store) -> None:
    async with two.begin() as unit:
        now = (await unit.ticks._work.run(select(Now()))).scalar_one()
        await unit.ticks.note([Tick("letters", 5, now, None), Tick("watches", 5, None, now)])
        await unit.ticks.note([Tick("letters", 5, None, now)])
        assert await unit.ticks.all() == [Tick("letters", 5, now, now), Tick("watches", 5, None, now)]


async def test_a_webhooks_secret_is_kept_sealed_and_can_be_taken_away(two: Store) -> None:
    async with two.begin() as unit:
        made = await unit.connections.add("T1", "Main", "sk-1", base_url="https://x/v1")
        assert await unit.webhooks.secret("T1", made.id) is None
        await unit.webhooks.set_secret("T1", made.id, "whsec_abc")
        assert await unit.webhooks.secret("T1", made.id) == "whsec_abc"
        assert await unit.webhooks.secret("T2", made.id) is None
        await unit.webhooks.set_secret("T1", made.id, None)
        assert await unit.webhooks.secret("T1", made.id) is None
