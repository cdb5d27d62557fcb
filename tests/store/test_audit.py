"""The record of changes: added to, looked at, and never changed."""

import inspect
import time

import pytest

from bot.store import Store
from bot.store.audit import Audit, Result


async def note(store: Store, result: Result, run: str | None = None, action: str = "files/delete") -> None:
    async with store.begin() as unit:
        await unit.audit.add(
            "T1", actor="U1", action=action, result=result, object="file-1", fields=["id", "confirm"],
            request_id="req_1", run=run,
        )  # fmt: skip


async def test_what_happened_is_shown_the_newest_first(two: Store) -> None:
    await note(two, "refused", action="files/upload")
    await note(two, "done")
    async with two.read() as unit:
        last, first = await unit.audit.latest("T1", 50)
        assert await unit.audit.latest("T1", 1) == [last]
        assert await unit.audit.latest("T2", 50) == []
    assert (first.action, first.result) == ("files/upload", "refused")
    assert (last.actor, last.action, last.object, last.result) == ("U1", "files/delete", "file-1", "done")
    assert (last.fields, last.request_id, last.run) == ("id, confirm", "req_1", None)
    assert first.at <= last.at


async def test_a_change_that_was_begun_is_shown_until_its_end_is(two: Store) -> None:
    await note(two, "begun", run="r1")
    await note(two, "begun", run="r2")
    await note(two, "done", run="r2")
    async with two.read() as unit:
        shown = [(each.run, each.result) for each in await unit.audit.latest("T1", 50)]
    assert shown == [("r2", "done"), ("r1", "begun")]


async def test_rows_age_away_some_at_once(two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await note(two, "done")
    async with two.begin() as unit:
        assert await unit.audit.purge(age=3600) == 0
    later = time.time() + 7200
    monkeypatch.setattr(two, "_clock", lambda: later)
    async with two.begin() as unit:
        assert [await unit.audit.purge(age=3600, most=2) for _ in range(3)] == [2, 1, 0]


def test_nothing_changes_a_row() -> None:
    methods = {name for name, _ in inspect.getmembers(Audit, inspect.isfunction) if not name.startswith("_")}
    assert methods == {"add", "latest", "purge"}
