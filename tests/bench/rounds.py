"""The rounds of the benchmark: each does one kind of work in both worlds and says what it took."""

import asyncio
import sqlite3
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.playground.slack.rates import Rates
from tests.bench.probes import Exchange
from tests.bench.processes import Measured
from tests.bench.worlds import PLACES, Worlds, ended, spread

CROWD = 1000
#: Of a full run: D asks once in each of the first thousand, F in the last one.
WORKSPACES = CROWD + 1
#: The first token after so long, then so many a second: an ordinary model.
PER_SECOND = 50.0


@dataclass(frozen=True, slots=True)
class Figure:
    """What a round found for one budget: milliseconds, answers, MiB or whatever `what` says."""

    what: str
    found: float
    budget: float
    unit: str
    least: bool = False  # whether the budget is the least that is good, not the most
    base: str = ""  # the floor's figure that it is compared with
    more: str = ""

    @property
    def met(self) -> bool:
        """Whether it is within the budget."""
        return self.met_by(self.found)

    def met_by(self, found: float) -> bool:
        """Whether so much would be within the budget."""
        return found >= self.budget if self.least else found <= self.budget

    def on(self, slower: float) -> float:
        """What it would be on a core so much faster: times are shorter, rates are higher."""
        if self.unit == "/s":
            return self.found * slower
        return self.found / slower if self.unit in {"ms", "s"} else self.found


