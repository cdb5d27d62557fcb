"""Brings a database to the tables of this version, by the migrations beside the bot."""

import asyncio
import threading
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy
from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from bot.store.addresses import parse
from bot.store.postgresql import explained
from bot.store.sqlite import unusable

T = TypeVar("T")
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps what it works on in a global
_SCRIPTS = Path(__file__).parents[2] / "migrations"


async def migrate(url: str) -> None:
    """Bring the database to the newest tables; any number of processes may try at once."""
    now, needed = await current_revision(url)
    if now != needed:
        await _in_thread(url, partial(_command, "upgrade", "head"))


async def downgrade(url: str, to: str = "base") -> None:
    """Take migrations back, all of them or down to one."""
    await _in_thread(url, partial(_command, "downgrade", to))


async def current_revision(url: str) -> tuple[str | None, str]:
    """The database's revision (None: empty) and the one that this version needs."""
    return await _in_thread(url, revision), head()


def revision(connection: Connection) -> str | None:
    """The revision that a database is at."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


@cache
def head() -> str:
    """The newest revision: the number with which its file begins."""
    return max(_SCRIPTS.glob("versions/[0-9]*_*.py")).name.partition("_")[0]


async def _in_thread(url: str, work: Callable[[Connection], T]) -> T:
    parsed = parse(url)
    try:
        return await asyncio.to_thread(connected, parsed, work)
    except (DatabaseError, OSError) as error:
        if parsed.get_backend_name() == "sqlite":
            raise unusable(parsed.database, error) from error
        if isinstance(error, OperationalError):
            raise explained(parsed, error) from error
        raise


def connected(url: URL, work: Callable[[Connection], T]) -> T:
    """What the work returns, done on a connection of its own."""
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        url = url.set(drivername="sqlite")
    engine = sqlalchemy.create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _command(name: str, to: str, connection: Connection) -> None:
    # 10 MB that a bot whose tables are there does not need.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        getattr(command, name)(config, to)
