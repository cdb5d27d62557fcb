"""The inbox at work: kept before acknowledged, once, in groups; taken over and handed back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from bot.background import Background
from bot.services.inbox import Inbox
from bot.store import Item, NewItem, Store


def new(key: str, logical: str | None = None) -> NewItem:
    return NewItem(
        workspace="T1", kind="event", body={"key": key}, delivery_key=key, logical_key=logical or key
    )


class Hands:
    """What works on the items; holds them as long as the gate is shut."""

    def __init__(self) -> None:
        self.seen: list[Item] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, item: Item) -> None:
        self.seen.append(item)
        await self.gate.wait()


class Ticks:
    """A timetable that a test turns by hand."""

    def __init__(self) -> None:
        self.calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {}

    def every(self, _: float, call: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        self.calls[name] = call


@pytest.fixture
async def one(store: Store) -> AsyncIterator[tuple[Inbox, Hands, Ticks, Background]]:
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
    background, hands, ticks = Background(), Hands(), Ticks()
    inbox = Inbox(store, background, "one")
    inbox.start(hands, ticks.every, taking_over=False)
    yield inbox, hands, ticks, background
    hands.gate.set()
    await background.drain(5)


async def test_what_is_kept_is_worked_on_once(one: Any, store: Store) -> None:
    inbox, hands, ticks, background = one
    assert await inbox.keep(new("a"))
    assert not await inbox.keep(new("a"))
    assert not await inbox.keep(new("another delivery", logical="a"))
    await background.drain(5)
    assert [each.body for each in hands.seen] == [{"key": "a"}]
    await ticks.calls["inbox.done"]()
    async with store.read() as unit:
        counts = await unit.inbox.counts()
    assert (counts["done"], counts["working"]) == (1, 0)


async def test_many_at_once_are_all_kept_and_none_twice(one: Any) -> None:
    inbox, hands, _, background = one
    kept = await asyncio.gather(*(inbox.keep(new(str(at % 50))) for at in range(200)))
    assert sum(kept) == 50
    await background.drain(5)
    assert sorted(each.body["key"] for each in hands.seen) == sorted(str(at) for at in range(50))


async def test_what_a_process_left_is_taken_over_by_the_next(one: Any, store: Store) -> None:
    inbox, hands, _, background = one
    hands.gate.clear()
    await inbox.keep(new("left"))
    other_hands, other_background = Hands(), Background()
    other = Inbox(store, other_background, "two")
    other.start(other_hands, Ticks().every, taking_over=False)
    await other.take_over()
    assert other_hands.seen == []
    await background.drain(0)
    await inbox.close()
    await other.take_over()
    await other_background.drain(5)
    assert [each.body["key"] for each in other_hands.seen] == ["left"]


async def test_a_zombie_does_not_end_what_another_has(one: Any, store: Store) -> None:
    inbox, hands, ticks, background = one
    hands.gate.clear()
    await inbox.keep(new("slow"))
    async with asyncio.timeout(5):
        while not hands.seen:  # noqa: ASYNC110 - the hands are the work itself: they tell nobody
            await asyncio.sleep(0)
    async with store.begin() as unit:
        await unit.inbox.release([hands.seen[0].id], "one")
        (taken,) = await unit.inbox.claim("two", 5)
    hands.gate.set()
    await background.drain(5)
    await ticks.calls["inbox.done"]()
    async with store.read() as unit:
        item = await unit.inbox.get("T1", taken.id)
    assert item is not None
    assert item.state == "working"
