"""What the bot holds open while it runs: the database, and the session of every call to Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.caller import Slack
from bot.slack.clock import Wall
from bot.slack.rates import Rates
from bot.store import Store, current_revision, migrate


@asynccontextmanager
async def storing(settings: Settings) -> AsyncIterator[Store]:
    """The database, at this version's tables: SQLite is brought there, PostgreSQL has to be."""
    if settings.database_url.startswith("sqlite"):
        await migrate(settings.database_url)
    store = await Store.open(settings.database_url, settings.secret_keys)
    try:
        now, needed = await current_revision(settings.database_url)
        if now != needed:
            raise SettingsError(f"DATABASE_URL: the database is at {now or 'nothing'}, not at {needed}. "
                                "Run `python -m bot release` first.")  # fmt: skip
        await store.check()
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def calling(settings: Settings) -> AsyncIterator[tuple[Slack, aiohttp.ClientSession]]:
    """Slack over one session that every call shares, and that session."""
    timeout = aiohttp.ClientTimeout(total=30, connect=10)
    connector = aiohttp.TCPConnector(limit=200, ttl_dns_cache=300, keepalive_timeout=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        clock = Wall()
        yield Slack(session, settings.slack_api_url, Rates(clock), clock), session
