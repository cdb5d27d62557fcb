"""How the timetable goes is known over all processes."""

from datetime import UTC, datetime

from bot.services.ticking import Ticking
from bot.store import Store, Tick

EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


async def test_the_entries_of_all_processes_are_shown_with_their_latest_success(store: Store) -> None:
    worker = [Tick("watches", 5, EARLY, None), Tick("letters", 5, LATE, EARLY)]
    await Ticking(store, lambda: worker).note()
    web = Ticking(store, lambda: [Tick("watches", 5, LATE, None), Tick("inbox.done", 1, None, EARLY)])
    assert await web.all() == [
        Tick("inbox.done", 1, None, EARLY),
        Tick("letters", 5, LATE, EARLY),
        Tick("watches", 5, LATE, None),
    ]
    await web.note()
    assert (await Ticking(store, list).all())[2].succeeded_at == LATE
