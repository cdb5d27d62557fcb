"""Tells the stories of followed jobs in Slack: the card's message, the end's picture, what is edited."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Literal

from bot import charts
from bot.errors import BotError, Invalid
from bot.logs import log
from bot.services.stories import Body, Card, Chapter, Ending
from bot.slack import cards
from bot.slack.caller import Slack
from bot.slack.clock import Clock
from bot.slack.failures import POWERLESS, SlackFailure
from bot.slack.installations import Installations
from bot.slack.letters import Postman
from bot.slack.replies import GONE
from bot.store import Watch

#: Seconds that a card's message is waited for; and the most in line for an edit: the next one holds more, and
#: looks at other jobs do not wait behind it.
PATIENCE, IN_LINE = 5.0, 0.5
#: Slack looks at a picture before it can stand in a message; its users report about a second.
LOOKS, PAUSE = 12, 0.5
UPDATE = "chat.update"
#: What Slack says of a message, or its place, that is not there for the bot any more.
LEFT = {*GONE, "message_not_found", "cant_update_message", "edit_window_closed"}


class Telling:
    """Implements `bot.services.stories.Teller`."""

    def __init__(self, slack: Slack, installations: Installations, postman: Postman, clock: Clock) -> None:
        self._slack = slack
        self._installations = installations
        self._postman = postman
        self._clock = clock

    def card(self, watch: Watch, card: Card) -> Body:
        """The card as a message."""
        return cards.card(watch.id, card)

    async def begin(self, watch: Watch, key: str, body: Body) -> None:
        """Have the card's message created at once. Raises Invalid where the channel does not take it."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._postman.post(watch.workspace, key, watch.channel, watch.thread_ts, body)
        except TimeoutError:
            log("telling.later", workspace=watch.workspace)
        except SlackFailure as wrong:
            if wrong.kind == "permanent":
                why = GONE.get(wrong.error, wrong.error)
                text = f"I cannot post here ({why}). Use `/invite` to let me in, then follow it again."
                raise Invalid(text) from None
            log("telling.later", workspace=watch.workspace, error_code=wrong.error)

    async def told(self, watch: Watch, card: Card, chapter: Chapter) -> Sequence[Body]:
        """The messages of a chapter. Raises BotError where Slack takes no picture just now."""
        said = [cards.told(chapter.lines, chapter.skipped)] if chapter.lines else []
        if (end := chapter.ending) is not None:
            picture, alt = await self._curve(watch, card, end)
            said.append(cards.ending(watch.id, watch.by, watch.job, end, picture, alt))
        return said

    async def edit(self, watch: Watch, body: Body) -> Literal["done", "later", "gone"]:
        """Make the card's message show this body."""
        if self._slack.rates.ready(UPDATE, watch.workspace, watch.channel) > IN_LINE:
            return "later"
        try:
            async with asyncio.timeout(PATIENCE):
                token = self._installations.token(watch.workspace)
                await self._slack.call(
                    UPDATE, token, workspace=watch.workspace, channel=watch.channel, ts=watch.card_ts, **body
                )
        except (TimeoutError, KeyError):  # a KeyError: the workspace is being left
            return "later"
        except SlackFailure as wrong:
            if wrong.error in LEFT:
                return "gone"
            if wrong.kind != "permanent" or wrong.error in POWERLESS:
                return "later"
            log("telling.refused", level=logging.ERROR, workspace=watch.workspace, error_code=wrong.error)
        return "done"

    async def _curve(self, watch: Watch, card: Card, end: Ending) -> tuple[str | None, str]:
        """The loss curve's file in Slack, where there is one and Slack can show it; and what it shows."""
        train = [(each.step, each.train) for each in end.losses if each.train is not None]
        valid = [(each.step, each.valid) for each in end.losses if each.valid is not None]
        if not train and not valid:
            return None, ""
        alt = charts.described(train, valid)
        drawn = await asyncio.to_thread(charts.loss_curve, f"Loss of {end.model or card.job}", train, valid)
        try:
            token = self._installations.token(watch.workspace)
            given = [(f"loss-{watch.job}.png", drawn, alt)]
            told = await self._slack.upload(token, watch.workspace, None, None, given)
            return await self._ready(watch.workspace, token, str(told[0]["id"])), alt
        except SlackFailure as wrong:
            log("telling.no_picture", workspace=watch.workspace, error_code=wrong.error)
            if wrong.kind == "permanent":  # then its words stand for it
                return None, alt
            raise BotError("Slack does not take the picture of the loss just now.") from None

    async def _ready(self, workspace: str, token: str, file: str) -> str | None:
        """The file as soon as it can stand in a message; a message with it is refused before, for good."""
        for _ in range(LOOKS):
            told = await self._slack.call("files.info", token, workspace=workspace, file=file)
            if told["file"].get("mimetype"):
                return file
            await self._clock.sleep(PAUSE)
        return None