@dataclass(frozen=True, slots=True)
class Bench:
    """What a round works with."""

    worlds: Worlds
    bot: Measured
    database: Path

    @property
    def kept(self) -> int:
        """How many requests the bot's inbox holds, as another process sees them on the disk."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            return int(database.execute("SELECT count(*) FROM inbox").fetchone()[0])


async def one_at_a_time(bench: Bench, many: int = 40, tokens: int = 50) -> list[Figure]:
    """A, B and C: one question after the other, a second of text each, in ten workspaces that are warm."""
    worlds = bench.worlds
    worlds.speed(PER_SECOND)
    await ended([worlds.mention(number, 5) for number in range(10)], 10)
    asked = []
    for number in range(many):
        asked.append(worlds.mention(number % 10, tokens))
        await ended(asked[-1:], 10)
    whole = [each for each in asked if worlds.answered(each)]
    request = [each.requested - each.asked for each in whole]
    first = [each.shown[0] - each.first for each in whole]
    final = [each.shown[-1] - each.last for each in whole]
    answered = f"{len(whole)} of {many} answered"
    return [
        Figure("event received → request at OpenAI, p50", ms(50, request), 10, "ms", base="ack",
               more=f"p99 {ms(99, request):.1f} ms; {answered}"),
        Figure("first token → text in Slack, one at a time, p50", ms(50, first), 5, "ms", base="ack",
               more=f"p99 {ms(99, first):.1f} ms"),
        Figure("last token → final text, p50", ms(50, final), 10, "ms", base="ack",
               more=f"p90 {ms(90, final):.1f} ms (an end that finds a Slack call under way waits for it)"),
    ]  # fmt: skip


async def two_hundred(bench: Bench, crowd: int = 200, seconds: float = 12) -> list[Figure]:
    """B under load: a steady crowd of conversations of four seconds each."""
    worlds = bench.worlds
    worlds.speed(PER_SECOND)
    rate = crowd / 4
    asked = await spread(
        round(rate * seconds), seconds, lambda number: worlds.mention(number % (worlds.count - 1), 200)
    )
    await ended(asked, 20)
    steady = [each for each in asked[crowd:] if worlds.answered(each)]
    first = [each.shown[0] - each.first for each in steady]
    request = [each.requested - each.asked for each in steady]
    final = [each.shown[-1] - each.last for each in steady]
    more = f"p50 {ms(50, first):.1f} ms; request p50 {ms(50, request):.1f}, p99 {ms(99, request):.1f} ms"
    more += f"; final text p50 {ms(50, final):.1f} ms; {len(steady)} of {len(asked[crowd:])} answered"
    return [
        Figure(f"first token → text in Slack at {crowd} conversations, p99", ms(99, first), 50, "ms",
               base="ack", more=more)
    ]  # fmt: skip


async def thousand(bench: Bench, crowd: int = CROWD, tokens: int = 200) -> list[Figure]:
    """D: all ask within a second; 200 tokens at 50 a second."""
    worlds, bot = bench.worlds, bench.bot
    worlds.speed(PER_SECOND)
    before = bot.cpu
    asked = await spread(crowd, crowd / CROWD, lambda number: worlds.mention(number, tokens))
    await ended(asked, 60)
    used = bot.cpu - before
    whole = [each for each in asked if worlds.answered(each)]
    took = max((each.shown[-1] for each in whole), default=asked[0].asked + 60) - asked[0].asked
    calls = sum(len(each.shown) for each in whole) / max(1, len(whole))
    delivered = [ack for each in asked for ack in each.acked]
    late = sum(each.refused for each in asked)
    return [
        Figure(f"{crowd} conversations at once: answered", len(whole), crowd, "", least=True),
        Figure("… answers a second", len(whole) / took, 110, "/s", least=True, base="rate",
               more=f"{took:.1f} s in all, of which a stream takes {tokens / PER_SECOND:.0f}; "
                    f"{calls:.1f} Slack calls with text an answer; "
                    f"acknowledged p99 {ms(99, delivered):.0f} ms, {late} too late"),
        Figure("… CPU an answer", used / max(1, len(whole)) * 1000, 13, "ms", base="cpu"),
        Figure("… memory at its peak", bot.peak, 130, "MiB", base="memory"),
    ]  # fmt: skip


async def burst(bench: Bench, many: int = 500, tokens: int = 5) -> list[Figure]:
    """E: within a second, half events and half commands; each on the disk when the last is acknowledged."""
    worlds = bench.worlds
    worlds.speed(PER_SECOND)
    before = bench.kept

    def ask(number: int) -> Exchange:
        return (worlds.command if number % 2 else worlds.direct)(number % (worlds.count - 1), tokens)

    asked = await spread(many, many / 500, ask)
    await until(lambda: all(each.acked for each in asked), 30)
    kept = bench.kept - before
    await ended(asked, 60)
    acked = [ack for each in asked for ack in each.acked]
    whole = sum(map(worlds.answered, asked))
    worst = max(acked, default=0.0)
    return [
        Figure(f"{many} events or commands in a second: acknowledged, p99", ms(99, acked), 150, "ms",
               base="burst", more=f"p50 {ms(50, acked):.0f} ms"),
        Figure("… the slowest", worst, 3, "s"),
        Figure("… kept on the disk by then", kept, many, "", least=True, more=f"{whole} worked off since"),
    ]  # fmt: skip


async def under_rates(bench: Bench, many: int = 100, tokens: int = 200) -> list[Figure]:
    """F: so many conversations in the channels of one workspace, with Slack's rate tiers in force."""
    worlds = bench.worlds
    worlds.speed(PER_SECOND)
    worlds.world.rates = Rates(worlds.world.clock)
    try:
        asked = await spread(
            many, 1, lambda number: worlds.mention(worlds.count - 1, tokens, number % PLACES)
        )
        await ended(asked, 90)
    finally:
        worlds.world.rates = None
    whole = [each for each in asked if worlds.answered(each)]
    took = max((each.shown[-1] for each in whole), default=0.0) - asked[0].asked
    doubled = sum(worlds.doubled(each) for each in asked)
    return [
        Figure(f"{many} conversations in one workspace under the rate tiers: whole", len(whole), many, "",
               least=True, more=f"the last after {took:.0f} s"),
        Figure("… doubled", doubled, 0, ""),
    ]  # fmt: skip


Round = Callable[[Bench], Awaitable[list[Figure]]]
ROUNDS: dict[str, Round] = {
    "A": one_at_a_time,
    "B": two_hundred,
    "D": thousand,
    "E": burst,
    "F": under_rates,
}


async def until(true: Callable[[], bool], seconds: float) -> None:
    """Look again and again until it is so, but no longer than so many seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not true() and loop.time() < deadline:  # noqa: ASYNC110 - it depends on many things
        await asyncio.sleep(0.01)


def ms(percent: int, seconds: Sequence[float]) -> float:
    """A percentile of times, in milliseconds."""
    if len(seconds) < 2:
        return seconds[0] * 1000 if seconds else float("nan")
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000
