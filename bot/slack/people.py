"""Who somebody is in Slack, kept for a few minutes, so that no question waits for it twice."""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.logs import log
from bot.module import Module, Operation, Values
from bot.services.grants import Grants
from bot.services.people import Person
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installation, Installations

#: An ID of a person, whom Slack can be asked about.
SOMEBODY = re.compile(r"[UW][A-Z0-9]+")
FRESH = 600.0  # seconds for what a member may do
FRESH_NOW = 3.0  # seconds where somebody may have been made an admin; who is one may be one no more
PAGE = 500
AHEAD_AT_ONCE = 8  # workspaces; a thousand at once would take memory and leave Slack to nobody else
MOST_AHEAD = 5_000  # people read at the start; larger workspaces are asked about one by one


class People:
    """Looks people up; a person who is unknown to Slack may do nothing."""

    def __init__(
        self,
        slack: Slack,
        installations: Installations,
        grants: Grants,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.grants = grants
        self._slack = slack
        self._installations = installations
        self._clock = clock
        self._ahead = asyncio.Semaphore(AHEAD_AT_ONCE)
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}
        self._names: dict[tuple[str, str], str] = {}

    async def person(
        self, workspace: str, user: str, *, team: str | None = None, fresh: bool = False
    ) -> Person:
        """This person; `team` is what Slack names beside the user, `fresh` for what only admins may do."""
        found = await self._found(workspace, user, team=team, fresh=fresh)
        return await self.grants.known(found, fresh=fresh)

    async def allowed(
        self, workspace: str, user: str, module: Module, operation: Operation, values: Values | None = None
    ) -> Person:
        """This person, who may do this now. Raises Forbidden, which is put on record."""
        person = await self.person(workspace, user, fresh=True)
        await self.grants.allow(person, module, operation, values)
        return person

    async def called(self, workspace: str, user: str) -> str:
        """What somebody is called, with the ID: names can be chosen, and two people can have the same."""
        if (workspace, user) not in self._names and SOMEBODY.fullmatch(user):
            await self._found(workspace, user)
        name = self._names.get((workspace, user))
        return f"{name} ({user})" if name else user

    async def _found(
        self, workspace: str, user: str, *, team: str | None = None, fresh: bool = False
    ) -> Person:
        if team and team != workspace:
            return Person(workspace, user, foreign=True)
        kept = self._known.get((workspace, user))
        if (
            kept
            and self._clock() - kept[0] < (FRESH_NOW if fresh else FRESH)
            and not (fresh and kept[1].admin)
        ):
            return kept[1]
        try:
            said = await self._slack.call(
                "users.info",
                self._installations.token(workspace),
                workspace=workspace,
                user=user,
                urgent=True,
            )
        except SlackFailure as wrong:
            log(
                "people.unknown",
                level=logging.WARNING,
                workspace=workspace,
                user=user,
                error_code=wrong.error,
            )
            if kept:  # who was an admin need not be one still
                return replace(kept[1], admin=False) if fresh else kept[1]
            return Person(workspace, user, unknown=True)
        return self._keep(workspace, said["user"])

    async def read_ahead(self, installation: Installation) -> None:
        """Read the workspace's members, so that nobody's first question waits for it."""
        async with self._ahead:
            await self._read_members(installation)

    async def _read_members(self, installation: Installation) -> None:
        cursor, read = "", 0
        while read < MOST_AHEAD:
            try:
                page = await self._slack.call(
                    "users.list",
                    installation.token,
                    workspace=installation.workspace,
                    limit=PAGE,
                    cursor=cursor or None,
                )
            except SlackFailure as wrong:
                log(
                    "people.read_ahead",
                    level=logging.WARNING,
                    workspace=installation.workspace,
                    error_code=wrong.error,
                )
                return
            for user in page["members"]:
                self._keep(installation.workspace, user)
            read += len(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    def _keep(self, workspace: str, user: dict[str, Any]) -> Person:
        person = Person(
            workspace,
            user["id"],
            admin=bool(user.get("is_admin") or user.get("is_owner")),
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            foreign=bool(user.get("is_stranger") or (user.get("team_id") or workspace) != workspace),
        )
        if user.get("deleted"):
            person = replace(person, unknown=True)
        self._known[workspace, person.id] = (self._clock(), person)
        profile = user.get("profile") or {}
        name = profile.get("display_name") or user.get("real_name") or user.get("name")
        self._names[workspace, person.id] = str(name or "")
        return person
