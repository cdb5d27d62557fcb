"""Units on SQLite are committed together and fail alone."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

import bot.store.groups
from bot.errors import Invalid, Unavailable
from bot.store import NewItem, Store
from bot.store.groups import Groups
from bot.store.sqlite import Sqlite


def groups(store: Store) -> Groups:
    assert isinstance(store._database, Sqlite)
    assert store._database.groups
    return store._database.groups


async def keep(store: Store, name: str, *, fail: bool = False) -> None:
    async with store.begin() as unit:
        await unit.inbox.keep([NewItem("T1", "event", {"name": name}, name)], "me")
        if fail:
            raise Invalid


async def kept(store: Store) -> int:
    async with store.read() as unit:
        return sum((await unit.inbox.counts()).values())


async def test_two_hundred_units_at_once_need_few_commits(on_sqlite: Store) -> None:
    await asyncio.gather(*(keep(on_sqlite, str(number)) for number in range(200)))
    assert await kept(on_sqlite) == 200
    assert groups(on_sqlite).commits <= 10


async def test_a_unit_that_fails_takes_nothing_of_the_others_with_it(on_sqlite: Store) -> None:
    ended = await asyncio.gather(
        *(keep(on_sqlite, str(number), fail=number % 3 == 0) for number in range(90)), return_exceptions=True
    )
    assert [type(each) for each in ended] == [Invalid if n % 3 == 0 else type(None) for n in range(90)]
    assert await kept(on_sqlite) == 60


async def test_cancelled_units_leave_the_others_to_end(on_sqlite: Store) -> None:
    tasks = [asyncio.create_task(keep(on_sqlite, str(number))) for number in range(60)]
    for step in range(12):  # at every stage: waiting for the turn, having got it, waiting for the commit
        await asyncio.sleep(0)
        for task in tasks[step::12]:
            if task is not tasks[0]:
                task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    done = sum(each is None for each in ended)
    assert all(each is None or isinstance(each, asyncio.CancelledError) for each in ended)
    assert await kept(on_sqlite) >= done >= 1
    await keep(on_sqlite, "afterwards")
    async with on_sqlite.begin() as unit:
        assert await unit.inbox.keep([NewItem("T1", "event", {}, "afterwards")], "me") == [None]


async def test_a_full_disk_is_told_to_everyone_whose_work_was_lost(on_sqlite: Store) -> None:
    connection = groups(on_sqlite)._connection
    pages = (await connection.execute_fetchall("PRAGMA page_count"))[0][0]
    connection.say(f"PRAGMA max_page_count = {pages + 5}")
    big = "x" * 3000
    ended = await asyncio.gather(
        *(keep(on_sqlite, f"{number} {big}") for number in range(30)), return_exceptions=True
    )
    lost = [each for each in ended if each is not None]
    assert lost
    assert all(isinstance(each, Unavailable) for each in lost)
    assert await kept(on_sqlite) == len(ended) - len(lost)
    connection.say("PRAGMA max_page_count = 1000000")
    await keep(on_sqlite, "room again")


async def test_a_transaction_that_is_lost_is_told_to_its_whole_group_and_to_nobody_else(
    on_sqlite: Store,
) -> None:
    async def one(number: int) -> None:
        async with on_sqlite.begin() as unit:
            await unit.inbox.keep([NewItem("T1", "event", {}, str(number))], "me")
            if number == 3:
                groups(on_sqlite)._connection.say("ROLLBACK")

    ended = await asyncio.gather(*(one(number) for number in range(6)), return_exceptions=True)
    assert [type(each) for each in ended] == [Unavailable] * 4 + [type(None)] * 2
    assert await kept(on_sqlite) == 2


async def test_a_commit_that_fails_is_told(on_sqlite: Store) -> None:
    async def slip() -> None:
        async with on_sqlite.begin():
            groups(on_sqlite)._connection.say("ROLLBACK")

    with pytest.raises(Unavailable):
        await slip()
    await keep(on_sqlite, "afterwards")


async def test_no_update_is_lost_between_units_that_read_and_then_write(two: Store) -> None:
    async def count(store: Store) -> None:
        async with store.begin() as unit:
            home = await unit.workspaces.get("T1")
            assert home
            row = await unit.workspaces._work.one(
                text("SELECT settings FROM workspaces WHERE id = 'T1'" + lock), {}
            )
            assert row
            await asyncio.sleep(0)
            known = (await unit.workspaces.get("T1")).settings.get("n", 0)  # type: ignore[union-attr]
            await unit.workspaces.update_settings("T1", n=known + 1)

    lock = "" if isinstance(two._database, Sqlite) else " FOR UPDATE"
    await asyncio.gather(*(count(two) for _ in range(40)))
    async with two.read() as unit:
        home = await unit.workspaces.get("T1")
        assert home
        assert home.settings == {"n": 40}


async def test_a_second_unit_in_the_same_task_is_refused_instead_of_waiting_for_ever(
    on_sqlite: Store,
) -> None:
    async with on_sqlite.begin():
        with pytest.raises(RuntimeError, match="unit open already"):
            async with on_sqlite.begin():
                pass


async def test_another_process_may_hold_the_file_for_a_while(on_sqlite: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "patchbay.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(keep(on_sqlite, "patient"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    await waiting
    assert await kept(on_sqlite) == 1


async def test_a_file_that_another_process_does_not_let_go_is_unavailable(
    on_sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.store.groups, "_PATIENCE", 0.0)
    other = sqlite3.connect(tmp_path / "patchbay.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ended = await asyncio.gather(*(keep(on_sqlite, str(n)) for n in range(3)), return_exceptions=True)
    assert [type(each) for each in ended] == [Unavailable] * 3
    assert await kept(on_sqlite) == 0
    other.close()
    await keep(on_sqlite, "let go")


async def test_closing_waits_for_what_is_being_committed(on_sqlite: Store) -> None:
    waiting = [asyncio.create_task(keep(on_sqlite, str(number))) for number in range(5)]
    await asyncio.sleep(0)
    await on_sqlite.close()
    assert await asyncio.gather(*waiting) == [None] * 5
