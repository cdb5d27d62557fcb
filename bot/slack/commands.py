"""Slash commands: `/openai MODULE …` and `/openai-MODULE …`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BotError, Forbidden
from bot.grammar import Request, parse
from bot.module import Module
from bot.services.runs import Ask
from bot.slack import ids
from bot.slack.blocks import button
from bot.slack.filling import instead
from bot.slack.help import explanation, overview
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.places import Where
from bot.slack.results import Results
from bot.slack.running import Running
from bot.slack.text import typed

Body = dict[str, Any]


class Commands:
    """Reads a command and does what it says; a command that says too little opens the form."""

    def __init__(
        self, modules: Sequence[Module], people: People, modals: Modals, running: Running, results: Results
    ) -> None:
        self._modules = modules
        self._people = people
        self._modals = modals
        self._running = running
        self._results = results

    async def handle(self, body: Body, where: Where) -> None:
        """One command."""
        try:
            request = parse(typed(body.get("text", "")), self._modules, self._named(body["command"]))
            if request is None:
                await self._results.say(where, "What I can do", overview(self._modules), private=True)
            elif request.help:
                blocks = explanation(request.module, request.operation)
                await self._results.say(where, request.operation.summary, blocks, private=True)
            else:
                await self._do(request, where)
        except BotError as wrong:
            await self._results.fail(where, wrong, [_helping()])

    async def _do(self, request: Request, where: Where) -> None:
        operation = request.operation
        try:
            person = await self._people.allowed(where.workspace, where.user, request.module, operation)
        except Forbidden as wrong:
            # Who only named the module sees what they may, and why it is not what it does first.
            person = await self._people.person(where.workspace, where.user)
            operation = instead(person, request.module, operation)
            if request.raw:
                raise
            await self._results.fail(where, wrong)
            request = replace(request, operation=operation)
        if request.needs_form and where.trigger and not where.again:
            await self._modals.open(
                where, request.module, operation, request.raw, connection=request.connection
            )
            return
        ask = Ask(
            person=person, module=request.module, operation=operation, raw=request.raw, surface="command",
            connection=request.connection, channel=where.channel, thread_ts=where.thread_ts, key=where.key,
            private=request.private,
        )  # fmt: skip
        await self._running.carry_out(where, ask)

    def _named(self, command: str) -> Module | None:
        """`/openai-chat` names its module itself."""
        name = command.lstrip("/").partition("-")[2]
        return next((each for each in self._modules if each.name == name), None)


def _helping() -> dict[str, Any]:
    return {"type": "actions", "elements": [button("Show all modules", ids.OVERVIEW, "all")]}
