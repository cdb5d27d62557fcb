"""What is kept too long goes; what is younger, in use or another workspace's stays."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.store import NewItem, Store
from bot.store.retention import SOMEBODY
from bot.store.tables import metadata

DAY = 24 * 3600.0


class Times:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def times(two: Store, monkeypatch: pytest.MonkeyPatch) -> Times:
    times = Times()
    monkeypatch.setattr(two, "_clock", times)
    return times


async def talk(store: Store, thread: str, workspace: str = "T1", **more: Any) -> str:
    async with store.begin() as unit:
        made, _ = await unit.conversations.open(workspace, "C1", thread, "U1")
        await unit.turns.add(workspace, made.id, role="user", text="Hello")
        await unit.turns.add(workspace, made.id, role="assistant", text="Hi", **more)
    return made.id


async def left(store: Store, workspace: str = "T1") -> dict[str, int]:
    """How many rows a workspace has in each table that has any."""
    async with store.read() as unit:
        work = unit.workspaces._work
        counts = {
            name: len(
                await work.every(table.select().where(table.c.get("workspace", table.c.id) == workspace))
            )
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count}


async def till_done(store: Store, purge: Callable[[Any], Awaitable[int]]) -> list[int]:
    """What each call of a purge deleted, until there is nothing more."""
    found = []
    while not found or found[-1]:
        async with store.begin() as unit:
            found.append(await purge(unit))
    return found


async def test_old_threads_go_with_all_that_was_said_in_them(two: Store, times: Times) -> None:
    for at in range(3):
        await talk(two, f"{at}.0")
    await talk(two, "0.0", "T2")
    times.now += 20 * DAY
    young = await talk(two, "9.0")
    times.now += 11 * DAY
    counts = await till_done(two, lambda unit: unit.retention.conversations("T1", 30, most=2))
    assert counts == [2, 1, 0]
    assert await left(two) == {"workspaces": 1, "conversations": 1, "turns": 2}
    assert await left(two, "T2") == {"workspaces": 1, "conversations": 1, "turns": 2}
    async with two.read() as unit:
        assert await unit.conversations.get("T1", young)


async def test_a_thread_in_which_something_is_said_stays(two: Store, times: Times) -> None:
    thread = await talk(two, "1.0")
    times.now += 29 * DAY
    async with two.begin() as unit:
        await unit.turns.add("T1", thread, role="user", text="Still here")
    times.now += 29 * DAY
    async with two.begin() as unit:
        assert await unit.retention.conversations("T1", 30) == 0


async def test_a_thread_that_waits_for_its_answer_stays(two: Store, times: Times) -> None:
    await talk(two, "1.0", state="streaming")
    times.now += 90 * DAY
    async with two.begin() as unit:
        assert await unit.retention.conversations("T1", 30) == 0


async def test_what_was_asked_for_long_ago_goes(two: Store, times: Times) -> None:
    for workspace in ("T1", "T2"):
        async with two.begin() as unit:
            await unit.runs.add(workspace, module="m", operation="o", surface="form", values={"prompt": "x"})
    times.now += 31 * DAY
    counts = await till_done(two, lambda unit: unit.retention.runs("T1", 30))
    assert counts == [1, 0]
    assert "runs" not in await left(two)
    assert (await left(two, "T2"))["runs"] == 1


async def fill(store: Store, workspace: str) -> None:
    """A row of the workspace in every table."""
    await talk(store, "1.0", workspace)
    async with store.begin() as unit:
        await unit.connections.add(workspace, "Main", "sk-1", base_url="https://x/v1")
        await unit.runs.add(workspace, module="m", operation="o", surface="form", values={})
        await unit.outbox.put(workspace, dedupe_key=f"k{workspace}", stream="s", channel="C1", body={})
        await unit.inbox.keep([NewItem(workspace, "event", {}, f"d{workspace}", None)], "me")
        await unit.grants.add(workspace, "U1", "everything", "U1")
        watch, _ = await unit.watches.follow(
            workspace, connection="c", job="ftjob-1", channel="C1", thread_ts=None, by="U1"
        )
        await unit.watches.add_events(workspace, watch.id, ["ftevent-1"])
        await unit.notices.first(workspace, "told")
        await unit.verdicts.give(workspace, "t1", "U1", "good", None)
        await unit.audit.add(workspace, actor="U1", action="workspace/left", result="done")


async def test_a_workspace_that_left_loses_everything_but_the_record_without_people(
    two: Store, times: Times
) -> None:
    await fill(two, "T1")
    await fill(two, "T2")
    before = await left(two, "T2")
    assert set(before) >= set(metadata.tables) - {"ticks"}
    async with two.begin() as unit:
        await unit.workspaces.uninstall("T1")
    times.now += 29 * DAY
    assert await till_done(two, lambda unit: unit.retention.workspace("T1", 30)) == [0]
    times.now += 2 * DAY
    counts = await till_done(two, lambda unit: unit.retention.workspace("T1", 30, most=2))
    assert all(count <= 3 for count in counts)
    assert len(counts) > 3
    assert await left(two) == {"audit": 1}
    async with two.read() as unit:
        assert [each.actor for each in await unit.audit.latest("T1", 9)] == [SOMEBODY]
    assert await left(two, "T2") == before


async def test_a_workspace_that_has_the_bot_or_has_it_again_loses_nothing(two: Store, times: Times) -> None:
    await fill(two, "T1")
    before = await left(two)
    async with two.begin() as unit:
        await unit.workspaces.uninstall("T1")
        await unit.workspaces.ensure("T1", "One", "U0BOT1", "B1")
    times.now += 90 * DAY
    for workspace in ("T1", "T2", "T9"):
        assert await till_done(two, lambda unit, of=workspace: unit.retention.workspace(of, 30)) == [0]
    del before["connections"]
    assert await left(two) == before
