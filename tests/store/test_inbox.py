"""Items are kept once, worked on by one process at a time, and never lost."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.store import Item, NewItem, Store


def item(number: int = 1, **other: str) -> NewItem:
    values = {"delivery_key": f"A1/T1/Ev{number}", "logical_key": f"C1/{number}.0"} | other
    return NewItem(workspace="T1", kind="event", body={"text": f"Hello {number}"}, **values)


async def keep(store: Store, *items: NewItem, lease: float = 60.0) -> list[Item | None]:
    async with store.begin() as unit:
        return await unit.inbox.keep(items, "web", lease=lease)


async def claim(store: Store, owner: str = "worker", limit: int = 10, lease: float = 60.0) -> list[Item]:
    async with store.begin() as unit:
        return await unit.inbox.claim(owner, limit, lease=lease)


async def test_an_item_is_kept_once_whichever_of_its_keys_comes_again(store: Store) -> None:
    first = await keep(store, item(1))
    again = await keep(store, item(1), item(1, delivery_key="other"), item(2, logical_key="C1/1.0"), item(2))
    assert first[0]
    assert again[:3] == [None, None, None]
    assert again[3]
    assert again[3].body == {"text": "Hello 2"}


async def test_items_without_a_logical_key_are_told_apart_by_their_delivery(store: Store) -> None:
    one, two = NewItem("T1", "event", {}, "a"), NewItem("T1", "event", {}, "b")
    assert all(await keep(store, one, two))


async def test_what_a_process_has_just_kept_is_its_own_until_the_lease_ends(store: Store) -> None:
    (mine,) = await keep(store, item(1))
    (left,) = await keep(store, item(2), lease=0.0)
    assert mine
    assert left
    (claimed,) = await claim(store)
    assert claimed.id == left.id
    assert claimed.body == {"text": "Hello 2"}
    assert claimed.lease_token > left.lease_token
    async with store.begin() as unit:
        assert not await unit.inbox.done(left.id, left.lease_token)
        assert await unit.inbox.done(left.id, claimed.lease_token)
        assert await unit.inbox.done(mine.id, mine.lease_token)
        assert await unit.inbox.counts() == {"new": 0, "working": 0, "done": 2, "dead": 0}


async def test_a_zombie_can_neither_finish_nor_fail_nor_hold_what_another_has(store: Store) -> None:
    (left,) = await keep(store, item(1), lease=0.0)
    assert left
    (claimed,) = await claim(store)
    async with store.begin() as unit:
        assert not await unit.inbox.fail(left.id, left.lease_token, "late", None)
        assert await unit.inbox.beat([left.id], "web") == set()
        await unit.inbox.release([left.id], "web")
        assert await unit.inbox.done_all([(left.id, left.lease_token)]) == 0
        assert await unit.inbox.beat([left.id], "worker") == {left.id}
        assert await unit.inbox.done_all([(claimed.id, claimed.lease_token), ("none", 1)]) == 1
        assert not await unit.inbox.done(claimed.id, claimed.lease_token)


async def test_many_claim_at_once_and_nobody_gets_what_another_has(store: Store) -> None:
    await keep(store, *(item(number) for number in range(40)), lease=0.0)
    claims = await asyncio.gather(*(claim(store, f"worker {n}", 7) for n in range(8)))
    ids = [each.id for batch in claims for each in batch]
    assert len(ids) == len(set(ids)) == 40
    assert all(len(batch) <= 7 for batch in claims)


async def test_the_oldest_come_first(store: Store) -> None:
    kept = await keep(store, *(item(number) for number in range(5)), lease=0.0)
    assert [each.id for each in await claim(store, limit=3)] == [each.id for each in kept[:3] if each]


async def test_what_is_given_back_can_be_claimed_at_once_and_was_no_attempt(store: Store) -> None:
    (mine,) = await keep(store, item(1))
    assert mine
    async with store.begin() as unit:
        await unit.inbox.release([mine.id], "web")
    (claimed,) = await claim(store)
    assert claimed.attempts == 1


async def test_a_failed_item_comes_again_when_it_is_due_and_dies_after_five_attempts(store: Store) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    await keep(store, item(1), lease=0.0)
    for attempt in range(2, 6):
        (claimed,) = await claim(store)
        assert claimed.attempts == attempt
        async with store.begin() as unit:
            assert await unit.inbox.fail(claimed.id, claimed.lease_token, "no luck", past)
    assert await claim(store) == []
    async with store.read() as unit:
        assert (await unit.inbox.counts())["dead"] == 1


async def test_a_failed_item_is_not_due_before_its_time(store: Store) -> None:
    (mine,) = await keep(store, item(1))
    assert mine
    async with store.begin() as unit:
        later = datetime.now(UTC) + timedelta(minutes=10)
        assert await unit.inbox.fail(mine.id, mine.lease_token, "wait", later)
    assert await claim(store) == []


async def test_an_item_whose_process_dies_again_and_again_says_that_it_is_spent(store: Store) -> None:
    await keep(store, item(1), lease=0.0)
    spent = [(await claim(store, lease=0.0))[0].spent for _ in range(5)]
    assert spent == [False, False, False, False, True]


async def test_finished_bodies_go_first_and_keys_later_and_open_items_stay(store: Store) -> None:
    (done, open_) = await keep(store, item(1), item(2))
    assert done
    assert open_
    async with store.begin() as unit:
        await unit.inbox.done(done.id, done.lease_token)
        assert await unit.inbox.purge() == 0
        assert await unit.inbox.purge(bodies=0.0) == 1
        emptied = await unit.inbox.get("T1", done.id)
        assert emptied
        assert emptied.body == {}
    assert await keep(store, item(1)) == [None]
    async with store.begin() as unit:
        assert await unit.inbox.purge(keys=0.0) == 1
        assert await unit.inbox.get("T1", done.id) is None
        assert await unit.inbox.get("T1", open_.id)
