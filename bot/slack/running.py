"""Carries out what a command or form asks for: as a conversation where it can be one, else as a run."""

from dataclasses import replace
from typing import Any

from bot.errors import BotError, Interrupted
from bot.services.connecting import Connecting
from bot.services.conversations import Answer, Conversations, Place
from bot.services.runs import Ask, Runs
from bot.slack.failures import SlackFailure
from bot.slack.letters import Postman
from bot.slack.places import Where
from bot.slack.remedies import remedy
from bot.slack.replies import Replies
from bot.slack.results import Results
from bot.slack.speaking import Speaker
from bot.slack.text import clip, for_mrkdwn

INVITE = "I am not in this channel, so this is for you alone. Use `/invite` here to let me answer in threads."
QUOTED = 2_500  # characters of a question that are repeated above its thread; a section takes 3,000


class Running:
    """From checked names to something that people see."""

    def __init__(
        self,
        runs: Runs,
        connecting: Connecting,
        conversations: Conversations,
        speaker: Speaker,
        results: Results,
        replies: Replies,
        postman: Postman,
    ) -> None:
        self._runs = runs
        self._connecting = connecting
        self._conversations = conversations
        self._speaker = speaker
        self._results = results
        self._replies = replies
        self._postman = postman

    async def carry_out(self, where: Where, ask: Ask) -> None:
        """Do it and show what came of it; failures are shown too."""
        try:
            if where.again and ask.operation.spends and not ask.operation.opening:
                raise Interrupted(
                    "This was interrupted, and it may have cost money, so it is not repeated on its own."
                )
            values = await self._runs.values(ask)
            if ask.operation.opening and ask.operation.converses(values) and where.channel:
                if await self._converse(where, ask, values):
                    return
                where = replace(where, channel=None)
            outcome = await self._results.watched(where, self._runs.carry_out(ask, values))
            result = outcome.result
            if ask.operation.opening and where.channel is None:
                result = replace(result, notes=(*result.notes, INVITE))
            await self._results.show(where, result, private=ask.operation.private or where.channel is None)
        except BotError as wrong:
            await self._results.fail(where, wrong, remedy(wrong, ask.person, ask))

    async def _converse(self, where: Where, ask: Ask, values: dict[str, Any]) -> bool:
        """Open a thread with the question and answer in it; False where the bot may not post there."""
        if ask.operation.opening is None or where.channel is None:
            return False
        opening = ask.operation.opening(values)
        await self._connecting.line(where.workspace, ask.connection)
        question = next((text for role, text in reversed(opening.turns) if role == "user"), "")
        try:
            root = where.thread_ts or await self._postman.post(
                where.workspace, f"{where.key}:root", where.channel, None, asked(where.user, question)
            )
        except SlackFailure as wrong:
            if wrong.kind == "permanent":
                return False
            raise
        place = Place(where.workspace, where.channel, root)
        answer = await self._conversations.open(place, ask.person, opening, ask.connection)
        await self._speak(answer)
        return True

    async def _speak(self, answer: Answer) -> None:
        if answer.fresh:
            await self._speaker.speak(answer)
        else:
            await self._replies.repair(answer)


def asked(user: str, question: str) -> dict[str, Any]:
    """The message above a thread that a command or a form opened."""
    quoted = "\n".join("> " + line for line in for_mrkdwn(clip(question, QUOTED)).splitlines())
    text = f"<@{user}> asked:\n{quoted}"
    return {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
