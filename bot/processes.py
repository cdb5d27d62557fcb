"""The processes of the bot: what listens, what ticks, and how each of them ends."""

import asyncio
import gc
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from bot.app import Bot, built
from bot.door import Door, bind, open_door
from bot.errors import BotError, Unavailable
from bot.logs import log
from bot.settings import Settings
from bot.slack.socket import Socket

WATCH_EVERY = 30.0
#: How long a start waits for a database or a Slack that is not there yet.
PATIENCE = 60.0
PAUSE = 2.0
#: New objects before Python looks for garbage in cycles, and how much rarer it looks among older ones. With
#: its own 700, 10, 10 a thousand conversations spent a quarter of their CPU on looking.
GARBAGE = (20_000, 20, 50)


async def serve(settings: Settings, *, receiving: bool = True, ticking: bool = True) -> None:
    """Run until SIGTERM or SIGINT: receive what Slack sends, keep the timetable, or both."""
    ended = _asked_to_end()
    async with AsyncExitStack() as stack:
        listener = bind(settings) if receiving else None
        if listener is not None:
            stack.callback(listener.close)
        bot = await _patiently(stack, settings, ended)
        if bot is None:
            return
        socket = (
            Socket(bot.receiver.app, settings.slack_app_token)
            if receiving and settings.slack_app_token
            else None
        )
        bot.begin(ticking=ticking)
        if listener is not None:
            door = Door(bot.guard, _health(bot, socket), bot.webhooks.receive)
            await stack.enter_async_context(open_door(door, listener))
        if socket is not None:
            stack.push_async_callback(socket.close)
            await socket.connect()
            bot.timetable.every(WATCH_EVERY, socket.watch, "socket.watch")
        where = f"http://{settings.host}:{settings.port}" if listener else None
        log(
            "start.ready", workspace=bot.home.workspace, url=where, socket=socket is not None, ticking=ticking
        )
        gc.freeze()  # what is there now stays, and is not looked through again
        gc.set_threshold(*GARBAGE)
        await ended.wait()
        log("stop.asked")


async def _patiently(stack: AsyncExitStack, settings: Settings, ended: asyncio.Event) -> Bot | None:
    """The bot, as soon as its database and Slack are there; None when the process is to end before."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await stack.enter_async_context(built(settings))
        except Unavailable as wrong:
            if asyncio.get_running_loop().time() > deadline:
                raise
            log("start.waiting", reason=wrong.text)
        try:
            async with asyncio.timeout(PAUSE):
                await ended.wait()
                return None
        except TimeoutError:
            continue


def _health(bot: Bot, socket: Socket | None) -> Any:
    async def health() -> tuple[bool, dict[str, Any]]:
        timetable: dict[str, Any] = {}
        try:
            await bot.store.check()
            for each in await bot.ticking.all():
                timetable[each.id] = {"every": each.seconds, "succeeded": each.succeeded_at}
            store = "ok"
        except BotError as wrong:
            store = type(wrong).__name__
        connected = await socket.connected() if socket else None
        well = store == "ok" and connected is not False
        said = {"ok": well, "store": store, "socket": connected, **bot.inbox.counts()}
        return well, {**said, "timetable": timetable}

    return health


def _asked_to_end() -> asyncio.Event:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ended.set)
    return ended


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a process in the fastest loop that is there."""
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop  # noqa: PLC0415 - there is none on Windows

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
