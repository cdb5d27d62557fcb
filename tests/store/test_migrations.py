"""Migrations make exactly the tables that the code uses, take them back, and may run many at once."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot.store import current_revision, downgrade, migrate
from bot.store.addresses import parse
from bot.store.migrations import connected, head
from bot.store.tables import metadata

ROOT = Path(__file__).parents[2]


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != "alembic_version"]


def names(connection: Connection) -> set[str]:
    found = inspect(connection)
    return {
        str(each["name"])
        for table in metadata.tables
        for each in (
            *found.get_indexes(table),
            *found.get_unique_constraints(table),
            *found.get_foreign_keys(table),
        )
    }


async def test_an_empty_database_becomes_exactly_the_tables(database_url: str) -> None:
    url = parse(database_url)
    assert await asyncio.to_thread(connected, url, differences) == []
    current, head = await current_revision(database_url)
    assert current == head


def test_the_newest_migration_is_the_one_whose_file_comes_last() -> None:
    assert head() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


async def test_indexes_and_constraints_have_the_names_of_the_convention(database_url: str) -> None:
    found = await asyncio.to_thread(connected, parse(database_url), names)
    meant = {
        str(each.name)
        for table in metadata.tables.values()
        for each in (*table.indexes, *table.constraints)
        if not isinstance(each, sqlalchemy.PrimaryKeyConstraint)
    }
    assert found == meant


async def test_taking_all_back_leaves_nothing_and_it_can_be_done_again(database_url: str) -> None:
    url = parse(database_url)
    await downgrade(database_url)
    assert await asyncio.to_thread(connected, url, tables) == []
    assert (await current_revision(database_url))[0] is None
    await migrate(database_url)
    assert await asyncio.to_thread(connected, url, differences) == []


async def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    await downgrade(database_url)
    code = "import asyncio, sys; from bot.store import migrate; asyncio.run(migrate(sys.argv[1]))"
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, database_url, cwd=ROOT)
        for _ in range(3)
    ]
    assert [await each.wait() for each in started] == [0, 0, 0]
    assert await asyncio.to_thread(connected, parse(database_url), differences) == []


async def test_migrating_again_changes_nothing(new_sqlite: Callable[[Path], str], tmp_path: Path) -> None:
    url = new_sqlite(tmp_path)
    before = (tmp_path / "patchbay.db").read_bytes()
    await migrate(url)
    assert (tmp_path / "patchbay.db").read_bytes() == before


async def test_a_new_file_is_made_with_its_directory(tmp_path: Path) -> None:
    await migrate(f"sqlite:///{tmp_path}/in/new.db")
    assert (tmp_path / "in" / "new.db").exists()


@pytest.mark.parametrize("table", sorted(set(metadata.tables) - {"ticks"}))  # the bot's own, nobody's data
def test_every_row_belongs_to_a_workspace(table: str) -> None:
    columns = metadata.tables[table].c
    assert table == "workspaces" or not columns["workspace"].nullable
