"""A form that was sent: its files are fetched, the operation runs, and what came of it is shown."""

from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.module import Values
from bot.services.people import Person
from bot.services.records import Outcome
from bot.services.runs import Ask, Runs
from bot.slack.fetching import Fetching
from bot.slack.filling import Forms, Open
from bot.slack.followups import asks_first, question
from bot.slack.modals import Modals
from bot.slack.outcomes import WORKING, message, notice, outcome
from bot.slack.people import People
from bot.slack.places import Where
from bot.slack.results import Results
from bot.slack.running import Running
from bot.slack.showing import Showing
from bot.slack.submitting import CLOSE, Submissions
from bot.slack.views import Views

Body = dict[str, Any]
ADDED = "The connection is added. Close this to go on with your form."
SENT = "sent to you in our direct messages"


class Sending:
    """Works on sent forms."""

    def __init__(
        self,
        made: Forms,
        views: Views,
        fetching: Fetching,
        people: People,
        modals: Modals,
        submissions: Submissions,
        runs: Runs,
        running: Running,
        showing: Showing,
        results: Results,
    ) -> None:
        self._forms = made
        self._views = views
        self._fetching = fetching
        self._people = people
        self._modals = modals
        self._submissions = submissions
        self._runs = runs
        self._running = running
        self._showing = showing
        self._results = results

    async def handle(self, body: Body, where: Where) -> None:
        """One sent form, checked before it was kept; it stays open until it is known that it can be done."""
        view = body["view"]
        opened = self._forms.read(view)
        where = replace(where, channel=opened.form.channel, thread_ts=opened.form.thread_ts)
        person = await self._people.person(where.workspace, where.user, fresh=True)
        try:
            raw = await self._fetching.files(opened.operation, opened.values, where.workspace)
            ask = _ask(person, opened, raw, where)
            values = await self._runs.values(ask)
            if asks_first(ask.operation, values):
                run = await self._runs.records.ask(ask, values)
                blocks = question(run, ask.operation, values)
                await self._say(view, where, notice(blocks, ask.operation.title))
                return
            if not ask.operation.spends:
                done = await self._runs.carry_out(ask, values)
        except BotError as wrong:
            await self._fail(view, where, person, wrong)
            return
        if not ask.operation.spends:
            await self._show(view, where, opened, ask, values, done)
            return
        if not self._submissions.resolve(view, {"response_action": "clear"}):
            await self._replaced(view, where, message(f"{WORKING} {CLOSE}"))
        await self._running.carry_out(where, ask)

    async def _show(
        self, view: Body, where: Where, opened: Open, ask: Ask, values: Values, done: Outcome
    ) -> None:
        if opened.form.below is not None and await self._modals.back(ask.person, opened.form, values):
            if not self._submissions.resolve(view, {}):
                await self._replaced(view, where, message(ADDED))
            return
        under = self._showing.row(ask, values, done, private=True)
        shown, whole = outcome(done.result, ask.operation.title, SENT, under)
        if not (await self._say(view, where, shown) and whole):
            await self._showing.show(replace(where, channel=None, thread_ts=None), ask, values, done)

    async def _say(self, view: Body, where: Where, shown: Body) -> bool:
        """Show something in the form's place; False where it was closed."""
        if self._submissions.resolve(view, {"response_action": "update", "view": shown}):
            return True
        return await self._replaced(view, where, shown)

    async def _fail(self, view: Body, where: Where, person: Person, wrong: BotError) -> None:
        """An error: on the form while its sender waits, else on the form drawn anew, else privately."""
        if self._submissions.resolve(view, await self._submissions.refusal(person, view, wrong)):
            return
        fresh = await self._submissions.filled(person, view, wrong)
        if not await self._replaced(view, where, fresh):
            await self._results.fail(where, wrong)

    async def _replaced(self, view: Body, where: Where, shown: Body) -> bool:
        await self._submissions.settled(view)
        return await self._views.replace(where.workspace, view["id"], shown)


def _ask(person: Person, opened: Open, raw: Body, where: Where) -> Ask:
    return Ask(
        person=person, module=opened.module, operation=opened.operation, raw=raw, surface="form",
        connection=opened.connection, channel=where.channel, thread_ts=where.thread_ts, key=where.key,
        again=where.again, private=opened.form.alone,
    )  # fmt: skip
