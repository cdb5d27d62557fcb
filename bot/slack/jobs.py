"""The buttons of followed jobs: what they name is looked up again, and asked for as anybody would ask."""

from dataclasses import replace
from typing import Any

from bot.errors import NotFound
from bot.services import reading
from bot.services.conversations import Conversations, Place
from bot.services.people import Person
from bot.services.runs import Ask
from bot.services.stories import Card
from bot.slack import ids
from bot.slack.modals import Modals
from bot.slack.places import Where
from bot.slack.running import Running
from bot.store import Store, Watch

Body = dict[str, Any]
LOST = "This job is not known here any more. `/openai finetune list` shows the jobs."
UNMADE = "This job has made no model."
MODULE = "finetune"
#: The operation that a button asks for.
OPERATIONS = {
    ids.JOB_PAUSE: "pause",
    ids.JOB_RESUME: "resume",
    ids.JOB_CANCEL: "cancel",
    ids.JOB_CHECKPOINTS: "checkpoints",
    ids.JOB_UNFOLLOW: "unfollow",
}
CHAT = ("chat", "create")


class JobButtons:
    """What the buttons under a card and its story do."""

    def __init__(self, store: Store, modals: Modals, running: Running, conversations: Conversations) -> None:
        self._store = store
        self._modals = modals
        self._running = running
        self._conversations = conversations

    async def handle(self, pressed: Body, where: Where, person: Person) -> None:
        """One click. Raises BotError."""
        watch, card = await self.named(where.workspace, str(pressed.get("value")), where.channel)
        if pressed["action_id"] == ids.JOB_TRY:
            await self._try(watch, made(card), where)
            return
        module, operation = self._modals.named(MODULE, OPERATIONS[pressed["action_id"]])
        ask = Ask(
            person=person, module=module, operation=operation, raw={"job": watch.job}, surface="button",
            connection=watch.connection, channel=where.channel, thread_ts=where.thread_ts,
        )  # fmt: skip
        await self._running.carry_out(where, ask)
        async with self._store.begin() as unit:  # the card shows what came of it
            await unit.watches.due_now(watch.workspace, watch.connection, watch.job, where.key)

    async def named(self, workspace: str, watch: str, channel: str | None) -> tuple[Watch, Card | None]:
        """What a button names, if it is of this workspace and channel. Raises NotFound."""
        async with self._store.read() as unit:
            found = await unit.watches.get(workspace, watch)
        if found is None or channel not in {None, found.channel}:
            raise NotFound(LOST)
        return found, reading.opened(found.last)

    async def _try(self, watch: Watch, card: Card, where: Where) -> None:
        """Ask for the first question: the new model answers it, and what follows, in a conversation."""
        thread = watch.thread_ts or watch.card_ts
        if thread and await self._conversations.known(Place(watch.workspace, watch.channel, thread)):
            thread = None  # another model talks there already
        module, operation = self._modals.named(*CHAT)
        place = replace(where, channel=watch.channel, thread_ts=thread)
        await self._modals.open(
            place, module, operation, {"model": card.result_model}, connection=watch.connection
        )


def made(card: Card | None) -> Card:
    """The card of a job that has made a model. Raises NotFound."""
    if card is None or not card.result_model:
        raise NotFound(UNMADE)
    return card
