"""Carries out what a command or form asks for: as a conversation where it can be one, else as a run."""

from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.services.connecting import Connecting
from bot.services.conversations import Answer, Conversations, Place
from bot.services.runs import Ask, Runs
from bot.slack.failures import SlackFailure
from bot.slack.fetching import Fetching
from bot.slack.followups import asks_first, question
from bot.slack.letters import Postman
from bot.slack.places import Where
from bot.slack.remedies import remedy
from bot.slack.replies import Replies
from bot.slack.results import Results
from bot.slack.showing import Showing
from bot.slack.speaking import Speaker
from bot.slack.text import clip, for_mrkdwn

INVITE = "I am not in this channel, so this is for you alone. Use `/invite` here to let me answer in threads."
QUOTED = 2_500  # characters of a question that are repeated above its thread; a section takes 3,000
MEANT = "Is this meant?"


class Running:
    """From checked names to something that people see."""

    def __init__(
        self,
        runs: Runs,
        connecting: Connecting,
        conversations: Conversations,
        speaker: Speaker,
        results: Results,
        showing: Showing,
        fetching: Fetching,
        replies: Replies,
        postman: Postman,
    ) -> None:
        self._runs = runs
        self._connecting = connecting
        self._conversations = conversations
        self._speaker = speaker
        self._results = results
        self._showing = showing
        self._fetching = fetching
        self._replies = replies
        self._postman = postman

    async def carry_out(self, where: Where, ask: Ask, *, meant: bool = False) -> None:
        """Do it and show what came of it; failures are shown too. `meant`: the person was asked already."""
        ask = replace(ask, key=ask.key or where.key, again=where.again)
        try:
            raw = await self._fetching.files(ask.operation, ask.raw, where.workspace)
            ask = replace(ask, raw=raw)
            values = await self._runs.values(ask)
            if asks_first(ask.operation, values) and not meant:
                await self.ask_first(where, ask, values)
                return
            if (
                ask.operation.opening
                and ask.operation.converses(values)
                and where.channel
                and not ask.private
            ):
                if await self._converse(where, ask, values):
                    return
                where = replace(where, channel=None)
            await self._run(where, ask, values)
        except BotError as wrong:
            await self._runs.records.refuse(ask, wrong)
            await self._results.fail(where, wrong, remedy(wrong, ask.person, ask))

    async def ask_first(self, where: Where, ask: Ask, values: dict[str, Any]) -> None:
        """Ask whether what cannot be undone is meant."""
        run = await self._runs.records.ask(ask, values)
        blocks = question(run, ask.operation, values)
        await self._results.say(where, MEANT, blocks, private=True, part="meant")

    async def _run(self, where: Where, ask: Ask, values: dict[str, Any]) -> None:
        preview = self._showing.preview(where, private=ask.alone or where.channel is None)
        if ask.again:
            await preview.clear()
        try:
            work = self._runs.carry_out(ask, values, preview.show)
            outcome = await self._results.watched(where, work)
            if ask.operation.opening and where.channel is None:
                result = replace(outcome.result, notes=(*outcome.result.notes, INVITE))
                outcome = replace(outcome, result=result)
            await self._showing.show(where, ask, values, outcome)
        finally:
            await preview.end()

    async def _converse(self, where: Where, ask: Ask, values: dict[str, Any]) -> bool:
        """Open a thread with the question and answer in it; False where the bot may not post there."""
        if ask.operation.opening is None or where.channel is None:
            return False
        opening = ask.operation.opening(values)
        await self._connecting.line(where.workspace, ask.connection)
        question = next((text for role, text in reversed(opening.turns) if role == "user"), "")
        try:
            posted = await self._postman.post(
                where.workspace, f"{where.key}:root", where.channel, where.thread_ts,
                asked(where.user, question), user=where.user,
            )  # fmt: skip
        except SlackFailure as wrong:
            if wrong.kind == "permanent":
                return False
            raise
        place = Place(where.workspace, where.channel, where.thread_ts or posted)
        answer = await self._conversations.open(place, ask.person, opening, ask.connection, posted)
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
