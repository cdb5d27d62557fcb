"""Buttons: under answers and results, in lists and in forms."""

from collections.abc import Sequence
from typing import Any

from bot.errors import BotError, NotFound
from bot.module import Module
from bot.services.conversations import Conversations, Place, Said
from bot.services.verdicts import Verdicts
from bot.slack import ids
from bot.slack.comparing import Comparing
from bot.slack.help import overview
from bot.slack.jobs import JobButtons
from bot.slack.material import material
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.picking import picker
from bot.slack.places import Where
from bot.slack.remedies import remedy
from bot.slack.results import Results
from bot.slack.reusing import Reusing
from bot.slack.threads import Threads
from bot.slack.views import Views

Body = dict[str, Any]
GO_ON = "Go on exactly where you stopped."
#: What is said to who thinks an answer bad, and to who thinks it good.
NOTED = (
    "Thank you, that is noted. *Regenerate* gives another answer; or say in the thread what is wrong.",
    "Thank you, that is noted.",
)


class Actions:
    """What a click does, by the button's name."""

    def __init__(
        self, modules: Sequence[Module], people: People, modals: Modals, threads: Threads,
        conversations: Conversations, results: Results, reusing: Reusing, views: Views,
        jobs: JobButtons, comparing: Comparing, verdicts: Verdicts,
    ) -> None:  # fmt: skip
        self._modules = modules
        self._people = people
        self._modals = modals
        self._threads = threads
        self._conversations = conversations
        self._results = results
        self._reusing = reusing
        self._views = views
        self._jobs = jobs
        self._comparing = comparing
        self._verdicts = verdicts

    async def handle(self, body: Body, where: Where) -> None:
        """One click."""
        pressed = body["actions"][0]
        name = pressed["action_id"].partition(":")[0]
        person = await self._people.person(
            where.workspace, where.user, fresh=name.startswith((ids.RUN, ids.JOB))
        )
        try:
            if body.get("view") and name.startswith("form.") and name != ids.OPEN:
                await self._modals.change(body, where)
            elif name == ids.OPEN:
                module, operation = self._modals.named(*pressed["value"].partition("/")[::2])
                await self._modals.open(where, module, operation)
            elif name == ids.OVERVIEW:
                await self._results.say(where, "What I can do", overview(self._modules), private=True)
            elif name in {ids.AGAIN, ids.CONTINUE}:
                await self._answer(name, pressed, where)
            elif name == ids.VERDICT:
                await self._judge(pressed, where)
            elif name == ids.USE:
                given = material(body.get("message") or {})
                await self._views.open(where, picker(self._modules, given, where.key))
            elif name.startswith(ids.RUN):
                await self._reusing.handle(pressed, where, person)
            elif name in {ids.JOB_COMPARE, ids.JOB_VOTE}:
                await self._comparing.pressed(pressed, body, where, person)
            elif name.startswith(ids.JOB):
                await self._jobs.handle(pressed, where, person)
        except BotError as wrong:
            await self._results.fail(where, wrong, remedy(wrong, person))

    async def _answer(self, name: str, pressed: Body, where: Where) -> None:
        person, place = await self._people.person(where.workspace, where.user), _thread(where)
        if name == ids.AGAIN:
            answer = await self._conversations.again(person, place, pressed["value"])
            if answer is None and where.again:
                answer = await self._conversations.left(person, place)
            if answer is None:
                raise NotFound("This answer is not known any more. Ask again in the thread.")
        else:
            said = Said(ts=f"{pressed['action_ts']}.{where.user}", text=GO_ON)
            answer = await self._conversations.hear(place, person, said)
        await self._threads.answer(answer)

    async def _judge(self, pressed: Body, where: Where) -> None:
        person, place = await self._people.person(where.workspace, where.user), _thread(where)
        turn, _, verdict = str(pressed.get("value") or "").partition("/")
        await self._verdicts.give(person, place, turn, "good" if verdict == "good" else "bad")
        thanks = NOTED[verdict == "good"]
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": thanks}}]
        await self._results.say(where, thanks, blocks, private=True)


def _thread(where: Where) -> Place:
    if where.channel is None or where.thread_ts is None:
        raise NotFound("This answer is not in a thread any more.")
    return Place(where.workspace, where.channel, where.thread_ts)


def where_of(body: Body, workspace: str, key: str, *, again: bool) -> Where:
    """The place of a click, shortcut or form."""
    message, view = body.get("message") or {}, body.get("view") or {}
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    thread = message.get("thread_ts") or (body.get("container") or {}).get("thread_ts")
    inside = thread is not None and message.get("ts") != thread
    return Where(
        workspace=workspace, user=body["user"]["id"], key=key, channel=channel, thread_ts=thread,
        inside=inside, response_url=body.get("response_url"), trigger=body.get("trigger_id"), again=again,
        view=view["id"] if view.get("type") == "modal" else None,
    )  # fmt: skip
