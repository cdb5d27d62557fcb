"""A form is sent: checked while Slack waits, kept, and answered on its fields or with what came of it."""

import asyncio
from typing import Any

from bot import fields as f
from bot.checking import check
from bot.errors import BotError, Invalid, Unavailable
from bot.services.inbox import Inbox
from bot.services.people import Person
from bot.slack import arrivals, forms
from bot.slack.blocks import error_text
from bot.slack.clock import Clock
from bot.slack.connections import ADD_ONE, CONNECTION, connection_block
from bot.slack.filling import Forms, Open
from bot.slack.material import problem
from bot.slack.modals import Modals
from bot.slack.outcomes import WORKING, failed, message
from bot.slack.people import People

Body = dict[str, Any]
Json = dict[str, Any]
#: Slack waits three seconds; the rest is for the way.
WAIT_FOR_RESULT = 2.2
#: Seconds until Slack has done what an acknowledgement says: a view that is changed sooner is changed back.
SETTLED = 0.7
STALE = "This form is out of date. Close it and open it again."
CHOOSE = "Choose a connection. The new one can be chosen when it was added."
CLOSE = "You can close this: what comes of it is sent to you."
MOST = 2000  # characters of an error on a field


class Submissions:
    """Answers a sent form within Slack's three seconds; the work itself is the inbox's."""

    def __init__(self, made: Forms, modals: Modals, people: People, inbox: Inbox, clock: Clock) -> None:
        self._forms = made
        self._modals = modals
        self._people = people
        self._inbox = inbox
        self._clock = clock
        #: Forms whose sender waits for the acknowledgement, by view id.
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        #: When forms were acknowledged whose work went on, by view id.
        self._acknowledged: dict[str, float] = {}

    async def submitted(self, body: Body, workspace: str) -> Json | None:
        """A form was sent: errors land on their fields; else it is kept, and shows what came of it."""
        view = body["view"]
        user = body["user"]["id"]
        person = await self._people.person(workspace, user, fresh=True)
        try:
            opened = self._forms.read(view)
        except (BotError, KeyError, ValueError):
            return {"response_action": "update", "view": message(STALE)}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[view["id"]] = waiting
        try:
            await self._people.grants.allow(person, opened.module, opened.operation)
            if (values := _checked(opened)) is not None:
                await self._people.grants.allow(person, opened.module, opened.operation, values)
            await self._inbox.keep(arrivals.submission(body, workspace))
            async with asyncio.timeout(WAIT_FOR_RESULT):
                return await waiting
        except TimeoutError:
            self._acknowledged[view["id"]] = self._clock.now()
            told = f"{WORKING} {CLOSE}" if opened.operation.spends else WORKING
            return {"response_action": "update", "view": message(told)}
        except BotError as wrong:
            return await self.refusal(person, view, wrong)
        finally:
            if self._waiting.get(view["id"]) is waiting:
                del self._waiting[view["id"]]

    def resolve(self, view: Json, answer: Json) -> bool:
        """Give a waiting sender the acknowledgement; False when nobody waits (any more)."""
        waiting = self._waiting.get(view["id"])
        if waiting is None or waiting.done():
            return False
        waiting.set_result(answer)
        return True

    async def settled(self, view: Json) -> None:
        """Wait until Slack shows what the acknowledgement said."""
        at = self._acknowledged.pop(view["id"], None)
        if at is not None and (left := at + SETTLED - self._clock.now()) > 0:
            await self._clock.sleep(left)

    async def refusal(self, person: Person, view: Json, wrong: BotError) -> Json:
        """Errors on their fields; one of no field stands on the first, or above a form that has none."""
        blocks = [each["block_id"] for each in view["blocks"] if each["type"] == "input"]
        if not blocks or isinstance(wrong, Unavailable):
            return {"response_action": "update", "view": await self.filled(person, view, wrong)}
        opened = self._forms.read(view)
        errors: dict[str, str] = {}
        problems = (
            wrong.problems if isinstance(wrong, Invalid) and wrong.problems else {"": error_text(wrong)}
        )
        for place, text in problems.items():
            block = forms.block_of(opened.operation, opened.form, place)
            block = connection_block(opened.form) if place == CONNECTION else block
            block = block if block in blocks else blocks[0]
            errors[block] = f"{errors[block]} {text}" if block in errors else text
        return {
            "response_action": "errors",
            "errors": {block: text[:MOST] for block, text in errors.items()},
        }

    async def filled(self, person: Person, view: Json, wrong: BotError) -> Json:
        """The form with all that stood in it and what is wrong above it; where it cannot be, that alone."""
        try:
            return await self._modals.again(person, view, wrong.text)
        except BotError:
            return failed(wrong)


def _checked(opened: Open) -> dict[str, Any] | None:
    """The values; None where files are to be fetched first. Raises Invalid for what can be seen now."""
    values, problems = dict(opened.values), dict[str, str]()
    if opened.connection == ADD_ONE:
        problems[CONNECTION] = CHOOSE
    attached = set()
    for each in opened.operation.fields:
        if isinstance(each, f.Files) and (files := values.pop(each.name, None)):
            attached.add(each.name)
            wrong = [text for file in files if (text := problem(each, file))]
            if len(files) > each.most:
                wrong.append(f"{len(files)} files are too many; at most {each.most} are allowed.")
            if wrong:
                problems[each.name] = f"{each.title}: {' '.join(wrong)}"
    checked: dict[str, Any] | None = None
    try:
        checked = check(opened.operation, values)
    except Invalid as wrong_:
        problems |= {name: text for name, text in wrong_.problems.items() if name not in attached}
    if problems:
        raise Invalid("\n".join(problems.values()), problems=problems)
    return None if attached else checked
