"""Measures the speed budgets: the real bot on one core, both stand-ins and those who ask on another."""

import argparse
import asyncio
import gc
import os
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bot.local import free_port
from tests.bench import processes
from tests.bench.floors import Floors, measure
from tests.bench.rounds import ROUNDS, WORKSPACES, Bench, Figure, Round
from tests.bench.worlds import worlds

HELP = "A: one at a time, B: 200 conversations, D: 1,000 at once, E: 500 in a second, F: rate tiers"


async def run(
    rounds: Sequence[Round], workspaces: int = WORKSPACES, many: int = 300
) -> tuple[Floors, list[Figure], float]:
    """Measure the floor with so many deliveries, then these rounds against one bot.

    The third is for how many seconds other programs kept the bot from its core.
    """
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="patchbay-bench-") as directory:
        async with worlds(workspaces) as made:
            floors = await measure(made, many)
            database, port, key = Path(directory) / "bench.db", free_port(), processes.new_key()
            url = f"sqlite:///{database}"
            await made.connect(url, key)
            settings = {**made.settings, "DATABASE_URL": url, "BOT_SECRET_KEY": key, "PORT": str(port)}
            log = Path(directory) / "bot.log"
            made.world.app.events_url = f"http://127.0.0.1:{port}/slack/events"
            async with processes.bot(port, settings, log) as bot:
                await bot.calm()  # it reads the people of every workspace first
                before = bot.waited
                gc.freeze()  # the worlds stay; to look through them again and again would slow the stand-ins
                for measured in rounds:
                    figures += await measured(Bench(made, bot, database))
                waited = bot.waited - before
    return floors, figures, waited


def table(floors: Floors, figures: Sequence[Figure]) -> str:
    """What was found, a line a budget; how it compares with the floor, and on the budgets' core."""
    head = f"{'budget':66}{'found':>10} {'allowed':>11} {'':6} {'× floor':>8}  on the budgets' core"
    lines = [str(floors), "", head]
    for figure in figures:
        allowed = f"{'≥' if figure.least else '≤'} {figure.budget:g} {figure.unit}".rstrip()
        base = floors.of(figure.base)
        ratio = f"{figure.found / base:.1f}" if base else ""
        there = figure.on(floors.slower)
        line = (
            f"{figure.what:66}{_said(figure, figure.found):>10} {allowed:>11} {_met(figure, figure.found):6}"
        )
        line += f" {ratio:>8}  {_said(figure, there)} {_met(figure, there)}"
        lines.append(f"{line}\n    {figure.more}" if figure.more else line)
    return "\n".join(lines)


def _said(figure: Figure, found: float) -> str:
    return f"{found:.{0 if figure.unit == '' else 1}f} {figure.unit}".rstrip()


def _met(figure: Figure, found: float) -> str:
    return "met" if figure.met_by(found) else "MISSED"


def main() -> int:
    """Run what was asked for; 0 when every budget is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="ROUND", choices=sorted(ROUNDS), nargs="+", help=HELP)
    only = parser.parse_args().only
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a thousand streams are a thousand sockets
    os.sched_setaffinity(0, {processes.ELSEWHERE})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        floors, figures, waited = runner.run(run([ROUNDS[name] for name in only or ROUNDS]))
    say(table(floors, figures))
    say(f"\nOther programs kept the bot from its core for {waited:.1f} s; whoever waited then waited longer.")
    return 0 if all(figure.met for figure in figures) else 1


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    raise SystemExit(main())
