"""Typeahead lists: the account's own models, and the workspace's connections, as somebody types."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bot import fields as f
from bot.errors import BotError
from bot.openai import kind as kind_of
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person, allow
from bot.slack import forms
from bot.slack.elements import option
from bot.slack.modals import Modals
from bot.slack.people import People

Json = dict[str, Any]
MOST = 100  # options in an answer
WITHIN = 2.3  # seconds; Slack waits three


class Suggesting:
    """Answers what a person types into a list."""

    def __init__(self, modals: Modals, people: People, connecting: Connecting) -> None:
        self._modals = modals
        self._people = people
        self._connecting = connecting

    async def options(self, body: Json, workspace: str) -> Json:
        """The options for one keystroke; what was typed itself is the last one, so that all is in reach."""
        query = str(body.get("value", "")).strip()
        try:
            person = await self._people.person(workspace, body["user"]["id"])
            async with asyncio.timeout(WITHIN):
                found = await self._found(body, person)
        except (BotError, KeyError, ValueError, TimeoutError):
            found = []
        fitting = [(text, value) for text, value in found if query.lower() in text.lower()]
        options = [option(text, value) for text, value in fitting[: MOST - 1]]
        if query and query.isascii() and all(query != value for _, value in fitting):
            options.append(option(f"Use “{query}”", query))
        return {"options": options}

    async def _found(self, body: Json, person: Person) -> Sequence[tuple[str, str]]:
        view = body["view"]
        _, operation, module = self._modals.read(view)
        allow(person, module, operation)
        name = body["block_id"].partition(".")[0]
        field = next((each for each in operation.fields if each.name == name), None)
        chosen = ((view["state"]["values"].get(forms.CONNECTION) or {}).get("value") or {}).get(
            "selected_option"
        ) or {}
        if isinstance(field, f.Model):
            models = await self._connecting.models(person.workspace, chosen.get("value"))
            fitting = [each for each in models if kind_of(each.id) == field.kind]
            return [
                (each.id, each.id) for each in sorted(fitting, key=lambda each: each.created, reverse=True)
            ]
        if isinstance(field, f.Reference) and field.of == "connection":
            return [
                (f"{each.name} ({each.key_hint})", each.id)
                for each in await Desk(self._connecting, person).all()
            ]
        return []
