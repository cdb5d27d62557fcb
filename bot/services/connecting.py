"""The connections of a workspace: which account speaks for it, and which models that account has."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.errors import (
    AccessDenied,
    ApiBroken,
    ApiDown,
    ApiTimeout,
    ApiUnreachable,
    BotError,
    Invalid,
    ModelGone,
    NoConnection,
    NotFound,
    RateLimited,
)
from bot.openai import Account, Api, Client, Model
from bot.openai.capabilities import Kind, newest
from bot.store import Connection, Store, Unit

MODELS_FRESH = 600.0  # seconds; an account's models change a few times a year
ACCOUNT_FRESH = 15.0  # seconds; another process may have replaced the key meanwhile


@dataclass(frozen=True, slots=True)
class Line:
    """One connection, ready to be used."""

    connection: Connection
    api: Api


class Connecting:
    """Finds the account for a run and keeps what it is asked for often; drops it when something changes."""

    def __init__(
        self,
        store: Store,
        client: Client,
        *,
        usual: str,
        allowed: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self._client = client
        self._usual = usual
        self._allowed = tuple(allowed)
        self._clock = clock
        self._lines: dict[tuple[str, str | None], tuple[float, Line]] = {}
        self._models: dict[tuple[str, str], tuple[float, list[Model]]] = {}
        self._choices: dict[tuple[str, str], tuple[float, str]] = {}
        #: Keys and organizations to adopt as soon as OpenAI can be asked about them, by workspace.
        self._promised: dict[str, tuple[str, str | None]] = {}

    def base_url(self, wanted: str | None) -> str:
        """The base URL for a connection: the operator's usual one, or another that the operator allows."""
        if not wanted:
            return self._usual
        if wanted.rstrip("/") not in self._allowed:
            raise Invalid(f"Base URL: only {', '.join(self._allowed)} can be used here.", field="base_url")
        return wanted.rstrip("/")

    def api(self, key: str, organization: str | None, project: str | None, base_url: str) -> Api:
        """The API as an account that is not kept yet."""
        return self._client.api(
            Account(key=key, organization=organization, project=project, base_url=base_url)
        )

    async def line(self, workspace: str, wanted: str | None = None) -> Line:
        """The connection of that name or id, else the default one. Raises NoConnection, NotFound."""
        kept = self._lines.get((workspace, wanted))
        if kept and self._clock() - kept[0] < ACCOUNT_FRESH:
            return kept[1]
        promised = self._promised.pop(workspace, None)
        if promised and (problem := await self.adopt(workspace, *promised)):
            raise problem
        async with self.store.read() as unit:
            found = await self._found(unit, workspace, wanted)
            key = await unit.connections.key(workspace, found.id)
        if found.base_url not in self._allowed:
            raise Invalid(
                f"The operator no longer allows {found.base_url}; remove “{found.name}” and connect again."
            )
        line = Line(found, self.api(key, found.organization, found.project, found.base_url))
        self._lines[workspace, wanted] = (self._clock(), line)
        return line

    async def _found(self, unit: Unit, workspace: str, wanted: str | None) -> Connection:
        if wanted:
            found = await unit.connections.get(workspace, wanted) or await unit.connections.by_name(
                workspace, wanted
            )
            if found is None:
                raise NotFound(f"There is no connection “{wanted}”. `/openai connect list` shows them.")
            return found
        home = await unit.workspaces.get(workspace)
        if home and home.default_connection:
            found = await unit.connections.get(workspace, home.default_connection)
            if found is not None:
                return found
        every = await unit.connections.list(workspace)
        if not every:
            raise NoConnection
        return every[0]

    async def models(self, workspace: str, wanted: str | None = None) -> list[Model]:
        """The account's models, at most ten minutes old; none where the key may not list them."""
        line = await self.line(workspace, wanted)
        key = (workspace, line.connection.id)
        kept = self._models.get(key)
        if kept and self._clock() - kept[0] < MODELS_FRESH:
            return kept[1]
        try:
            found = await line.api.models()
        except AccessDenied:
            found = []
        self._models[key] = (self._clock(), found)
        return found

    async def model(self, workspace: str, wanted: str | None, kind: Kind) -> str:
        """The model where none is chosen: the workspace's choice, else the newest suitable of the account."""
        key = (workspace, f"{wanted}/{kind}")
        kept = self._choices.get(key)
        if kept and self._clock() - kept[0] < ACCOUNT_FRESH:
            return kept[1]
        async with self.store.read() as unit:
            home = await unit.workspaces.get(workspace)
        chosen: str | None = (home.settings.get("models") or {}).get(kind) if home else None
        if not chosen:
            best = newest(await self.models(workspace, wanted), kind)
            if best is None:
                raise ModelGone(
                    f"This connection has no {kind} model, or its key may not list them. Name one."
                )
            chosen = best.id
        self._choices[key] = (self._clock(), chosen)
        return chosen

    def forget(self, workspace: str) -> None:
        """Drop what is kept of a workspace: something changed."""
        self._lines = {key: kept for key, kept in self._lines.items() if key[0] != workspace}
        self._models = {key: kept for key, kept in self._models.items() if key[0] != workspace}
        self._choices = {key: kept for key, kept in self._choices.items() if key[0] != workspace}

    async def probe(self, api: Api) -> tuple[list[Model], bool]:
        """The account's models, and whether the key is restricted; raises KeyRefused for a wrong key."""
        try:
            return await api.models(), False
        except AccessDenied:
            return [], True

    async def adopt(self, workspace: str, key: str, organization: str | None) -> BotError | None:
        """Make a key the first connection of a workspace that has none; what went wrong, if anything.

        Where OpenAI cannot be asked about it now, that is done when the connection is needed.
        """
        async with self.store.read() as unit:
            if await unit.connections.list(workspace):
                return None
        base_url = self.base_url(None)
        try:
            _, restricted = await self.probe(self.api(key, organization, None, base_url))
        except BotError as wrong:
            if isinstance(wrong, ApiDown | ApiUnreachable | ApiTimeout | ApiBroken | RateLimited):
                self._promised[workspace] = (key, organization)
            return wrong
        async with self.store.begin() as unit:
            if await unit.connections.list(workspace):
                return None
            added = await unit.connections.add(
                workspace,
                "Default",
                key,
                organization=organization,
                project=None,
                base_url=base_url,
                restricted=restricted,
                created_by=None,
            )
            await unit.workspaces.set_default_connection(workspace, added.id)
            await unit.audit.add(
                workspace, actor="environment", action="connect/add", object=added.name, result="done"
            )
        self.forget(workspace)
        return None
