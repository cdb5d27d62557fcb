"""Both worlds, a database, and workers as processes of their own, which a proof kills and starts again."""

import asyncio
import json
import random
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.playground.openai.finetuning_job import Job
from bot.playground.openai.finetuning_machine import cancel
from bot.playground.openai.finetuning_training import log
from bot.playground.serve import Playground
from bot.playground.slack.state import Channel, Message
from bot.settings import environment
from bot.store import Store, migrate

SECRET = "a-secret-of-the-proof-which-opens-nothing-elsewhere"
MODEL = "gpt-4.1-mini-2025-04-14"
CHANNELS = 20
EVENT = re.compile(r"Event (\d+)$")
MORE = re.compile(r"([\d,]+) more between")


@dataclass
class House:
    """What a proof has in hand; jobs go on only as it says."""

    playground: Playground
    store: Store
    url: str
    logs: Path
    jobs: dict[str, str] = field(default_factory=dict)  # and the channel of each
    counts: dict[str, int] = field(default_factory=dict)  # events of each
    connection: str = ""
    deliveries: int = 0

    @property
    def workspace(self) -> str:
        return self.playground.slack.home

    def found(self) -> None:
        """Make channels, with the bot in them."""
        world = self.playground.slack
        bot = world.install().bot_user_id
        for number in range(CHANNELS):
            name = f"C0PROOF{number:03}"
            world.channels[name] = Channel(name, f"proof-{number}", self.workspace, members={bot})

    async def connect(self) -> None:
        """Keep the workspace and its connection."""
        install = self.playground.slack.install()
        async with self.store.begin() as unit:
            await unit.workspaces.ensure(self.workspace, "Proof", install.bot_user_id, install.bot_id)
            key, url = self.playground.openai.key.secret, self.playground.openai_url
            made = await unit.connections.add(self.workspace, "Main", key, base_url=url)
            await unit.workspaces.set_default_connection(self.workspace, made.id)
        self.connection = made.id

    async def follow(self, count: int) -> None:
        """Let so many jobs run, each followed in a channel."""
        api, key = self.playground.openai, self.playground.openai.key
        api.pace.step = api.pace.finishing = 1e9
        chosen = {"batch_size": 1, "learning_rate_multiplier": 2.0, "n_epochs": 3}
        for number in range(count):
            name, channel = f"ftjob-{number:05}", f"C0PROOF{number % CHANNELS:03}"
            api.jobs[name] = Job(
                name, key.project, key.organization, api.stamp(), api.now(), MODEL, "file-1", None, "acme", 1,
                "supervised", dict(chosen), status="running", step=1, total_steps=100,
            )  # fmt: skip
            self.jobs[name], self.counts[name] = channel, 0
            async with self.store.begin() as unit:
                await unit.watches.follow(
                    self.workspace, connection=self.connection, job=name, channel=channel, thread_ts=None,
                    by="U0PROOF",
                )  # fmt: skip

    def happen(self, job: str, count: int) -> None:
        """Give a job so many events more."""
        for _ in range(count):
            self.counts[job] += 1
            log(self.playground.openai, self.playground.openai.jobs[job], f"Event {self.counts[job]}")

    async def wake(self, jobs: Sequence[str]) -> None:
        """What OpenAI's webhooks do: have jobs looked at now."""
        async with self.store.begin() as unit:
            for job in jobs:
                self.deliveries += 1
                await unit.watches.due_now(self.workspace, self.connection, job, f"evt_{self.deliveries}")

    def end(self) -> None:
        """Let every job end."""
        for job in self.jobs:
            cancel(self.playground.openai, self.playground.openai.jobs[job])

    def threads(self) -> dict[str, list[Message]]:
        """What each job's thread has under its card, by job; KeyError where there are two cards."""
        found: dict[str, list[Message]] = {}
        for channel in self.playground.slack.channels.values():
            for message in channel.messages.values():
                named = re.search(r"ftjob-\d{5}", message.text)
                if message.thread_ts in {None, message.ts} and named and message.bot_id:
                    if named[0] in found:
                        raise KeyError(f"{named[0]} has two cards")
                    replies = channel.replies.get(message.ts, [])
                    found[named[0]] = [channel.messages[each] for each in replies]
        return found

    def worker(self, *words: str) -> "Worker":
        """A process that keeps the timetable; not started yet."""
        keys = self.playground.credentials
        variables = environment(
            SLACK_BOT_TOKEN=keys.bot_token, SLACK_SIGNING_SECRET=keys.signing_secret, SLACK_APP_TOKEN="",
            SLACK_API_URL=self.playground.slack_url, OPENAI_BASE_URL=self.playground.openai_url,
            OPENAI_API_KEY="", DATABASE_URL=self.url, BOT_SECRET_KEY=SECRET, PORT="3000",
        )  # fmt: skip
        return Worker(words, variables, self.logs)


@dataclass
class Worker:
    """A process that a proof may kill."""

    words: Sequence[str]
    environment: dict[str, str]
    logs: Path
    process: Process | None = None
    said: list[dict[str, float]] = field(default_factory=list)
    _reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and wait until it works."""
        with (self.logs / "workers.log").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.proof.worker", *self.words,
                env=self.environment, stdout=PIPE, stderr=errors,
            )  # fmt: skip
        assert self.process.stdout
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        assert json.loads(line) == {"ready": True}
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process
        assert self.process.stdout
        async for line in self.process.stdout:
            self.said.append(json.loads(line))

    async def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def end(self) -> None:
        """SIGTERM."""
        if self.process and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()

    @property
    def memory(self) -> float:
        """The most memory that it ever held, in MiB."""
        assert self.process
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@dataclass
class Told:
    """What the threads tell, against what happened."""

    events: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    messages: int = 0
    ends: int = 0


def told(house: House) -> Told:
    """Read every thread: each message has to go on where the one before it stopped."""
    found, threads = Told(), house.threads()
    for job, count in house.counts.items():
        found.events += count
        reached = 0
        for message in threads.get(job, []):
            found.messages += 1
            texts = [str((block.get("text") or {}).get("text", "")) for block in message.blocks]
            lines = "\n".join(texts).splitlines()
            numbers = [int(each[1]) for line in lines if (each := EVENT.search(line.strip("*")))]
            asides = str([block.get("elements") for block in message.blocks])
            more = sum(int(each.replace(",", "")) for each in MORE.findall(asides))
            if numbers:
                found.disordered += numbers != sorted(set(numbers))
                found.doubled += max(0, reached - numbers[0] + 1)
                found.lost += max(0, numbers[0] - reached - 1)
                found.lost += abs(numbers[-1] - numbers[0] + 1 - len(numbers) - more)
                found.shown += len(numbers)
                reached = max(reached, numbers[-1])
            found.ends += any("The job was cancelled" in text for text in texts)
        found.lost += count - reached
    return found


@asynccontextmanager
async def opened(url: str, logs: Path) -> AsyncIterator[House]:
    """A house on a database that is migrated, with the worlds in this process."""
    await migrate(url)
    store = await Store.open(url, [SECRET])
    try:
        async with Playground.start(log_size=200_000) as playground:
            house = House(playground, store, url, logs)
            house.found()
            await house.connect()
            yield house
    finally:
        await store.close()


def seeded(name: str) -> random.Random:
    """Chance that comes again."""
    return random.Random(name)
