"""Works on what was kept: one handler a kind of request, and one place where failures become words."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.logs import failure, ids, log
from bot.services.inbox import Later
from bot.slack.actions import where_of
from bot.slack.failures import POWERLESS, SlackFailure
from bot.slack.installations import Installations
from bot.slack.places import Where
from bot.slack.results import Results
from bot.store import Item

Body = dict[str, Any]
Handler = Callable[[Body, Where], Awaitable[None]]


class Work:
    """Gives each item to its handler; whatever happens, the person hears about it and the item ends."""

    def __init__(
        self,
        installations: Installations,
        results: Results,
        handlers: Mapping[str, Handler],
        events: Mapping[str, Callable[[Body, str], Awaitable[None]]],
    ) -> None:
        """`handlers` by the item's kind; `events` by the event's type."""
        self._installations = installations
        self._results = results
        self._handlers = handlers
        self._events = events

    async def do(self, item: Item) -> None:
        """One item, to its end."""
        if self._installations.of(item.workspace) is None:
            log("work.unknown_workspace", workspace=item.workspace, kind=item.kind)
            return
        where = _where(item)
        with ids(workspace=item.workspace, user=where.user or None, item=item.id):
            try:
                if item.kind == "event":
                    await self._events[item.body["type"]](item.body, item.workspace)
                else:
                    await self._handlers[item.kind](item.body, where)
            except BotError as wrong:
                await self._tell(where, wrong)
            except SlackFailure as refused:
                log("work.refused", level=logging.ERROR, method=refused.method, error_code=refused.error)
                if refused.kind != "permanent" and item.kind == "event":
                    raise Later from refused  # what is known of the answer is shown then
                if refused.error not in POWERLESS:
                    text = f"Slack did not let me answer there ({refused.error})."
                    await self._tell(replace(where, channel=None, thread_ts=None), BotError(text))
            except Exception as bug:  # noqa: BLE001 - a bug: logged once, and the person gets the reference
                reference = failure("work.bug", bug, kind=item.kind)
                text = f"Something is wrong at my side (reference {reference}). Please tell whoever runs me."
                await self._tell(where, BotError(text))

    async def _tell(self, where: Where, wrong: BotError) -> None:
        if not where.user:
            return
        try:
            await self._results.fail(where, wrong)
        except SlackFailure as refused:
            log("work.untold", level=logging.ERROR, method=refused.method, error_code=refused.error)
            if refused.kind != "permanent":
                raise Later from refused


def _where(item: Item) -> Where:
    body, again = item.body, item.attempts > 1
    if item.kind == "command":
        return Where(
            workspace=item.workspace,
            user=body["user_id"],
            key=item.id,
            channel=body.get("channel_id"),
            response_url=body.get("response_url"),
            trigger=body.get("trigger_id"),
            again=again,
        )
    if item.kind == "event":
        return Where(
            workspace=item.workspace,
            user=str(body.get("user") or ""),
            key=item.id,
            channel=body.get("channel"),
            thread_ts=body.get("thread_ts"),
            again=again,
        )
    return where_of(body, item.workspace, item.id, again=again)
