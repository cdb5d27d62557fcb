"""Items are kept once, worked on by one process at a time, and never lost."""

from bot.store import FIRST_TOKEN, NewItem, Store


def item(number: int = 1, **other: str) -> NewItem:
    values = {"delivery_key": f"A1/T1/Ev{number}", "logical_key": f"C1/{number}.0"} | other
    return NewItem(workspace="T1", kind="event", body={"text": f"Hello {number}"}, **values)


async def keep(store: Store, *items: NewItem, lease: float = 60.0) -> list[str | None]:
    async with store.begin() as unit:
        return await unit.inbox.keep(items, "web", lease=lease)


async def test_an_item_is_kept_once_whichever_of_its_keys_comes_again(store: Store):
    first = await keep(store, item(1))
    again = await keep(store, item(1), item(1, delivery_key="other"), item(2, logical_key="C1/1.0"), item(2))
    assert first[0]
    assert again[:3] == [None, None, None]
    assert again[3]


async def test_what_a_process_has_just_kept_is_its_own_until_the_lease_ends(store: Store):
    (mine,) = await keep(store, item(1))
    (left,) = await keep(store, item(2), lease=0.0)
    async with store.begin() as unit:
        claimed = await unit.inbox.claim("worker", 10)
        assert [each.id for each in claimed] == [left]
        assert claimed[0].body == {"text": "Hello 2"}
        assert claimed[0].lease_token == FIRST_TOKEN + 1
        assert not await unit.inbox.done(left, FIRST_TOKEN)
        assert await unit.inbox.done(left, claimed[0].lease_token)
        assert await unit.inbox.done(mine, FIRST_TOKEN)
        assert await unit.inbox.counts() == {"new": 0, "working": 0, "done": 2, "dead": 0}
