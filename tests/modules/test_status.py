"""What the status tells of the timetable: how often, when last, and what is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.module import Context, Result, Table
from bot.modules.status import STATUS, TITLES
from bot.store import Tick


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


class Nobody:
    async def all(self) -> Sequence[Any]:
        return []


@dataclass
class Clock:
    entries: Sequence[Tick]

    async def all(self) -> Sequence[Tick]:
        return self.entries


async def told(*entries: Tick) -> tuple[str, list[Sequence[Any]]]:
    connections: Any = Nobody()
    context = Context(connections, None, "person", timetable=Clock(entries))
    result: Result = await STATUS.operations[0].call(context, {})
    tables = [part for part in result.parts if isinstance(part, Table)]
    return getattr(result.parts[0], "markdown", ""), [row for table in tables for row in table.rows]


async def test_what_came_in_its_time_is_well() -> None:
    hours = ago(7200)
    verdict, rows = await told(Tick("letters", 5, ago(20), None), Tick("retention", 3600, hours, hours))
    assert verdict == "**Everything happens in its time.**"
    assert rows[0][:2] == (TITLES["letters"], "5 s")
    assert rows[1][1] == "1 h"
    assert rows[1][2] == rows[1][3] == hours.strftime("%Y-%m-%d %H:%M")


async def test_what_did_not_come_for_several_turns_is_late() -> None:
    verdict, _ = await told(Tick("letters", 5, ago(7200), ago(20)), Tick("watches", 15, ago(20), None))
    assert "Late: Post what could not be posted before." in verdict


async def test_what_never_went_well_is_late_and_what_is_new_is_not() -> None:
    verdict, _ = await told(Tick("letters", 5, None, ago(20)))
    assert "Late" in verdict
    verdict, _ = await told(Tick("letters", 5, None, None))
    assert "Late" not in verdict


async def test_what_no_process_keeps_any_more_is_not_missed() -> None:
    old = ago(2 * 86_400)
    verdict, rows = await told(Tick("socket.watch", 30, old, None), Tick("letters", 5, ago(20), None))
    assert "Late" not in verdict
    assert [row[0] for row in rows] == [TITLES["letters"]]
    verdict, rows = await told(Tick("socket.watch", 30, old, None), Tick("letters", 5, old, None))
    assert "Late" in verdict
    assert len(rows) == 2


async def test_without_a_timetable_that_is_said() -> None:
    verdict, rows = await told()
    assert "ask again" in verdict
    assert rows == []
