"""What people think of answers: kept for the admins, who choose the models."""

from bot.errors import NotFound
from bot.services.conversations import Place
from bot.services.people import Person, allow_entry
from bot.store import Store
from bot.store.verdicts import Verdict


class Verdicts:
    """Keeps verdicts on the answers of a workspace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def give(self, person: Person, place: Place, turn: str, verdict: Verdict) -> None:
        """Keep what a person thinks of an answer of this place. Raises NotFound, and Forbidden for guests."""
        allow_entry(person)
        async with self._store.begin() as unit:
            conversation = await unit.conversations.find(place.workspace, place.channel, place.thread_ts)
            found = await unit.turns.get(place.workspace, turn)
            if conversation is None or found is None or found.conversation != conversation.id:
                raise NotFound("This answer is not known any more, so nothing was noted.")
            await unit.verdicts.give(place.workspace, turn, person.id, verdict, found.model)
