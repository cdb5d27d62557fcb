"""What an account has, as lists to choose from while somebody types: models, files, fine-tuning jobs."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bot import fields as f
from bot.background import Background
from bot.notation import day, size
from bot.openai import Api
from bot.openai import kind as kind_of
from bot.services.connecting import Connecting

#: Seconds for which a list is not asked for again: long enough to type, short enough to see a new file.
FRESH = 20.0
#: Files and jobs of which a list is made, the newest first; other IDs can be typed.
MOST = 400
#: Lists that are remembered; each is a few kilobytes.
KEPT = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to choose: its ID, what people read, and a second line."""

    id: str
    text: str
    about: str = ""


class Listing:
    """Lists of what exists at OpenAI; a list that takes long goes on loading for the next keystroke."""

    def __init__(
        self, connecting: Connecting, background: Background, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connecting = connecting
        self._background = background
        self._clock = clock
        self._lists: dict[tuple[str, ...], tuple[float, asyncio.Task[list[Entry]]]] = {}

    async def entries(
        self, workspace: str, connection: str | None, kind: f.Model | f.Reference
    ) -> list[Entry]:
        """What can stand in the field, the newest first. Raises BotError."""
        if isinstance(kind, f.Model) or kind.of == "model":
            return await self._models(workspace, connection, kind)
        line = await self._connecting.line(workspace, connection)
        purpose = kind.purpose or ""
        load = _files(line.api, purpose) if kind.of == "file" else _jobs(line.api)
        return await self._kept((workspace, line.connection.id, kind.of, purpose), load)

    async def _models(
        self, workspace: str, connection: str | None, kind: f.Model | f.Reference
    ) -> list[Entry]:
        models = await self._connecting.models(workspace, connection)
        if isinstance(kind, f.Model):
            models = [each for each in models if kind_of(each.id) == kind.kind]
        return [
            Entry(each.id, each.id) for each in sorted(models, key=lambda each: each.created, reverse=True)
        ]

    async def _kept(self, key: tuple[str, ...], load: Coroutine[Any, Any, list[Entry]]) -> list[Entry]:
        known = self._lists.get(key)
        if known and self._clock() - known[0] < FRESH and not _failed(known[1]):
            load.close()
            return await asyncio.shield(known[1])
        task = self._background.spawn(load, name="listing")
        self._lists[key] = (self._clock(), task)
        while len(self._lists) > KEPT:
            del self._lists[next(iter(self._lists))]
        return await asyncio.shield(task)


def _failed(task: asyncio.Task[list[Entry]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _files(api: Api, purpose: str) -> list[Entry]:
    found = []
    async for each in api.pages("/files", {"purpose": purpose} if purpose else None, limit=MOST):
        about = " · ".join(
            [size(each.get("bytes")), str(each.get("purpose") or ""), day(each.get("created_at"))]
        )
        found.append((each, Entry(str(each["id"]), str(each.get("filename") or each["id"]), about)))
    return _newest(found)


async def _jobs(api: Api) -> list[Entry]:
    found = []
    async for each in api.pages("/fine_tuning/jobs", {"limit": 100}, limit=MOST):
        text = " · ".join(
            [str(each.get("model") or "a job"), str(each.get("status") or ""), day(each.get("created_at"))]
        )
        found.append((each, Entry(str(each["id"]), text, str(each.get("user_provided_suffix") or ""))))
    return _newest(found)


def _newest(found: list[tuple[dict[str, Any], Entry]]) -> list[Entry]:
    return [
        entry for _, entry in sorted(found, key=lambda each: each[0].get("created_at") or 0, reverse=True)
    ]
