"""The database: everything that is remembered, on SQLite or PostgreSQL; only these files say SQL."""

from bot.store.connections import Connection
from bot.store.inbox import FIRST_TOKEN
from bot.store.items import Item, NewItem
from bot.store.migrations import current_revision, downgrade, migrate
from bot.store.sealing import CannotOpenError
from bot.store.store import Store
from bot.store.unit import Unit
from bot.store.workspaces import Workspace

__all__ = [
    "FIRST_TOKEN",
    "CannotOpenError",
    "Connection",
    "Item",
    "NewItem",
    "Store",
    "Unit",
    "Workspace",
    "current_revision",
    "downgrade",
    "migrate",
]
