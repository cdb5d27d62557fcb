"""Whether a database can be used: it has this version's tables, and the operator's secrets open its rows."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SettingsError
from bot.store.migrations import head, revision
from bot.store.sealing import Sealer
from bot.store.tables import connections


async def check(connection: AsyncConnection, sealer: Sealer) -> None:
    """Raises SettingsError with the fix."""
    current = await connection.run_sync(revision)
    if current != head():
        raise SettingsError(
            f"The database is at version {current or 'none'} of the tables, this bot needs {head()}. "
            "Run: python -m bot release"
        )
    for sealed in (await connection.execute(select(connections.c.key))).scalars():
        if not sealer.knows(sealed):
            raise SettingsError(
                "BOT_SECRET_KEY does not open the API keys in this database. "
                "Put the secret back that was used before, after a comma when there is a new one."
            )
