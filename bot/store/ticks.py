"""Ticks: when each entry of the timetable succeeded last, whichever process keeps it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.store.tables import ticks
from bot.store.work import Work

_t = ticks.c


@dataclass(frozen=True, slots=True)
class Tick:
    """An entry of the timetable: how often it is called, and when that went well and badly the last time."""

    id: str
    seconds: int
    succeeded_at: datetime | None
    failed_at: datetime | None


class Ticks:
    """The ticks' rows; they belong to no workspace."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def note(self, entries: Sequence[Tick]) -> None:
        """Keep what is newer than what is kept."""
        for each in sorted(entries, key=lambda entry: entry.id):  # in one order, so that none waits in a ring
            new = self._work.insert(ticks).values(**asdict(each))
            later = {
                name: func.coalesce(new.excluded[name], _t[name]) for name in ("succeeded_at", "failed_at")
            }
            await self._work.run(
                new.on_conflict_do_update(index_elements=["id"], set_={"seconds": each.seconds, **later})
            )

    async def all(self) -> list[Tick]:
        """Every entry, by name."""
        rows = await self._work.every(select(*ticks.columns).order_by(_t.id))
        return [Tick(*row) for row in rows]
