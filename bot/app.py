"""Builds the bot from its parts and takes it down in reverse; the one place that knows every floor."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.background import Background
from bot.errors import SettingsError
from bot.logs import log
from bot.modules import ALL
from bot.openai import Client, Limits
from bot.resources import calling, storing
from bot.schedule import Timetable
from bot.services.answers import Answers
from bot.services.connecting import Connecting
from bot.services.conversations import Conversations
from bot.services.grants import Grants
from bot.services.inbox import Inbox
from bot.services.leaving import Leaving
from bot.services.listing import Listing
from bot.services.recalling import Recalling
from bot.services.retention import Retention
from bot.services.runs import Runs
from bot.settings import Settings
from bot.slack.actions import Actions
from bot.slack.attachments import Attachments
from bot.slack.caller import Slack
from bot.slack.clock import Wall
from bot.slack.commands import Commands
from bot.slack.fetching import Fetching
from bot.slack.filling import Forms
from bot.slack.guard import Guard
from bot.slack.home import Home
from bot.slack.installations import Installation, Installations, identify, stored
from bot.slack.letters import Postman
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.receive import Receiver
from bot.slack.removal import REVOKED, Removal
from bot.slack.replies import Replies
from bot.slack.results import Results
from bot.slack.reusing import Reusing
from bot.slack.running import Running
from bot.slack.sending import Sending
from bot.slack.shortcuts import Shortcuts
from bot.slack.showing import Showing
from bot.slack.speaking import Speaker
from bot.slack.submitting import Submissions
from bot.slack.suggesting import Suggesting
from bot.slack.threads import Threads
from bot.slack.uploads import Uploads
from bot.slack.views import Views
from bot.slack.work import Work
from bot.store import Store

#: Hosts kill what is still there 30 seconds after they asked it to end.
DRAIN_WITHIN = 18.0
LETTERS_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot, built: what its processes use."""

    settings: Settings
    store: Store
    inbox: Inbox
    background: Background
    timetable: Timetable
    receiver: Receiver
    guard: Guard
    postman: Postman
    work: Work
    connecting: Connecting
    home: Installation

    def begin(self, *, ticking: bool) -> None:
        """Work on what is received; `ticking` processes keep the timetable too."""
        self.inbox.start(self.work.do, self.timetable.every, taking_over=ticking)
        if ticking:
            self.timetable.every(LETTERS_EVERY, self.postman.deliver, "letters")
            Retention(self.store).start(self.timetable.every, self.background)
        self.timetable.start()


@asynccontextmanager
async def built(settings: Settings, limits: Limits | None = None) -> AsyncIterator[Bot]:
    """The bot, ready to begin; taken down in reverse, after what it does has ended or was handed back.

    limits: how long the bot waits for OpenAI, where that is not as usual.
    """
    if not settings.slack_bot_token:
        raise SettingsError(
            "SLACK_BOT_TOKEN is missing. Use `python -m bot up` to try the bot without Slack."
        )
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(storing(settings))
        slack, session = await stack.enter_async_context(calling(settings))
        client = await stack.enter_async_context(Client(limits or Limits()))
        home = await identify(slack, settings.slack_bot_token)
        async with store.begin() as unit:
            await unit.workspaces.ensure(home.workspace, home.name, home.bot_user, home.bot_id)
            others = [stored(each, token) for each, token in await unit.workspaces.installed()]
        homes = [*(each for each in others if each.workspace != home.workspace), home]
        background = Background()
        owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        bot = _assemble(settings, store, slack, session, client, homes, background, owner)
        stack.push_async_callback(_end, bot)
        if settings.openai_api_key:  # becomes the workspace's first connection
            key, organization = settings.openai_api_key, settings.openai_org_id
            if (wrong := await bot.connecting.adopt(home.workspace, key, organization)) is not None:
                log("start.key_not_adopted", reason=wrong.text)
        yield bot


def _assemble(
    settings: Settings,
    store: Store,
    slack: Slack,
    session: aiohttp.ClientSession,
    client: Client,
    homes: Sequence[Installation],
    background: Background,
    owner: str,
) -> Bot:
    clock = Wall()
    installations = Installations(homes)
    grants = Grants(store)
    people = People(slack, installations, grants)
    connecting = Connecting(
        store, client, usual=settings.openai_base_url, allowed=settings.openai_allowed_base_urls
    )
    salt = hashlib.sha256(b"who asks" + settings.secret_keys[-1].encode()).digest()
    runs = Runs(store, connecting, salt, grants, people.called)
    conversations = Conversations(store, connecting)
    answers = Answers(store, connecting, runs.hashed, Attachments(slack, installations).fetch)
    postman = Postman(store, slack, installations.token, owner, clock)
    replies = Replies(slack, installations, postman, answers)
    results = Results(slack, installations, postman, replies)
    speaker = Speaker(slack, installations, conversations, answers, replies, clock)
    threads = Threads(slack, installations, people, conversations, speaker, replies)
    inbox = Inbox(store, background, owner)
    made, views = Forms(ALL, connecting), Views(slack, installations)
    modals = Modals(made, views, people, Recalling(store))
    submissions = Submissions(made, modals, people, inbox, clock)
    uploads = Uploads(slack, installations, replies)
    showing = Showing(ALL, slack, installations, runs.records, results, replies, uploads, clock)
    fetching = Fetching(slack, installations)
    running = Running(runs, connecting, conversations, speaker, results, showing, fetching, replies, postman)
    reusing = Reusing(slack, views, modals, runs.records, running, showing)
    sending = Sending(made, views, fetching, people, modals, submissions, runs, running, showing, results)
    pages = Home(ALL, slack, installations, people, connecting)
    work = Work(
        installations, results,
        handlers={
            "command": Commands(ALL, people, modals, running, results).handle,
            "action": Actions(ALL, people, modals, threads, conversations, results, reusing, views).handle,
            "shortcut": Shortcuts(ALL, people, modals, views, results).handle,
            "submission": sending.handle,
        },
        events={
            "message": threads.handle,
            "app_mention": threads.handle,
            **dict.fromkeys(REVOKED, Removal(installations, Leaving(store, connecting)).handle),
        },
    )  # fmt: skip
    receiver = Receiver(
        inbox, installations, session, settings.slack_api_url,
        relevant=threads.relevant,
        at_once={
            "app_home_opened": pages.opened,
            "agent_session_stopped": threads.stopped,
        },
        options=Suggesting(made, people, connecting, Listing(connecting, background)).options,
        submitted=submissions.submitted,
        background=background,
    )  # fmt: skip
    for each in homes:
        background.spawn(people.read_ahead(each), name="people.read_ahead")
    # In Socket Mode there may be none: then nobody can sign.
    guard = Guard(settings.slack_signing_secrets or (secrets.token_hex(),), receiver.deliver, clock)
    timetable = Timetable(background)
    return Bot(
        settings, store, inbox, background, timetable, receiver, guard, postman, work, connecting, homes[-1]
    )


async def _end(bot: Bot) -> None:
    bot.timetable.stop()
    cut = await bot.background.drain(DRAIN_WITHIN)
    await bot.inbox.close()
    log("stop.drained", cut=cut)
