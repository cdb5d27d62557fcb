"""Puts the messages of a story on their way, and keeps its card as the job is."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from bot.errors import NotFound
from bot.services import reading
from bot.services.stories import Body, Card, Chapter, Teller
from bot.store import Store, Unit, Watch


class Stage:
    """Where stories are told: each message is created once, and the card is edited in place."""

    def __init__(self, store: Store, teller: Teller) -> None:
        self._store = store
        self._teller = teller

    async def put_card(self, unit: Unit, watch: Watch, card: Card) -> str:
        """Have the card's message created, once; its ts when it is there, "" until then.

        Raises NotFound where the channel does not take it.
        """
        letter = await unit.outbox.put(
            watch.workspace, dedupe_key=_key(watch, "card"), stream=watch.stream,
            channel=watch.channel, thread_ts=watch.thread_ts, body=self._teller.card(watch, card),
        )  # fmt: skip
        if letter.state in {"dead", "unknown"}:
            raise NotFound("The channel does not take messages of this bot.")
        return letter.ts or ""

    async def begin(self, watch: Watch, card: Card) -> None:
        """Have the card's message created at once. Raises Invalid where the channel does not take it."""
        await self._teller.begin(watch, _key(watch, "card"), self._teller.card(watch, card))

    async def written(
        self, watch: Watch, card: Card, chapters: Sequence[tuple[str, Chapter]]
    ) -> list[tuple[str, Body]]:
        """The messages of chapters, each under a key of its own. Raises BotError."""
        return [
            (f"{key}:{number}" if number else key, body)
            for key, chapter in chapters
            for number, body in enumerate(await self._teller.told(watch, card, chapter))
        ]

    async def put(self, unit: Unit, watch: Watch, letters: Sequence[tuple[str, Body]]) -> None:
        """Have messages created in the story's thread, in their order."""
        for key, body in letters:
            await unit.outbox.put(
                watch.workspace, dedupe_key=_key(watch, key), stream=watch.stream,
                channel=watch.channel, thread_ts=watch.thread_ts or watch.card_ts, body=body,
            )  # fmt: skip

    async def show(self, watch: Watch, card: Card) -> tuple[str, dict[str, Any]]:
        """Let the card's message show this, unless it does; how that went, and what to keep of it."""
        body = self._teller.card(watch, card)
        digest = hashlib.sha256(orjson.dumps(body)).hexdigest()[:16]
        if digest == watch.shown:
            return "done", {}
        shown = await self._teller.edit(watch, body)
        return shown, {"shown": digest} if shown == "done" else {}

    async def let_go(self, watch: Watch) -> None:
        """Show on the card that nobody follows it any more, if that can be done now."""
        card = reading.opened(watch.last)
        if card and watch.card_ts:
            await self.show(watch, replace(card, followed=False))


def _key(watch: Watch, what: str) -> str:
    return f"ft:{watch.workspace}:{watch.id}:{what}"
