"""A form is sent: checked while Slack waits, kept, and answered on its fields or with what came of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bot import fields as f
from bot.checking import check
from bot.errors import BotError, Invalid, Unavailable
from bot.module import Operation
from bot.services.inbox import Inbox
from bot.slack import arrivals, forms
from bot.slack.forms import Form
from bot.slack.modals import Modals
from bot.slack.people import People

Body = dict[str, Any]
Json = dict[str, Any]
#: Slack waits three seconds; the rest is for the way.
WAIT_FOR_RESULT = 2.2
STALE = "This form is out of date. Close it and open it again."


class Submissions:
    """Answers a sent form within Slack's three seconds; the work itself is the inbox's."""

    def __init__(self, modals: Modals, people: People, inbox: Inbox) -> None:
        self._modals = modals
        self._people = people
        self._inbox = inbox
        #: Forms whose sender waits for the acknowledgement, by view id.
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    async def submitted(self, body: Body, workspace: str) -> Json | None:
        """A form was sent: errors land on their fields; else it is kept, and shows what came of it."""
        view = body["view"]
        try:
            form, operation, module = self._modals.read(view)
            user = body["user"]["id"]
            await self._people.allowed(workspace, user, module, operation)
            values = self._checked(operation, form, view)
            if values is not None:
                await self._people.allowed(workspace, user, module, operation, values)
        except Invalid as wrong:
            return self.refusal(view, wrong)
        except (BotError, KeyError, ValueError) as wrong:
            text = wrong.text if isinstance(wrong, BotError) else STALE
            return {"response_action": "update", "view": message(text)}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        if not operation.spends:
            self._waiting[view["id"]] = waiting
        try:
            await self._inbox.keep(arrivals.submission(body, workspace))
            if operation.spends:
                return {"response_action": "clear"}
            async with asyncio.timeout(WAIT_FOR_RESULT):
                return await waiting
        except TimeoutError:
            return {"response_action": "update", "view": message("Working on it…")}
        except Unavailable as wrong:
            return self.refusal(view, Invalid(wrong.text))
        finally:
            self._waiting.pop(view["id"], None)

    def resolve(self, view: Json, answer: Json) -> bool:
        """Give a waiting sender the acknowledgement; False when nobody waits (any more)."""
        waiting = self._waiting.get(view["id"])
        if waiting is None or waiting.done():
            return False
        waiting.set_result(answer)
        return True

    def _checked(self, operation: Operation, form: Form, view: Json) -> dict[str, Any] | None:
        """The values; None where files are still to be fetched. Raises Invalid for what can be seen now."""
        raw = forms.typed(operation, form, view["state"]["values"])
        attached = {
            each.name for each in operation.fields if isinstance(each, f.Files) and raw.pop(each.name, None)
        }
        try:
            return check(operation, raw)
        except Invalid as wrong:
            left = {name: text for name, text in wrong.problems.items() if name not in attached}
            if left:
                raise Invalid(problems=left) from None
            return None

    def refusal(self, view: Json, wrong: Invalid) -> Json:
        """Errors on their fields; one that belongs to no field stands on the first."""
        form, operation, _ = self._modals.read(view)
        blocks = [each["block_id"] for each in view["blocks"] if each["type"] == "input"]
        errors = {}
        for name, text in (wrong.problems or {"": wrong.text}).items():
            block = forms.block_of(operation, form, name)
            errors[block if block in blocks else blocks[0]] = text[:2000]
        return {"response_action": "errors", "errors": errors}


def message(text: str, blocks: Sequence[Json] = (), title: str = "Patchbay") -> Json:
    """A view that says something."""
    said = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(blocks) or [said],
    }
