"""How the timetable goes, over all processes that keep it: which entry comes how often and went well when."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.store import Store, Tick

#: Seconds between two notes of what this process saw.
EVERY = 30.0


class Ticking:
    """Keeps when entries succeeded; `entries` are those of this process."""

    def __init__(self, store: Store, entries: Callable[[], Sequence[Tick]]) -> None:
        self._store = store
        self._entries = entries

    async def note(self) -> None:
        """Keep what this process saw; for the timetable."""
        async with self._store.begin() as unit:
            await unit.ticks.note(self._entries())

    async def all(self) -> list[Tick]:
        """Every entry by name, whichever process keeps it; this one's as they are just now."""
        async with self._store.read() as unit:
            kept = {each.id: each for each in await unit.ticks.all()}
        for each in self._entries():
            old = kept.get(each.id, each)
            kept[each.id] = Tick(
                each.id, each.seconds, _later(each.succeeded_at, old.succeeded_at),
                _later(each.failed_at, old.failed_at),
            )  # fmt: skip
        return [kept[name] for name in sorted(kept)]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
