"""What is done with a run again: repeated, changed, confirmed, posted, or used in another operation."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.errors import BotError, Forbidden, NotFound
from bot.services import kept
from bot.services.people import Person, allow
from bot.services.records import LOST, Records, ask_again, private
from bot.slack import ids
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.followups import handed_on
from bot.slack.material import filling
from bot.slack.modals import Modals
from bot.slack.outcomes import message
from bot.slack.places import Where
from bot.slack.running import Running
from bot.slack.showing import Showing
from bot.slack.views import Views
from bot.store import Run

Body = dict[str, Any]
THEIRS = (
    "The form holds what {user} typed, so only they can change it. “Run again” and “Use in…” are for all."
)
ON_IT = "{title}: on it. What comes of it is sent to you."
POSTED = "It is in the channel already."


class Reusing:
    """Follows up on runs; their ids in buttons are claims, looked up again for the person who pressed."""

    def __init__(
        self, slack: Slack, views: Views, modals: Modals, records: Records, running: Running, showing: Showing
    ) -> None:
        self._views = views
        self._slack = slack
        self._modals = modals
        self._records = records
        self._running = running
        self._showing = showing

    async def handle(self, pressed: Body, where: Where, person: Person) -> None:
        """One click on a button, or choice in a menu, under a result. Raises BotError."""
        value = (pressed.get("selected_option") or {}).get("value") or pressed.get("value") or ""
        name, _, target = str(value).partition("/")
        if pressed["action_id"] == ids.RUN_DROP:
            await self._tidied(where, "Nothing was done.")
            return
        run = await self._records.find(person, name, where.channel)
        match pressed["action_id"]:
            case ids.RUN_AGAIN:
                await self._again(run, where, person)
            case ids.RUN_CHANGE:
                await self._change(run, where, person)
            case ids.RUN_CONFIRM:
                await self._confirmed(run, where, person)
            case ids.RUN_POST:
                await self._post(run, where, person)
            case ids.RUN_USE:
                await self._use(run, target, where)

    async def _again(self, run: Run, where: Where, person: Person) -> None:
        module, operation = self._modals.named(run.module, run.operation)
        if where.view:
            await self._tidied(where, ON_IT.format(title=operation.title))
        place = replace(where, channel=where.channel or run.channel)
        ask = replace(ask_again(run, person, module, operation), channel=place.channel)
        await self._running.carry_out(place, replace(ask, thread_ts=place.thread_ts))

    async def _change(self, run: Run, where: Where, person: Person) -> None:
        if run.user != person.id:
            raise Forbidden(THEIRS.format(user=f"the one who asked (<@{run.user}>)"))
        module, operation = self._modals.named(run.module, run.operation)
        place = replace(where, channel=where.channel or run.channel)
        await self._modals.open(place, module, operation, run.values, connection=run.connection)

    async def _confirmed(self, run: Run, where: Where, person: Person) -> None:
        if run.user != person.id:
            raise NotFound(LOST)
        if run.state != "asked" and not where.again:
            return  # a second click
        module, operation = self._modals.named(run.module, run.operation)
        await self._tidied(where, ON_IT.format(title=operation.title))
        place = replace(where, channel=where.channel or run.channel)
        ask = replace(ask_again(run, person, module, operation), key=run.id, channel=place.channel)
        await self._running.carry_out(place, ask, meant=True)

    async def _post(self, run: Run, where: Where, person: Person) -> None:
        if run.user != person.id or run.state != "done" or run.channel is None:
            raise NotFound(LOST)
        if private(run) is False:
            raise BotError(POSTED)
        module, operation = self._modals.named(run.module, run.operation)
        allow(person, module, operation, run.values)
        await self._showing.publish(where, run, operation)
        if where.view:
            await self._tidied(where, f"It is in <#{run.channel}> now.")

    async def _use(self, run: Run, target: str, where: Where) -> None:
        if run.state != "done" or run.result is None:
            raise NotFound(LOST)
        module, operation = self._modals.named(*target.partition("/")[::2])
        given = handed_on(kept.opened(run.result))
        filled = filling(operation, given)
        place = replace(where, channel=where.channel or run.channel)
        await self._modals.open(place, module, operation, {**filled.values, **filled.files})

    async def _tidied(self, where: Where, text: str) -> None:
        """Put a line in place of a question that was answered, or of a result whose next one comes."""
        if where.view:
            await self._views.replace(where.workspace, where.view, message(text))
        elif where.response_url:
            with suppress(SlackFailure):  # the answer to the question counts, not what is left of it
                await self._slack.answer(where.response_url, {"replace_original": True, "text": text})
