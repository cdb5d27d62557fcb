"""A unit of work: one transaction, and the repositories that read and write in it."""

from bot.store.connections import Connections
from bot.store.inbox import Inbox
from bot.store.work import Work
from bot.store.workspaces import Workspaces


class Unit:
    """Everything that is kept or not kept together."""

    __slots__ = ("connections", "inbox", "workspaces")

    def __init__(self, work: Work) -> None:
        self.workspaces = Workspaces(work)
        self.connections = Connections(work)
        self.inbox = Inbox(work)
