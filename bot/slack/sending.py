"""A form that was sent: its files are fetched, the operation runs, and what came of it is shown."""

from dataclasses import replace
from typing import Any

from bot import fields as f
from bot.errors import BotError, Invalid
from bot.module import File, Operation
from bot.services.runs import Ask, Runs
from bot.slack import forms
from bot.slack.blocks import error_text, result_blocks
from bot.slack.caller import Slack
from bot.slack.failures import SlackFailure
from bot.slack.installations import Installations
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.places import Where
from bot.slack.results import Results
from bot.slack.running import Running
from bot.slack.submitting import Submissions, message

Body = dict[str, Any]


class Sending:
    """Works on sent forms."""

    def __init__(
        self,
        slack: Slack,
        installations: Installations,
        people: People,
        modals: Modals,
        submissions: Submissions,
        runs: Runs,
        running: Running,
        results: Results,
    ) -> None:
        self._slack = slack
        self._installations = installations
        self._people = people
        self._modals = modals
        self._submissions = submissions
        self._runs = runs
        self._running = running
        self._results = results

    async def handle(self, body: Body, where: Where) -> None:
        """One sent form, checked before it was kept."""
        view = body["view"]
        form, operation, module = self._modals.read(view)
        state = view["state"]["values"]
        where = replace(where, channel=form.channel, thread_ts=form.thread_ts)
        person = await self._people.person(where.workspace, where.user, fresh=True)
        chosen = ((state.get(forms.CONNECTION) or {}).get("value") or {}).get("selected_option") or {}
        raw = await self._with_files(operation, forms.typed(operation, form, state), where.workspace)
        ask = Ask(
            person=person,
            module=module,
            operation=operation,
            raw=raw,
            surface="form",
            connection=chosen.get("value"),
            channel=form.channel,
            thread_ts=form.thread_ts,
            key=where.key,
        )
        if operation.spends:
            await self._running.carry_out(where, ask)
            return
        try:
            outcome = await self._runs.run(ask)
        except Invalid as wrong:
            await self._say(view, where, self._submissions.refusal(view, wrong), wrong)
        except BotError as wrong:
            answer = {"response_action": "errors", "errors": {first_block(view): error_text(wrong)[:2000]}}
            await self._say(view, where, answer, wrong)
        else:
            shown = _modal(message("Done.", result_blocks(outcome.result)[0], operation.title[:24]))
            seen = self._submissions.resolve(view, {"response_action": "update", "view": shown})
            if not (seen or await self._replaced(view, where, shown)):
                await self._results.show(where, outcome.result, private=True)

    async def _say(self, view: Body, where: Where, answer: Body, wrong: BotError) -> None:
        """An error: on the form while its sender waits, else where the form was, else privately."""
        if self._submissions.resolve(view, answer):
            return
        if not await self._replaced(view, where, message(error_text(wrong))):
            await self._results.fail(where, wrong)

    async def _replaced(self, view: Body, where: Where, shown: Body) -> bool:
        """Show something in place of a form that is still open."""
        token = self._installations.token(where.workspace)
        try:
            await self._slack.call(
                "views.update", token, workspace=where.workspace, view_id=view["id"], view=shown, urgent=True
            )
        except SlackFailure:
            return False
        return True

    async def _with_files(self, operation: Operation, raw: dict[str, Any], workspace: str) -> dict[str, Any]:
        token = self._installations.token(workspace)
        for each in operation.fields:
            if isinstance(each, f.Files) and raw.get(each.name):
                raw[each.name] = [await self._file(known, token, each.bytes_each) for known in raw[each.name]]
        return raw

    async def _file(self, known: Body, token: str, cap: int) -> File:
        content = await self._slack.fetch(known["url_private_download"], token, cap)
        return File(known["name"], content, known.get("mimetype") or "application/octet-stream")


def first_block(view: Body) -> str:
    """The first input of a form."""
    return str(next(each["block_id"] for each in view["blocks"] if each["type"] == "input"))


def _modal(view: Body) -> Body:
    """Markdown and table blocks belong to messages; a modal shows their text in sections."""
    blocks = []
    for each in view["blocks"]:
        if each["type"] == "markdown":
            text = each["text"].replace("**", "*")[:3000]
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text}})
        elif each["type"] == "table":
            rows = [" · ".join(str(cell.get("text", "")) for cell in row) for row in each["rows"]]
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(rows)[:3000]}})
        else:
            blocks.append(each)
    return {**view, "blocks": blocks}
