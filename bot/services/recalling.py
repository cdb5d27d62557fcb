"""Requests that were kept, looked at again: what stood in a form or message when somebody acted on it."""

from collections.abc import Mapping
from typing import Any

from bot.errors import NotFound
from bot.services.people import Person
from bot.store import Store


class Recalling:
    """Finds a kept request by its id, for the person whose request it was; bodies are kept for a day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def body(self, person: Person, item: str) -> Mapping[str, Any]:
        """What Slack sent then. Raises NotFound where it is not there, or was somebody else's."""
        async with self._store.read() as unit:
            found = await unit.inbox.get(person.workspace, item)
        if found is None or (found.body.get("user") or {}).get("id") != person.id:
            raise NotFound("This is out of date. Close it and begin again.")
        return found.body
