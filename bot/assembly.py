"""Puts the bot's parts together; beside `app.py` the one place that knows every floor."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from bot.background import Background
from bot.modules import ALL
from bot.openai import Client
from bot.schedule import Timetable
from bot.services.answers import Answers
from bot.services.chores import Chores
from bot.services.connecting import Connecting
from bot.services.conversations import Conversations
from bot.services.grants import Grants
from bot.services.inbox import Inbox
from bot.services.leaving import Leaving
from bot.services.listing import Listing
from bot.services.recalling import Recalling
from bot.services.retention import Retention
from bot.services.runs import Runs
from bot.services.shutdowns import Shutdowns
from bot.services.stuck import Stuck
from bot.services.summaries import Summaries
from bot.services.ticking import Ticking
from bot.services.verdicts import Verdicts
from bot.services.watches import Watches
from bot.services.webhooks import Webhooks
from bot.settings import Settings
from bot.slack.actions import Actions
from bot.slack.attachments import Attachments
from bot.slack.caller import Slack
from bot.slack.clock import Wall
from bot.slack.commands import Commands
from bot.slack.comparing import Comparing
from bot.slack.fetching import Fetching
from bot.slack.filling import Forms
from bot.slack.guard import Guard
from bot.slack.home import Home
from bot.slack.installations import Installation, Installations
from bot.slack.jobs import JobButtons
from bot.slack.letters import Postman
from bot.slack.modals import Modals
from bot.slack.notices import notice
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
from bot.slack.telling import Telling
from bot.slack.threads import Threads
from bot.slack.uploads import Uploads
from bot.slack.views import Views
from bot.slack.work import Work
from bot.store import Store

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
    watches: Watches
    chores: Chores
    ticking: Ticking
    webhooks: Webhooks
    home: Installation

    def begin(self, *, ticking: bool) -> None:
        """Work on what is received; `ticking` processes keep the timetable too."""
        self.inbox.start(self.work.do, self.timetable.every, taking_over=ticking)
        if ticking:
            self.timetable.every(LETTERS_EVERY, self.postman.deliver, "letters")
            self.chores.start(self.timetable.every)
            Retention(self.store).start(self.timetable.every)
        self.timetable.start()


def assembled(
    settings: Settings, store: Store, slack: Slack, session: aiohttp.ClientSession, client: Client,
    homes: Sequence[Installation], background: Background, owner: str,
) -> Bot:  # fmt: skip
    """The bot of its settings, database, callers and workspaces, the last of which is the operator's own."""
    clock = Wall()
    installations = Installations(homes)
    grants = Grants(store)
    people = People(slack, installations, grants)
    connecting = Connecting(
        store, client, usual=settings.openai_base_url, allowed=settings.openai_allowed_base_urls
    )
    salt = hashlib.sha256(b"who asks" + settings.secret_keys[-1].encode()).digest()
    postman = Postman(store, slack, installations.token, owner, clock)
    telling = Telling(slack, installations, postman, clock)
    watches = Watches(
        store, connecting, telling, owner, wake=lambda: background.spawn(postman.deliver(), name="letters")
    )
    webhooks = Webhooks(store, lambda: background.spawn(watches.tick(), name="watches"))
    timetable = Timetable(background)
    ticking = Ticking(store, timetable.entries)
    runs = Runs(store, connecting, salt, grants, people.called, watches, ticking)
    conversations = Conversations(store, connecting)
    answers = Answers(store, connecting, runs.hashed, Attachments(slack, installations).fetch)
    replies = Replies(slack, installations, postman, answers)
    results = Results(slack, installations, postman, replies)
    summaries = Summaries(store, connecting, runs.hashed)
    speaker = Speaker(
        slack, installations, conversations, answers, replies, clock,
        long=lambda answer: background.spawn(summaries.keep_up(answer), name="summary"),
    )  # fmt: skip
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
    jobs = JobButtons(store, modals, running, conversations)
    comparing = Comparing(
        slack, installations, jobs, modals, views, people, runs, results, postman, inbox, salt, submissions,
        sending,
    )  # fmt: skip
    pages = Home(ALL, slack, installations, people, connecting)
    work = Work(
        installations, results,
        handlers={
            "command": Commands(ALL, people, modals, running, results).handle,
            "action": Actions(
                ALL, people, modals, threads, conversations, results, reusing, views, jobs, comparing,
                Verdicts(store),
            ).handle,
            "shortcut": Shortcuts(ALL, people, modals, views, results).handle,
            "submission": comparing.handle,
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
        submitted=comparing.submitted,
        background=background,
    )  # fmt: skip
    for each in homes:
        background.spawn(people.read_ahead(each), name="people.read_ahead")
    # In Socket Mode there may be none: then nobody can sign.
    guard = Guard(settings.slack_signing_secrets or (secrets.token_hex(),), receiver.deliver, clock)
    chores = Chores(watches, Shutdowns(store, connecting, notice), Stuck(store, replies.repair), ticking)
    return Bot(
        settings, store, inbox, background, timetable, receiver, guard, postman, work, connecting, watches,
        chores, ticking, webhooks, homes[-1],
    )  # fmt: skip
