"""Reads a job's events as OpenAI lists them, newest first, into a bounded telling in their order."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from bot.jobs import JOBS
from bot.openai import Api, segment
from bot.services.stories import Chapter, Line, Loss

#: Events a page; the most that the API gives at once.
PAGE = 100
#: 20,000 events; of a job with more, the oldest are not told.
MOST_PAGES = 200
#: More new events than these become one message, with so many lines of the beginning and of the end, and so
#: many warnings and errors between them.
APART, FIRST, LAST, NOTABLE = 5, 20, 20, 10
#: Points of a loss curve that are kept: more than a sparkline or a picture can show.
POINTS = 240
#: Characters of an event that are told: 50 of them fill some sections of a message.
LONGEST = 250

Level = Literal["info", "warn", "error"]


@dataclass(slots=True)
class Gathered:
    """New events, newest first as they came: their ids, the lines worth telling, and what they measured."""

    ids: list[str] = field(default_factory=list)
    points: list[Loss] = field(default_factory=list)
    step: int | None = None
    total_steps: int | None = None
    _newest: list[tuple[int, Line]] = field(default_factory=list)
    _notable: list[tuple[int, Line]] = field(default_factory=list)
    _oldest: deque[tuple[int, Line]] = field(default_factory=lambda: deque(maxlen=FIRST))

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in the next older event."""
        at = len(self.ids)
        self.ids.append(str(event["id"]))
        line = _line(event)
        if at < LAST:
            self._newest.append((at, line))
        else:
            self._oldest.append((at, line))
            if line.level != "info" and len(self._notable) < NOTABLE:
                self._notable.append((at, line))
        self._measure(event)

    def _measure(self, event: Mapping[str, Any]) -> None:
        figures = event.get("data")
        if not isinstance(figures, dict) or not isinstance(step := figures.get("step"), int | float):
            return
        if self.step is None:
            self.step = int(step)
            total = figures.get("total_steps")
            self.total_steps = int(total) if isinstance(total, int | float) else None
        self.points.append(Loss(int(step), number(figures, "train_loss"), number(figures, "valid_loss")))
        if len(self.points) > 4 * POINTS:
            self.points = thinned(self.points)

    def chapters(self) -> list[tuple[str, Chapter]]:
        """What is told, oldest first, each under the id of its first event."""
        lines = dict(sorted([*self._newest, *self._notable, *self._oldest], reverse=True))
        if len(self.ids) <= APART:
            return [(self.ids[at], Chapter([line])) for at, line in lines.items()]
        return [(self.ids[-1], Chapter(list(lines.values()), len(self.ids) - len(lines)))]


async def gather(api: Api, job: str, known: Callable[[Sequence[str]], Awaitable[set[str]]]) -> Gathered:
    """The events of a job that are not known: pages from the newest on, until one holds a known event.

    `after` goes to older ones, ids are random and seconds shared, so that nothing else finds the new ones.
    """
    found, seen = Gathered(), set[str]()
    path = "/".join([JOBS, segment(job), "events"])
    query: dict[str, object] = {"limit": PAGE}
    for _ in range(MOST_PAGES):
        page = (await api.get(path, query)).data
        events = [each for each in page.get("data") or [] if isinstance(each, dict) and each.get("id")]
        ids = [str(each["id"]) for each in events]
        told = await known(ids) if ids else set()
        for each in events:
            if str(each["id"]) not in told | seen:
                found.add(each)
        seen = set(ids)  # one page overlaps the next where events came meanwhile
        if told or not page.get("has_more") or not ids or ids[-1] == query.get("after"):
            break
        query = {"limit": PAGE, "after": ids[-1]}
    return found


def thinned(points: Sequence[Loss]) -> list[Loss]:
    """At most POINTS of them, evenly over the steps, in their order; the last step stays."""
    ordered = {each.step: each for each in sorted(points, key=lambda each: each.step)}
    if len(ordered) <= POINTS:
        return list(ordered.values())
    last = max(ordered)
    spread = {each.step * (POINTS - 1) // last: each for each in ordered.values()}
    return list(spread.values())


def number(figures: Mapping[str, Any], name: str) -> float | None:
    """One of the figures, where it is one."""
    value = figures.get(name)
    finite = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return float(value) if finite and value is not None else None


def moment(stamp: Any) -> datetime | None:
    """Unix seconds as a moment, where they are some."""
    if not isinstance(stamp, int | float) or not 0 < stamp < 253_402_300_800:  # the year 10000
        return None
    return datetime.fromtimestamp(stamp, UTC)


def _line(event: Mapping[str, Any]) -> Line:
    level: Level = "info"
    if event.get("level") in ("warn", "error"):
        level = event["level"]
    text = " ".join(str(event.get("message") or "").split())
    at = moment(event.get("created_at")) or datetime.fromtimestamp(0, UTC)
    return Line(at, level, text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
