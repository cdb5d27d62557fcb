"""The state of the API that its families of endpoints share: keys, models, speed, what was asked."""

import asyncio
import random
import string
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.clock import Clock
from bot.playground.openai.access import Key
from bot.playground.openai.files_store import Files
from bot.playground.openai.finetuning_job import Job, Pace
from bot.playground.openai.limits import Meter, Sizes
from bot.playground.openai.registry import Registry
from bot.playground.openai.stream import Ticker

if TYPE_CHECKING:
    from bot.playground.openai.uploads import Upload
    from bot.playground.openai.webhooks_store import WebhookEndpoint

LETTERS = string.ascii_letters + string.digits
REMEMBERED = 1000  # requests, for a person or a test to look at


@dataclass(slots=True)
class Speed:
    """How fast streams run: seconds until the first token, then tokens per second (0: all at once)."""

    first_token: float = 0.0
    tokens_per_second: float = 0.0


class Api:
    """The API of one world. `compat` makes it answer endpoints and models that the real one has retired."""

    def __init__(self, clock: Clock, *, seed: int | None = None) -> None:
        self.clock = clock
        self.ticker = Ticker(clock)
        self.dice = random.Random(seed)
        self.organizations = {"org-PlaygroundAcme0000000000", "org-PlaygroundOther000000000"}
        self.keys: dict[str, Key] = {}
        self.models = Registry()
        self.speed = Speed()
        self.sizes = Sizes()
        self.meter = Meter()
        self.compat = False
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.completions: dict[str, dict[str, Any]] = {}
        self.responses: dict[str, dict[str, Any]] = {}
        self.files = Files()
        self.uploads: dict[str, Upload] = {}
        self.jobs: dict[str, Job] = {}
        self.pace = Pace()
        self.webhooks: dict[str, WebhookEndpoint] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.key = self.add_key()

    def now(self) -> float:
        """The world's time in unix seconds."""
        return self.clock.now()

    def stamp(self) -> int:
        """The world's time as objects carry it: whole unix seconds."""
        return int(self.clock.now())

    def new_id(self, prefix: str, length: int = 24) -> str:
        """An id like the API's: a prefix and random letters and digits."""
        return prefix + "".join(self.dice.choices(LETTERS, k=length))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something run beside the requests until it is done or the API is closed."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def close(self) -> None:
        """Stop what runs beside the requests."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def add_key(
        self,
        organization: str = "org-PlaygroundAcme0000000000",
        project: str = "proj_PlaygroundDefault00",
        **more: Any,
    ) -> Key:
        """Make an API key; `more` are members of Key (scopes, quota, requests_per_minute …)."""
        self.organizations.add(organization)
        secret = more.pop("secret", None) or self.new_id("sk-proj-", 40)
        key = Key(secret, organization, project, **more)
        self.keys[secret] = key
        return key
