"""A workspace with a connection, the API that it reaches, and every request that arrives there."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from bot import fields as f
from bot.module import Module, Operation, Result
from bot.openai import Client
from bot.playground.faults import Faults
from bot.playground.openai.api import Api
from bot.playground.openai.files_store import StoredFile
from bot.playground.openai.finetuning_job import Checkpoint, Job
from bot.services.connecting import Connecting
from bot.services.people import Person
from bot.services.runs import Ask, Runs
from bot.store import Store

ADA = Person("T1", "UADA", admin=True)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived; `path` is without /v1."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)

    def parts(self) -> list[tuple[str, str | None, str | None, bytes]]:
        """A form's parts: name, file name, content type, content."""
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        return [
            (
                str(part.get_param("name", header="content-disposition")),
                part.get_filename(),
                part["content-type"],
                part.get_payload(decode=True),
            )
            for part in message.get_payload()
        ]

    def comparable(self) -> tuple[Any, ...]:
        """What two clients have to send alike: not the agent, the boundary, or the wish for compression."""
        body: Any = self.body
        if self.kind.startswith("multipart/"):
            body = sorted(self.parts(), key=str)
        elif body:
            body = self.json()
        names = ("authorization", "openai-organization", "openai-project")
        said = {name: self.headers.get(name) for name in names}
        return self.method, self.path, sorted(self.query), said, self.kind, body


class Recorder:
    """Keeps what arrives at an application and hands it on."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.seen: list[Seen] = []

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        path = scope["raw_path"].decode().removeprefix("/v1")
        self.seen.append(Seen(scope["method"], path, query, headers, body))
        whole = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> MutableMapping[str, Any]:
            return next(whole, None) or await receive()

        await self.app(scope, again, send)


@dataclass
class Scene:
    """What an operation needs around it."""

    store: Store
    client: Client
    api: Api
    faults: Faults
    url: str
    connecting: Connecting
    runs: Runs
    seen: list[Seen] = field(default_factory=list)

    async def connect(self, name: str = "Main") -> None:
        """A connection, without a question to the API."""
        async with self.store.begin() as unit:
            added = await unit.connections.add(
                "T1", name, self.api.key.secret, organization=None, project=None, base_url=self.url,
                restricted=False, created_by=None,
            )  # fmt: skip
            await unit.workspaces.set_default_connection("T1", added.id)

    async def prepare(self, module: Module, operation: Operation) -> None:
        """Let everything exist that the example names."""
        # A key is for a new connection, unless it is another secret of one that is there.
        kinds = {type(each) for each in operation.fields}
        new = f.Secret in kinds and f.Reference not in kinds
        if not new:
            await self.connect()
        for each in operation.fields:
            named = operation.example.get(each.name)
            match each:
                case f.Secret() if new:
                    self.api.add_key(operation.example["organization"], secret=named)
                case f.Reference(of="file") if named:
                    self.stored(named)
                case f.Reference(of="job") if named:
                    self.training(named, "paused" if operation.name == "resume" else "running")
                    await self.before(module, operation, "unfollow", "follow")
                case f.Reference(of="model") if named and named.startswith("ft:"):
                    base, now = named.split(":")[1], self.api.stamp()
                    self.api.models.add_fine_tuned(named, base, now, self.api.key.organization)
                case f.Person() if named:
                    await self.before(module, operation, "revoke", "allow")
                case _:
                    pass
        self.seen.clear()

    async def before(self, module: Module, operation: Operation, undoing: str, doing: str) -> None:
        """Let there be something to undo for an operation of that name."""
        if operation.name == undoing and (other := module.operation(doing)):
            await self.run(module, other, operation.example)

    def stored(self, name: str) -> None:
        """A file of that ID."""
        made = StoredFile(name, self.api.key.project, "notes.txt", "evals", b"Notes.\n", self.api.stamp())
        self.api.files.add(made)

    def training(self, name: str, status: str) -> None:
        """A job of that ID in the middle of its work."""
        key, now = self.api.key, self.api.stamp()
        self.stored("file-1")
        chosen = {"batch_size": 1, "learning_rate_multiplier": 2.0, "n_epochs": 3}
        job = Job(
            name, key.project, key.organization, now, self.api.now(), "gpt-4.1-mini-2025-04-14", "file-1",
            None, "acme", 1, "supervised", chosen, status=status, step=20, total_steps=100,
        )  # fmt: skip
        model = "ft:gpt-4.1-mini-2025-04-14:acme::abc:ckpt-step-20"
        metrics: Any = {"step": 20, "train_loss": 1.5, "train_mean_token_accuracy": 0.5}
        job.checkpoints.append(Checkpoint("ftckpt_1", name, now, model, 20, metrics))
        self.api.jobs[name] = job

    async def run(self, module: Module, operation: Operation, raw: Any) -> Result:
        """Run it for an admin, as every surface does."""
        ask = Ask(person=ADA, module=module, operation=operation, raw=raw, surface="command", channel="C1")
        return (await self.runs.run(ask)).result
