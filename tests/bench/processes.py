"""The measured processes, on a core of their own, with their processor time and memory."""

import asyncio
import os
import secrets
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.settings import environment
from tests.tree import ROOT

READY_WITHIN = 90.0  # seconds; a bot of a thousand workspaces asks Slack for the people of each
END_WITHIN = 27.0
TICKS = os.sysconf("SC_CLK_TCK")
#: The core that is measured, and the one for everything else (the same where there is only one).
CORE, *_, ELSEWHERE = sorted(os.sched_getaffinity(0)) * 2


class Measured:
    """A running process; times in seconds, memory in MiB."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    @property
    def cpu(self) -> float:
        """Processor time used since its start, in user and kernel mode."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def waited(self) -> float:
        """Time for which its main thread could have run, but another program had the core."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]) / 1e9

    @property
    def peak(self) -> float:
        """The most memory that it ever held."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    async def ready(self, path: str) -> None:
        """Wait until it answers."""
        async with aiohttp.ClientSession() as session, asyncio.timeout(READY_WITHIN):
            while self.process.returncode is None:
                try:
                    async with session.get(self.url + path) as answer:
                        if answer.status in {200, 401}:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"the process ended with {self.process.returncode} before it answered")

    async def calm(self, seconds: float = 30.0) -> None:
        """Wait until it does nothing any more, but no longer than so many seconds."""
        async with asyncio.timeout(seconds):
            busy = True
            while busy:
                before = self.cpu
                await asyncio.sleep(1)
                busy = self.cpu - before > 0.03

    async def end(self) -> None:
        """Ask it to end, and wait."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(END_WITHIN):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


@asynccontextmanager
async def floor(port: int, secret: str) -> AsyncIterator[Measured]:
    """The floor while the block runs."""
    async with _running(port, {}, "tests.bench.floor", str(port), secret, log=None) as measured:
        await measured.ready("/")
        yield measured


@asynccontextmanager
async def bot(port: int, settings: Mapping[str, str], log: Path) -> AsyncIterator[Measured]:
    """The bot while the block runs, as `serve` runs it; what it logs goes into a file."""
    async with _running(port, settings, "bot", "serve", log=log) as measured:
        try:
            await measured.ready("/healthz")
        except (RuntimeError, TimeoutError) as wrong:
            said = log.read_text()[-2000:]  # noqa: ASYNC240 - nothing else waits any more
            raise RuntimeError(f"the bot did not start:\n{said}") from wrong
        yield measured


def new_key() -> str:
    """A secret for the bot's store."""
    return secrets.token_urlsafe(32)


@asynccontextmanager
async def _running(
    port: int, settings: Mapping[str, str], *words: str, log: Path | None
) -> AsyncIterator[Measured]:
    with open(log or os.devnull, "wb") as errors:  # noqa: PTH123, ASYNC230 - /dev/null too; nothing waits yet
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, cwd=ROOT, env=environment(**settings), stderr=errors
        )
    os.sched_setaffinity(process.pid, {CORE})  # before it has imported anything or made a thread
    measured = Measured(process, port)
    try:
        yield measured
    finally:
        await measured.end()
