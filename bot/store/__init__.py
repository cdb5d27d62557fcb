"""The database: everything that is remembered, on SQLite or PostgreSQL; only these files say SQL."""

from bot.store.audit import Entry
from bot.store.connections import Connection
from bot.store.conversations import Conversation
from bot.store.grants import Grant
from bot.store.items import Item, NewItem
from bot.store.migrations import current_revision, downgrade, migrate
from bot.store.outbox import Letter
from bot.store.runs import Run
from bot.store.sealing import CannotOpenError
from bot.store.store import Store
from bot.store.ticks import Tick
from bot.store.turns import Turn
from bot.store.unit import Unit
from bot.store.watches import Watch
from bot.store.workspaces import Workspace

__all__ = [
    "CannotOpenError",
    "Connection",
    "Conversation",
    "Entry",
    "Grant",
    "Item",
    "Letter",
    "NewItem",
    "Run",
    "Store",
    "Tick",
    "Turn",
    "Unit",
    "Watch",
    "Workspace",
    "current_revision",
    "downgrade",
    "migrate",
]
