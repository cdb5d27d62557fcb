"""A unit of work: one transaction, and the repositories that read and write in it."""

from bot.store.audit import Audit
from bot.store.connections import Connections
from bot.store.conversations import Conversations
from bot.store.grants import Grants
from bot.store.inbox import Inbox
from bot.store.notices import Notices
from bot.store.outbox import Outbox
from bot.store.retention import Retention
from bot.store.runs import Runs
from bot.store.ticks import Ticks
from bot.store.turns import Turns
from bot.store.verdicts import Verdicts
from bot.store.watches import Watches
from bot.store.webhooks import Webhooks
from bot.store.work import Work
from bot.store.workspaces import Workspaces


class Unit:
    """Everything that is kept or not kept together."""

    __slots__ = (
        "audit",
        "connections",
        "conversations",
        "grants",
        "inbox",
        "notices",
        "outbox",
        "retention",
        "runs",
        "ticks",
        "turns",
        "verdicts",
        "watches",
        "webhooks",
        "workspaces",
    )

    def __init__(self, work: Work) -> None:
        self.workspaces = Workspaces(work)
        self.connections = Connections(work)
        self.conversations = Conversations(work)
        self.turns = Turns(work)
        self.runs = Runs(work)
        self.inbox = Inbox(work)
        self.outbox = Outbox(work)
        self.grants = Grants(work)
        self.audit = Audit(work)
        self.retention = Retention(work)
        self.watches = Watches(work)
        self.webhooks = Webhooks(work)
        self.notices = Notices(work)
        self.ticks = Ticks(work)
        self.verdicts = Verdicts(work)
