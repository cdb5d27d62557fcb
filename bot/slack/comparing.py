"""The same question to a tuned model and its base, side by side, blind until somebody has voted."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.module import Text, Values
from bot.services.inbox import Inbox
from bot.services.people import Person, allow, allow_entry
from bot.services.runs import Ask, Outcome, Runs
from bot.services.stories import Card
from bot.slack import arrivals, ids
from bot.slack.blocks import actions, button
from bot.slack.caller import Slack
from bot.slack.elements import ACTION, plain
from bot.slack.installations import Installations
from bot.slack.jobs import CHAT, JobButtons, made
from bot.slack.letters import Postman
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.places import Where
from bot.slack.results import Results
from bot.slack.sending import Sending
from bot.slack.submitting import Submissions
from bot.slack.text import clip, close_bidi, for_markdown, for_mrkdwn
from bot.slack.views import Views

Body = dict[str, Any]
#: The name of its form, and the field in it; characters of a question (an input takes 3,000).
VIEW, PROMPT, LONGEST = "job.compare", "prompt", 3000
#: Characters of an answer beside the other; of one over the other, as a message takes 12,000.
BESIDE, OVER = 1900, 5500
QUOTED = 1000
CHOICES = {"a": "A is better", "b": "B is better", "same": "Equally good"}
SAID = {"a": "A is better", "b": "B is better", "same": "both are equally good"}
EXPLAINED = (
    "Both models get this question. Their answers come as A and B into the thread, "
    "and which is which is shown once somebody has voted."
)


class Comparing:
    """Compares models. What was sent from forms that are not its own goes on to those who know them.

    salt: decides, with the comparison's id, which answer is A; nobody can tell without it.
    """

    def __init__(
        self, slack: Slack, installations: Installations, buttons: JobButtons, modals: Modals, views: Views,
        people: People, runs: Runs, results: Results, postman: Postman, inbox: Inbox, salt: bytes,
        submissions: Submissions, sending: Sending,
    ) -> None:  # fmt: skip
        self._slack = slack
        self._installations = installations
        self._buttons = buttons
        self._modals = modals
        self._views = views
        self._people = people
        self._runs = runs
        self._results = results
        self._postman = postman
        self._inbox = inbox
        self._salt = salt
        self._submissions = submissions
        self._sending = sending

    async def pressed(self, pressed: Body, body: Body, where: Where, person: Person) -> None:
        """Compare, or a vote. Raises BotError."""
        watch, comparison, choice = (*str(pressed.get("value")).split("/"), "", "")[:3]
        _, card = await self._buttons.named(where.workspace, watch, where.channel)
        if pressed["action_id"] == ids.JOB_COMPARE:
            allow(person, *self._modals.named(*CHAT))
            await self._views.open(where, form(watch, made(card)))
            return
        allow_entry(person)
        message = body.get("message") or {}
        if choice in SAID and message.get("ts"):
            first = self._first(comparison, made(card))
            await self._slack.call(
                "chat.update", self._installations.token(where.workspace), workspace=where.workspace,
                channel=where.channel, ts=message["ts"], text=message.get("text"),
                blocks=revealed(message.get("blocks") or [], person.id, choice, first),
            )  # fmt: skip

    async def submitted(self, body: Body, workspace: str) -> Body | None:
        """A form was sent: it is kept, and closes."""
        if body["view"].get("callback_id") != VIEW:
            return await self._submissions.submitted(body, workspace)
        try:
            await self._inbox.keep(arrivals.submission(body, workspace))
        except BotError as wrong:
            return {"response_action": "errors", "errors": {PROMPT: wrong.text}}
        return {"response_action": "clear"}

    async def handle(self, body: Body, where: Where) -> None:
        """Ask both models, and show their answers. Failures are shown too."""
        view = body["view"]
        if view.get("callback_id") != VIEW:
            await self._sending.handle(body, where)
            return
        try:
            watch, card = await self._buttons.named(where.workspace, view["private_metadata"], None)
            where = replace(where, channel=watch.channel, thread_ts=watch.thread_ts or watch.card_ts)
            person = await self._people.person(where.workspace, where.user, fresh=True)
            prompt = str(view["state"]["values"][PROMPT][ACTION]["value"] or "")
            models = self._first(where.key, made(card))
            asks = [self._ask(where, person, watch.connection, model, prompt) for model in models]
            checked = [(ask, await self._runs.values(ask)) for ask in asks]
            both = await self._results.watched(where, self._both(checked))
        except BotError as wrong:
            await self._results.fail(where, wrong)
            return
        shown = side_by_side(f"{watch.id}/{where.key}", where.user, prompt, *map(_text, both))
        await self._postman.post(
            where.workspace, f"{where.key}:compared", watch.channel, where.thread_ts, shown, user=where.user
        )

    async def _both(self, asks: Sequence[tuple[Ask, Values]]) -> list[Outcome]:
        """Both answers; one that fails lets the other come to its end, which may be paid for, first."""
        done = await asyncio.gather(
            *(self._runs.carry_out(ask, values) for ask, values in asks), return_exceptions=True
        )
        for each in done:
            if isinstance(each, BaseException):
                raise each
        return [each for each in done if isinstance(each, Outcome)]

    def _ask(self, where: Where, person: Person, connection: str, model: str, prompt: str) -> Ask:
        module, operation = self._modals.named(*CHAT)
        raw = {"model": model, "messages": [{"role": "user", "content": prompt}]}
        which = hashlib.sha256(model.encode()).hexdigest()[:8]
        return Ask(
            person=person, module=module, operation=operation, raw=raw, surface="form", connection=connection,
            channel=where.channel, thread_ts=where.thread_ts, key=f"{where.key}-{which}", again=where.again,
            private=True,
        )  # fmt: skip

    def _first(self, comparison: str, card: Card) -> tuple[str, str]:
        """The models behind A and B."""
        models = card.base_model, card.result_model or ""
        odd = hmac.new(self._salt, f"compare/{comparison}".encode(), hashlib.sha256).digest()[0] % 2
        return models[::-1] if odd else models


def form(watch: str, card: Card) -> Body:
    """Asks for the question."""
    names = " · ".join(f"`{for_mrkdwn(each)}`" for each in (card.base_model, card.result_model or ""))
    field = {"type": "plain_text_input", "action_id": ACTION, "multiline": True, "max_length": LONGEST}
    return {
        "type": "modal", "callback_id": VIEW, "private_metadata": watch, "title": plain("Compare", 24),
        "submit": plain("Ask both", 24), "close": plain("Close", 24),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"{EXPLAINED}\n{names}"}},
            {"type": "input", "block_id": PROMPT, "label": plain("Question", 75), "element": field},
        ],
    }  # fmt: skip


def side_by_side(value: str, user: str, prompt: str, a: str, b: str) -> Body:
    """Two answers and the vote on them; `value` is what the buttons name."""
    quoted = "\n".join("> " + line for line in for_mrkdwn(clip(prompt, QUOTED)).splitlines())
    blocks: list[Body] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<@{user}> asks two models:\n{quoted}"}}
    ]
    shown = [(name, text.strip() or "–") for name, text in (("A", a), ("B", b))]
    beside = [f"*{name}*\n{for_mrkdwn(text)}" for name, text in shown]
    if all(len(each) <= BESIDE for each in beside):
        blocks.append({"type": "section", "fields": [{"type": "mrkdwn", "text": each} for each in beside]})
    else:
        for name, text in shown:
            whole = clip(for_markdown(text), OVER)
            blocks.append({"type": "markdown", "text": f"**{name}**\n\n{whole}{close_bidi(whole)}"})
    votes = [button(title, f"{ids.JOB_VOTE}:{name}", f"{value}/{name}") for name, title in CHOICES.items()]
    return {
        "text": f"<@{user}> asks two models. Which answer is better?",
        "blocks": [*blocks, actions(*votes)],
    }


def revealed(blocks: list[Body], user: str, choice: str, models: tuple[str, str]) -> list[Body]:
    """The comparison with what was said of it and who is who, in place of the vote."""
    a, b = (f"`{for_mrkdwn(each)}`" for each in models)
    text = f"<@{user}> says {SAID[choice]}. A is {a}, B is {b}."
    kept = [each for each in blocks if each.get("type") != "actions"]
    return [*kept, {"type": "section", "text": {"type": "mrkdwn", "text": text}}]


def _text(outcome: Outcome) -> str:
    return "\n\n".join(
        each.markdown for each in outcome.result.parts if isinstance(each, Text) and not each.aside
    )
