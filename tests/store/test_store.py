"""The store opens, keeps units whole, and says in plain words what it cannot do."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import NotFound, SettingsError, Unavailable
from bot.store import NewItem, Store, migrate

SECRET = "a secret of the store's tests, 32+ characters"


async def names(store: Store) -> list[str]:
    async with store.read() as unit:
        return [each.name for each in await unit.connections.list("T1")]


async def test_a_unit_is_kept_whole_or_not_at_all(two: Store) -> None:
    async def half() -> None:
        async with two.begin() as unit:
            await unit.connections.add("T1", "Main", "sk-1", base_url="https://api.openai.com/v1")
            await unit.connections.remove("T1", "none")

    with pytest.raises(NotFound):
        await half()
    assert await names(two) == []
    async with two.begin() as unit:
        await unit.connections.add("T1", "Main", "sk-1", base_url="https://api.openai.com/v1")
    assert await names(two) == ["Main"]


async def test_what_was_kept_is_there_after_opening_again(two: Store, database_url: str) -> None:
    async with two.begin() as unit:
        await unit.connections.add("T1", "Main", "sk-1", base_url="https://api.openai.com/v1")
    again = await Store.open(database_url, [SECRET])
    assert await names(again) == ["Main"]
    await again.close()


async def test_a_reader_sees_one_moment_and_changes_nothing(two: Store) -> None:
    async with two.read() as reader:
        assert await reader.connections.list("T1") == []
        async with two.begin() as unit:
            await unit.connections.add("T1", "Main", "sk-1", base_url="https://api.openai.com/v1")
        assert await reader.connections.list("T1") == []
    with pytest.raises((Unavailable, DBAPIError)):
        async with two.read() as reader:
            await reader.workspaces.ensure("T3", "Three", None, None)


async def test_many_read_at_once(two: Store) -> None:
    async def read() -> int:
        async with two.read() as unit:
            await asyncio.sleep(0)
            return len(await unit.connections.list("T1"))

    assert await asyncio.gather(*(read() for _ in range(40))) == [0] * 40


async def test_nothing_can_be_said_in_a_unit_that_is_over(two: Store) -> None:
    async with two.begin() as unit:
        pass
    with pytest.raises(RuntimeError, match="over"):
        await unit.workspaces.get("T1")


async def test_a_unit_in_which_a_statement_failed_is_kept_nowhere(two: Store) -> None:
    async def half() -> None:
        async with two.begin() as unit:
            await unit.workspaces.ensure("T3", "Three", None, None)
            with contextlib.suppress(NotFound):
                await unit.runs.add("T9", module="chat", operation="create", surface="command", values={})

    with pytest.raises(Unavailable):
        await half()
    async with two.read() as unit:
        assert await unit.workspaces.get("T3") is None


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://root@host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host",
        "postgresql://me:hidden@host:port/name",
        "postgresql+asyncpg://me:hidden@host/name",
    ],
)
async def test_an_address_that_cannot_be_used_is_explained_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as told:
        await Store.open(url, [SECRET])
    assert "sqlite:///path/to/file.db" in told.value.text
    assert "hidden" not in told.value.text


@pytest.mark.parametrize("keys", [[], ["short"], [SECRET, "short"]])
async def test_a_secret_that_is_missing_or_short_is_refused(keys: list[str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BOT_SECRET_KEY") as told:
        await Store.open(f"sqlite:///{tmp_path}/new.db", keys)
    assert "short" not in told.value.text.replace("too short", "")


async def test_a_file_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        await Store.open(f"sqlite:///{tmp_path}/file/new.db", [SECRET])


async def test_a_file_that_is_no_database_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "new.db").write_text("This is a letter, and not a database. " * 100)
    with pytest.raises(SettingsError, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path}/new.db", [SECRET])


async def test_a_directory_is_made_for_the_file_and_closed_to_others(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/in/here/new.db", [SECRET])
    assert (tmp_path / "in" / "here").stat().st_mode & 0o077 == 0
    await store.close()


async def test_a_server_that_is_down_is_unavailable_and_named_without_password(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not answer") as told:
        await Store.open(f"postgres://me:hidden@/name?host={tmp_path}&sslmode=disable", [SECRET])
    assert "hidden" not in told.value.text


async def test_a_database_that_is_not_there_is_a_wrong_setting(new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    with pytest.raises(SettingsError, match="does not exist"):
        await Store.open(url.replace("@/patchbay", "@/nowhere"), [SECRET])


async def test_a_server_that_dies_makes_units_unavailable_and_the_next_one_works(
    new_postgresql: Callable[[], str],
) -> None:
    url = new_postgresql()
    store = await Store.open(url, [SECRET])

    async def cut() -> None:
        async with store.begin() as unit:
            await unit.inbox.keep([NewItem("T1", "event", {}, "1")], "me")
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'patchbay' AND datname = current_database()"
                )
            await unit.inbox.keep([NewItem("T1", "event", {}, "2")], "me")

    with pytest.raises(Unavailable):
        await cut()
    async with store.begin() as unit:
        assert (await unit.inbox.counts())["working"] == 0
    await store.close()


async def test_the_check_names_what_is_wrong(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    store = await Store.open(url, [SECRET])
    with pytest.raises(SettingsError, match="python -m bot release"):
        await store.check()
    await migrate(url)
    await store.check()
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", None, None)
        await unit.connections.add("T1", "Main", "sk-1", base_url="https://api.openai.com/v1")
    await store.close()
    other = await Store.open(url, ["another secret of more than 32 characters"])
    with pytest.raises(SettingsError, match="BOT_SECRET_KEY"):
        await other.check()
    await other.close()


async def test_the_check_passes_on_both_databases(two: Store) -> None:
    await two.check()
    assert SECRET not in repr(two)
    assert "password" not in two.url_shown
