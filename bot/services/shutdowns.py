"""The shutdown watch: channels hear ahead of time, once each, that a model which they use goes away."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from bot.errors import BotError
from bot.logs import log
from bot.openai import Model, kind, newest
from bot.services.connecting import Connecting
from bot.services.stories import Body, Notice
from bot.store import Store, Workspace

#: Seconds between two rounds: a day, so that each threshold is met on its day.
EVERY = 24 * 3600.0
#: Days ahead.
AHEAD = (60, 30, 7, 1)
#: A channel uses a model when somebody there did in so many days.
USED = 60.0


class Shutdowns:
    """Looks through the models that workspaces use; `written` makes the message of a notice."""

    def __init__(
        self,
        store: Store,
        connecting: Connecting,
        written: Callable[[Notice], Body],
        wake: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._connecting = connecting
        self._written = written
        self._wake = wake
        self._clock = clock

    async def tell(self) -> None:
        """One round; for the timetable."""
        async with self._store.read() as unit:
            workspaces = await unit.workspaces.all()
        for each in workspaces:
            if each.uninstalled_at is None:
                await self._of(each)
        self._wake()

    async def _of(self, workspace: Workspace) -> None:
        async with self._store.read() as unit:
            used = await unit.notices.used(workspace.id, USED)
        models = await self._models(workspace.id) if used else {}
        chosen: Mapping[str, str] = workspace.settings.get("models") or {}
        for channel, name in sorted(used):
            model = models.get(name)
            if model is None or model.shutdown_date is None:
                continue
            days = (model.shutdown_date - self._today()).days
            due = min((ahead for ahead in AHEAD if 0 < days <= ahead), default=None)
            if due is not None:
                notice = Notice(
                    workspace=workspace.id, channel=channel, model=name, days=days,
                    ends=datetime.combine(model.shutdown_date, datetime.min.time(), UTC),
                    kinds=[each for each, choice in chosen.items() if choice == name],
                    instead=self._instead(list(models.values()), name),
                )  # fmt: skip
                await self._tell(notice, due)

    async def _tell(self, notice: Notice, due: int) -> None:
        told = f"shutdown:{notice.channel}:{notice.model}:{notice.ends:%Y-%m-%d}:{due}"
        async with self._store.begin() as unit:
            if await unit.notices.first(notice.workspace, told):
                await unit.outbox.put(
                    notice.workspace, dedupe_key=told, stream=f"{notice.channel}/", channel=notice.channel,
                    body=self._written(notice),
                )  # fmt: skip

    async def _models(self, workspace: str) -> dict[str, Model]:
        """The models of all connections of a workspace, by ID."""
        async with self._store.read() as unit:
            connections = await unit.connections.list(workspace)
        found: dict[str, Model] = {}
        for each in connections:
            try:
                found |= {model.id: model for model in await self._connecting.models(workspace, each.id)}
            except BotError as wrong:
                log("shutdowns.unable", workspace=workspace, reason=wrong.text)
        return found

    def _instead(self, models: list[Model], name: str) -> str | None:
        best = newest(models, kind(name), today=self._today())
        return best.id if best and best.id != name else None

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()
