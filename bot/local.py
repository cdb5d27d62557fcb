"""The bot beside a playground, as processes of their own that are started and ended together."""

import asyncio
import hashlib
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import orjson

from bot.door import bind
from bot.errors import BotError
from bot.modules import ALL
from bot.settings import Settings, environment
from bot.slack.manifest import manifest
from bot.worlds import Worlds

PAUSE = 1.0  # seconds before a bot that was killed starts again
END_WITHIN = 27.0  # the bot itself hands back within 25
READY_WITHIN = 30.0


@asynccontextmanager
async def playground(events_url: str, *more: str) -> AsyncIterator[Worlds]:
    """A playground in a process of its own while the block runs; `more` words for its command line."""
    process = await _start("playground", "--events-url", events_url, "--json", *more, stdout=PIPE)
    try:
        line = await _first_line(process)
        if not line:
            raise BotError("The playground did not start; the lines above say why.")
        yield Worlds(**orjson.loads(line))
    finally:
        await _end(process)


@asynccontextmanager
async def bot(
    more: Mapping[str, str], *, quiet: bool = False, worlds: Worlds | None = None
) -> AsyncIterator["Kept"]:
    """The bot in a process of its own, which is started again when it is killed.

    worlds: a playground that is told which process that is, so that people there can kill it.
    """
    kept = Kept(more, quiet=quiet, worlds=worlds)
    await kept.start()
    watching = asyncio.create_task(kept.watch())
    try:
        yield kept
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await kept.end()


class Kept:
    """A bot process that comes back after a kill; one that ends by itself had a reason and stays down."""

    def __init__(self, more: Mapping[str, str], *, quiet: bool, worlds: Worlds | None = None) -> None:
        self._environment = environment(**more)
        self._worlds = worlds
        self._quiet = quiet
        self.process: Process | None = None
        self.ended = asyncio.Event()

    async def start(self) -> None:
        """Start it, and wait until it is well."""
        self.process = await _start("serve", env=self._environment, stderr=DEVNULL if self._quiet else None)
        await self._ready(self.process)
        if self._worlds is not None:
            await self._worlds.tell("settings", {"process": self.process.pid})

    async def watch(self) -> None:
        """Start it again each time a signal killed it."""
        while self.process is not None:
            if await self.process.wait() >= 0:
                self.ended.set()
                return
            await asyncio.sleep(PAUSE)
            try:
                await self.start()
            except (BotError, TimeoutError):
                self.ended.set()
                return

    async def end(self) -> None:
        """Ask it to end."""
        if self.process is not None:
            await _end(self.process)

    async def _ready(self, process: Process) -> None:
        url = f"http://127.0.0.1:{self._environment['PORT']}/healthz"
        async with aiohttp.ClientSession() as session, asyncio.timeout(READY_WITHIN):
            while process.returncode is None:
                try:
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise BotError("The bot did not start; the lines above say why.")


async def up(settings: Settings) -> int:
    """The bot beside a playground until Ctrl-C; says in five lines what runs where."""
    address = f"http://127.0.0.1:{settings.port}"
    real = settings.openai_api_key is not None
    stop = _interrupted()
    bind(settings).close()  # what is in use is said before anything starts
    async with playground(f"{address}/slack/events", *_same_as_before(settings)) as worlds:
        more = {**worlds.settings(real_key=real), "PORT": str(settings.port)}
        made = manifest(ALL, agent=True, url=address)
        await worlds.tell("manifest", {"manifest": made})
        async with bot(more, worlds=worlds) as kept:
            say(settings, worlds, real=real)
            waiting = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(kept.ended.wait())]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
            return 0 if stop.is_set() else 1


def _same_as_before(settings: Settings) -> list[str]:
    """Ports and a key that stay from run to run, so that what is stored goes on working."""
    ports = ["--slack-port", str(settings.port + 1), "--openai-port", str(settings.port + 2)]
    key = hashlib.sha256(b"playground" + settings.secret_keys[0].encode()).hexdigest()[:40]
    return [*ports, "--api-key", f"sk-proj-{key}"]


def say(settings: Settings, worlds: Worlds, *, real: bool) -> None:
    """What runs where, what is stored where, and what to try."""
    openai = "the real OpenAI API (OPENAI_API_KEY is set)" if real else f"{worlds.openai_url} (stand-in)"
    key = "" if real else f"; the key to connect is {worlds.credentials['api_key']}"
    made = " (made now; keep it)" if settings.secret_key_made else ""
    file, secret = settings.database_url.removeprefix("sqlite:///"), settings.secret_key_file
    stored = file if file != settings.database_url else "in the database of DATABASE_URL"
    kept = f"{secret}{made}" if secret else "in BOT_SECRET_KEY"
    print(  # noqa: T201 - this is what the command is for
        f"Patchbay runs at http://127.0.0.1:{settings.port}; Ctrl-C ends it. Its OpenAI: {openai}.\n"
        f"Try it in the browser: {worlds.page}\n"
        f"Stored: {stored}; its key: {kept}.\n"
        f"Slack is a stand-in, nothing of it leaves this machine{key}.\n"
        "A real Slack: put SLACK_BOT_TOKEN and SLACK_APP_TOKEN into .env; the README says how to get them.",
        flush=True,
    )


def _interrupted() -> asyncio.Event:
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def _start(*words: str, env: Mapping[str, str] | None = None, stdout: int | None = None,
                 stderr: int | None = None) -> Process:  # fmt: skip
    # A session of its own: Ctrl-C reaches the parent alone, which ends its children in order.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=env, stdout=stdout, stderr=stderr, start_new_session=True
    )


async def _first_line(process: Process) -> bytes:
    if process.stdout is None:
        raise RuntimeError("the process was started without a pipe")
    async with asyncio.timeout(READY_WITHIN):
        return await process.stdout.readline()


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(END_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
