"""Tells how the bot is: its accounts, what it follows, and what it does by itself, and when last."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.module import Context, Facts, Module, Operation, Part, Result, Table, Values
from bot.module import Text as Said
from bot.notation import UNKNOWN, moment
from bot.workplace import Entry

#: What people call the entries of the timetable; one that has no name here shows its own.
TITLES = {
    "inbox.beat": "Hold on to requests in work",
    "inbox.done": "Note which requests are done",
    "inbox.take_over": "Take over what a dead process left",
    "letters": "Post what could not be posted before",
    "retention": "Forget what was kept long enough",
    "shutdowns": "Warn of models that end",
    "socket.watch": "See that Slack is connected",
    "stuck": "End answers that are stuck",
    "timetable": "Note this timetable",
    "watches": "Look at fine-tuning jobs",
}
#: An entry is late when it did not succeed for so many of its turns, and so many seconds more.
TURNS, GRACE = 3, 60


async def show(context: Context, _: Values) -> Result:
    """The accounts, the followed jobs, and the timetable with what is late in it."""
    linked = await context.connections.all()
    default = next((f"{each.name} ({each.key_hint})" for each in linked if each.default), "none")
    pairs = [("Accounts", f"{len(linked)}"), ("Usual account", default)]
    if context.jobs is not None:
        pairs.append(("Followed jobs", f"{len(await context.jobs.followed())}"))
    entries = _current(await context.timetable.all() if context.timetable is not None else ())
    late = [each for each in entries if _late(each, datetime.now(UTC))]
    parts: list[Part] = [Said(_verdict(entries, late)), Facts(pairs)]
    if entries:
        rows = [
            (
                TITLES.get(each.id, each.id), _every(each.seconds),
                moment(each.succeeded_at) if each.succeeded_at else UNKNOWN,
                moment(each.failed_at) if each.failed_at else UNKNOWN,
            )
            for each in entries
        ]  # fmt: skip
        columns = ("What happens by itself", "Every", "Last success (UTC)", "Last failure (UTC)")
        parts.append(Table(columns, rows))
    return Result(parts)


def _current(entries: Sequence[Entry]) -> list[Entry]:
    """Without those of which nothing was heard for a day while others went on: nobody keeps them now."""
    heard = {
        each.id: max(filter(None, (each.succeeded_at, each.failed_at)), default=None) for each in entries
    }
    latest = max(filter(None, heard.values()), default=None)
    return [
        each
        for each in entries
        if latest is None
        or (last := heard[each.id]) is None
        or latest - last < timedelta(days=1, seconds=TURNS * each.seconds)
    ]


def _verdict(entries: Sequence[Entry], late: Sequence[Entry]) -> str:
    if late:
        named = ", ".join(TITLES.get(each.id, each.id) for each in late)
        return f"⚠️ **Late: {named}.** The operator finds the reason in the logs, and the state on `/healthz`."
    if not entries:
        return "No process has told yet what it does by itself: ask again in a minute."
    return "**Everything happens in its time.**"


def _late(entry: Entry, now: datetime) -> bool:
    """Whether it did not succeed for several of its turns; before its first one nothing is late."""
    if entry.succeeded_at is None:
        return entry.failed_at is not None
    return now - entry.succeeded_at > timedelta(seconds=TURNS * entry.seconds + GRACE)


def _every(seconds: int) -> str:
    for unit, one in (("h", 3600), ("min", 60)):
        if seconds >= one and seconds % one == 0:
            return f"{seconds // one} {unit}"
    return f"{seconds} s"


STATUS = Module(
    name="status",
    title="Status",
    summary="See how the bot is: its accounts, what it follows, and what it does by itself",
    operations=(
        Operation(
            name="show", title="Status", summary="Shows accounts, followed jobs, and the timetable",
            fields=(), call=show, example={}, needs_api=False,
        ),
    ),
)  # fmt: skip
