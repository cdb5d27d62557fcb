"""Shortcuts: from a message's menu into the form of an operation, or to the list of all that takes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.module import Module, Operation
from bot.slack.material import material, thread_of
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.picking import everything, picker
from bot.slack.places import Where
from bot.slack.remedies import remedy
from bot.slack.results import Results
from bot.slack.views import Views

Body = dict[str, Any]
Json = dict[str, Any]
#: Callback ids: of the operations with a place of their own (then `module/operation`), and of the two lists.
DIRECT, USE, MODULES = "use:", "use", "modules"


class Shortcuts:
    """What a person chose in the menu of a message, or among the shortcuts of the workspace."""

    def __init__(
        self, modules: Sequence[Module], people: People, modals: Modals, views: Views, results: Results
    ) -> None:
        self._modules = modules
        self._people = people
        self._modals = modals
        self._views = views
        self._results = results

    async def handle(self, body: Body, where: Where) -> None:
        """One shortcut."""
        name = body["callback_id"]
        person = await self._people.person(where.workspace, where.user)
        message = body.get("message")
        try:
            if message is None or name == MODULES:
                view = everything(self._modules)
            elif name == USE:
                view = picker(self._modules, material(message), where.key)
            else:
                module, operation = self._modals.named(*name.removeprefix(DIRECT).partition("/")[::2])
                there = replace(where, thread_ts=thread_of(message))
                view = await self._modals.for_message(person, there, module, operation, message)
            await self._views.open(where, view)
        except BotError as wrong:
            await self._results.fail(where, wrong, remedy(wrong, person))


def direct(modules: Sequence[Module]) -> list[tuple[str, Operation]]:
    """The callback id and the operation of each shortcut that has a place of its own."""
    every = [(module, each) for module in modules for each in module.operations]
    return [(f"{DIRECT}{module.name}/{each.name}", each) for module, each in every if each.shortcut]


def declared(modules: Sequence[Module]) -> list[Json]:
    """Every shortcut as the manifest says it; Slack takes five of a message and five of the workspace."""
    made = [_shortcut("message", each.shortcut or "", name, each.summary) for name, each in direct(modules)]
    return [
        *made,
        _shortcut("message", "Use with OpenAI…", USE, "Choose what to do with this message and its files"),
        _shortcut("global", "OpenAI modules", MODULES, "Everything that I can do"),
    ]


def _shortcut(kind: str, name: str, callback: str, description: str) -> Json:
    return {"name": name, "type": kind, "callback_id": callback, "description": description}
