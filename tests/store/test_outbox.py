"""Letters go out once, in the order of their stream, and nobody sends what another is sending."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

from bot.store import Letter, Store


async def put(store: Store, key: str, stream: str = "C1", workspace: str = "T1") -> Letter:
    async with store.begin() as unit:
        return await unit.outbox.put(
            workspace, dedupe_key=key, stream=stream, channel="C1", thread_ts="1.0", body={"text": key}
        )


async def claim(store: Store, owner: str = "worker", lease: float = 60.0) -> list[Letter]:
    async with store.begin() as unit:
        return await unit.outbox.claim(owner, 10, lease=lease)


async def test_the_same_key_is_the_same_letter_and_another_workspaces_is_not(two: Store) -> None:
    one, again, theirs = await put(two, "k"), await put(two, "k"), await put(two, "k", workspace="T2")
    assert one == again
    assert theirs.id != one.id
    assert theirs.client_msg_id != one.client_msg_id
    assert uuid.UUID(one.client_msg_id).version == 5
    assert "text" not in repr(one)


async def test_only_the_first_unsent_letter_of_a_stream_is_claimed(two: Store) -> None:
    first, second, other = await put(two, "1"), await put(two, "2"), await put(two, "3", "C2")
    claimed = await claim(two)
    assert [each.id for each in claimed] == [first.id, other.id]
    assert claimed[0].body == {"text": "1"}
    assert await claim(two) == []
    async with two.begin() as unit:
        assert await unit.outbox.sending(first.id, claimed[0].lease_token)
        assert await unit.outbox.sent(first.id, claimed[0].lease_token, "5.0")
        found = await unit.outbox.get("T1", first.id)
    assert found
    assert (found.state, found.ts) == ("sent", "5.0")
    assert found.first_at == found.last_at is not None
    assert [each.id for each in await claim(two)] == [second.id]


async def test_the_order_of_a_stream_is_the_order_of_putting(two: Store) -> None:
    async with two.begin() as unit:
        for number in range(5):
            await unit.outbox.put("T1", dedupe_key=str(number), stream="s", channel="C1", body={})
    order = []
    for _ in range(5):
        (letter,) = await claim(two)
        order.append(letter.dedupe_key)
        async with two.begin() as unit:
            await unit.outbox.dead(letter.id, letter.lease_token, "channel_not_found")
    assert order == ["0", "1", "2", "3", "4"]


async def test_a_letter_whose_sender_died_comes_back_as_possibly_sent_and_the_sender_is_fenced(
    two: Store,
) -> None:
    letter = await put(two, "1")
    (mine,) = await claim(two, lease=0.0)
    async with two.begin() as unit:
        assert await unit.outbox.sending(letter.id, mine.lease_token)
    (theirs,) = await claim(two, "other")
    assert theirs.state == "sending"
    assert theirs.first_at
    assert theirs.attempts == 2
    async with two.begin() as unit:
        assert not await unit.outbox.sending(letter.id, mine.lease_token)
        assert not await unit.outbox.sent(letter.id, mine.lease_token, "5.0")
        assert not await unit.outbox.dead(letter.id, mine.lease_token, "late")
        assert await unit.outbox.unknown(letter.id, theirs.lease_token, "no history")
        assert not await unit.outbox.sent(letter.id, theirs.lease_token, "5.0")
    assert await claim(two) == []


async def test_a_letter_can_wait_and_holds_its_stream_meanwhile(two: Store) -> None:
    await put(two, "1")
    await put(two, "2")
    (letter,) = await claim(two)
    async with two.begin() as unit:
        later = datetime.now(UTC) + timedelta(minutes=5)
        assert await unit.outbox.later(letter.id, letter.lease_token, later, "ratelimited")
    assert await claim(two) == []


async def test_an_ambiguous_attempt_is_remembered_and_a_clear_refusal_forgotten(two: Store) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    await put(two, "1")
    for ambiguous, state in ((True, "sending"), (False, "new")):
        (letter,) = await claim(two)
        async with two.begin() as unit:
            await unit.outbox.sending(letter.id, letter.lease_token)
            await unit.outbox.later(letter.id, letter.lease_token, past, "timeout", ambiguous=ambiguous)
            found = await unit.outbox.get("T1", letter.id)
            assert found
            assert found.state == state


async def test_many_claim_at_once_and_nobody_gets_what_another_has(two: Store) -> None:
    for number in range(20):
        await put(two, str(number), f"stream {number % 10}")
    claims = await asyncio.gather(*(claim(two, f"worker {n}") for n in range(6)))
    ids = [each.id for batch in claims for each in batch]
    assert len(ids) == len(set(ids)) == 10


async def test_what_is_given_back_can_be_claimed_at_once(two: Store) -> None:
    letter = await put(two, "1")
    await claim(two)
    async with two.begin() as unit:
        await unit.outbox.release([letter.id], "other")
        assert await unit.outbox.claim("other", 10) == []
        await unit.outbox.release([letter.id], "worker")
        assert len(await unit.outbox.claim("other", 10)) == 1


async def test_old_letters_that_ended_are_forgotten(two: Store) -> None:
    await put(two, "1")
    await put(two, "2", "C2")
    letter, _ = await claim(two)
    async with two.begin() as unit:
        await unit.outbox.sent(letter.id, letter.lease_token, "5.0")
        assert await unit.outbox.purge() == 0
        assert await unit.outbox.purge(age=0.0) == 1
        assert await unit.outbox.get("T1", letter.id) is None
