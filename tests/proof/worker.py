"""One process of the bot that does nothing but keep the timetable, faster than usual where it is asked to."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from bot.app import built
from bot.logs import setup
from bot.settings import Settings


def measured(tick: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """The same, saying what CPU and time it took."""

    async def told() -> None:
        cpu, began = time.process_time(), time.monotonic()
        await tick()
        say(cpu=time.process_time() - cpu, seconds=time.monotonic() - began)

    return told


def say(**figures: object) -> None:
    """A line that the proof reads."""
    print(json.dumps(figures), flush=True)  # noqa: T201 - this is how it says so


async def main(often: float | None) -> None:
    """Work until SIGTERM; `often`: seconds between two looks, else as usual, with its figures."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    setup(stream=sys.stderr)
    async with built(Settings.read()) as bot:
        if often is None:  # the entry is the same, with its figures
            object.__setattr__(bot.chores._jobs, "tick", measured(bot.watches.tick))
        bot.begin(ticking=True)
        if often is not None:
            bot.timetable.every(often, bot.watches.tick, "watches.often")
            bot.timetable.every(often, bot.postman.deliver, "letters.often")
        say(ready=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else None))
