"""What the store's tests start from: two workspaces, and a store on SQLite alone."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.store import Store

SECRET = "a secret of the store's tests, 32+ characters"


@pytest.fixture
async def two(store: Store) -> Store:
    """A store with the workspaces T1 and T2."""
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", "U0BOT1", "B1")
        await unit.workspaces.ensure("T2", "Two", "U0BOT2", "B2")
    return store


@pytest.fixture
async def on_sqlite(new_sqlite: Callable[[Path], str], tmp_path: Path) -> AsyncIterator[Store]:
    """A store on SQLite, for what only it has."""
    opened = await Store.open(new_sqlite(tmp_path), [SECRET])
    yield opened
    await opened.close()
