"""Typeahead lists: what the account and the workspace have, as somebody types."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bot import fields as f
from bot.errors import BotError
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.listing import Entry, Listing
from bot.services.people import Person, allow
from bot.slack.connections import ADD_ONE
from bot.slack.elements import MOST_VALUE, option, plain
from bot.slack.filling import Forms
from bot.slack.people import People

Json = dict[str, Any]
MOST = 100  # options in an answer
WITHIN = 2.3  # seconds; Slack waits three


class Suggesting:
    """Answers what a person types into a list."""

    def __init__(self, made: Forms, people: People, connecting: Connecting, listing: Listing) -> None:
        self._forms = made
        self._people = people
        self._connecting = connecting
        self._listing = listing

    async def options(self, body: Json, workspace: str) -> Json:
        """The options for one keystroke; what was typed itself is the last one, so that all is in reach."""
        query = str(body.get("value") or "").strip()
        try:
            async with asyncio.timeout(WITHIN):
                person = await self._people.person(workspace, body["user"]["id"])
                found = await self._found(body, person)
        except (BotError, KeyError, ValueError, TimeoutError):
            found = []
        # An option's value takes 150 characters; what is longer can be typed into a command.
        fitting = [each for each in found if len(each.id) <= MOST_VALUE and _fits(each, query.lower())]
        options = [_option(each) for each in fitting[: MOST - 1]]
        if query.isascii() and 0 < len(query) <= MOST_VALUE and all(query != each.id for each in fitting):
            options.append(option(f"Use “{query}”", query))
        return {"options": options}

    async def _found(self, body: Json, person: Person) -> Sequence[Entry]:
        opened = self._forms.read(body["view"])
        allow(person, opened.module, opened.operation)
        name = body["block_id"].partition(".")[0].removesuffix("@")
        field = next((each for each in opened.operation.fields if each.name == name), None)
        if isinstance(field, f.Reference) and field.of == "connection":
            linked = await Desk(self._connecting, person).all()
            return [Entry(each.id, f"{each.name} ({each.key_hint})") for each in linked]
        if isinstance(field, f.Model | f.Reference):
            chosen = None if opened.connection == ADD_ONE else opened.connection
            return await self._listing.entries(person.workspace, chosen, field)
        return []


def _fits(entry: Entry, query: str) -> bool:
    return query in f"{entry.text} {entry.id} {entry.about}".lower()


def _option(entry: Entry) -> Json:
    """An option with the ID under it, where people read something else."""
    made = option(entry.text, entry.id)
    under = entry.about if entry.text == entry.id else " · ".join(filter(None, [entry.id, entry.about]))
    return made | ({"description": plain(under, 75)} if under else {})
