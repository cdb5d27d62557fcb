"""Sealed values open only where they belong, are unreadable in a dump, and survive a change of the secret."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.store import CannotOpenError, NewItem, Store
from bot.store.rotation import sealed_columns
from bot.store.sealing import Sealer
from bot.store.tables import metadata

OLD = "the first secret of this test, 32+ characters"
NEW = "the second secret of this test, 32+ characters"
CANARY = "canary-3f9a77"
PLACE = ("T1", "connections", "key", "row")
SEALER = Sealer([OLD])
SEALED = SEALER.seal(b"sk-secret", *PLACE)


@settings(deadline=None)
@given(st.binary(max_size=2000), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_sealed_opens_in_its_place(value: bytes, workspace: str, row: str) -> None:
    place = (workspace.encode(errors="replace").decode(), "t", "c", row.encode(errors="replace").decode())
    assert SEALER.open(SEALER.seal(value, *place), *place) == value


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("T2", "connections", "key", "row"),
        ("T1", "runs", "key", "row"),
        ("T1", "connections", "name", "row"),
        ("T1", "connections", "key", "other"),
    ],
)
def test_a_value_that_was_moved_does_not_open(elsewhere: tuple[str, str, str, str]) -> None:
    with pytest.raises(CannotOpenError, match="changed, or sealed for another row"):
        SEALER.open(SEALED, *elsewhere)


@settings(deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.characters(codec="utf-8"))
def test_a_value_of_which_one_character_was_changed_does_not_open(at: int, character: str) -> None:
    changed = SEALED[:at] + character + SEALED[at + 1 :]
    if changed != SEALED:
        with pytest.raises(CannotOpenError):
            SEALER.open(changed, *PLACE)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_what_is_no_sealed_value_is_refused(text: str) -> None:
    with pytest.raises(CannotOpenError):
        SEALER.open(text, *PLACE)


def test_older_secrets_open_and_the_first_one_seals() -> None:
    both = Sealer([NEW, OLD])
    assert both.open(SEALED, *PLACE) == b"sk-secret"
    with pytest.raises(CannotOpenError, match="no longer holds"):
        SEALER.open(both.seal(b"x", *PLACE), *PLACE)


def test_two_seals_of_one_value_differ_and_nothing_shows_a_secret() -> None:
    assert SEALER.seal(b"x", *PLACE) != SEALER.seal(b"x", *PLACE)
    assert OLD not in repr(SEALER)
    with pytest.raises(SettingsError) as told:
        Sealer([CANARY])
    assert CANARY not in told.value.text


async def fill(store: Store) -> tuple[str, str, str]:
    """Something secret in every sealed column; the ids of a connection, a conversation and a run."""
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", None, None)
        await unit.workspaces.set_token("T1", f"xoxb-{CANARY}")
        connection = await unit.connections.add(
            "T1", "Main", f"sk-{CANARY}-{'a' * 20}", base_url="https://x/v1"
        )
        conversation, _ = await unit.conversations.open(
            "T1", "C1", "1.0", "U1", connection=connection.id, system=CANARY, settings={"stop": CANARY}
        )
        await unit.conversations.update("T1", conversation.id, summary=CANARY)
        await unit.turns.add("T1", conversation.id, role="user", text=CANARY, files=[{"name": CANARY}])
        run = await unit.runs.add(
            "T1", module="chat", operation="create", surface="form", values={"a": CANARY}, response_url=CANARY
        )
        await unit.runs.finish("T1", run.id, state="failed", error=CANARY, result={"text": CANARY})
        await unit.inbox.keep([NewItem("T1", "event", {"text": CANARY}, "key")], "me")
        await unit.outbox.put("T1", dedupe_key="k", stream="s", channel="C1", body={"text": CANARY})
        await unit.webhooks.set_secret("T1", connection.id, CANARY)
        watch = {
            "connection": connection.id,
            "job": "ftjob-1",
            "channel": "C1",
            "thread_ts": None,
            "by": "U1",
        }
        await unit.watches.follow("T1", **watch)
        (claimed,) = await unit.watches.claim_due("me", 1)
        await unit.watches.checked(claimed, 0.0, last={"problem": CANARY})
    return connection.id, conversation.id, run.id


def everything_in(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())


async def test_every_sealed_column_is_filled_by_these_tests(two: Store) -> None:
    await fill(two)
    async with two.read() as unit:
        for column in sealed_columns():
            rows = await unit.workspaces._work.every(column.table.select().where(column.is_not(None)))
            assert rows, column
            assert all(str(row._mapping[column]).startswith("v1.") for row in rows)


async def test_a_dump_of_sqlite_shows_nothing(on_sqlite: Store, tmp_path: Path) -> None:
    await fill(on_sqlite)
    await on_sqlite.close()
    dump = everything_in(tmp_path)
    assert b"Main" in dump
    assert CANARY.encode() not in dump


async def test_a_dump_of_postgresql_shows_nothing(new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    store = await Store.open(url, [OLD])
    await fill(store)
    await store.close()
    with psycopg.connect(url) as connection:
        rows = [connection.execute(f"SELECT t::text FROM {name} t").fetchall() for name in metadata.tables]
    assert "Main" in str(rows)
    assert CANARY not in str(rows)


async def test_after_rotation_the_old_secret_is_not_needed(database_url: str) -> None:
    store = await Store.open(database_url, [OLD])
    connection, conversation, run = await fill(store)
    assert await store.rotate() == 0
    await store.close()

    both = await Store.open(database_url, [NEW, OLD])
    await both.check()
    assert await both.rotate(batch=1) == len(sealed_columns())
    assert await both.rotate() == 0
    await both.close()

    new = await Store.open(database_url, [NEW])
    await new.check()
    async with new.read() as unit:
        assert await unit.workspaces.get_token("T1") == f"xoxb-{CANARY}"
        assert CANARY in await unit.connections.key("T1", connection)
        assert (await unit.turns.history("T1", conversation, 5))[0].files == [{"name": CANARY}]
        found = await unit.runs.get("T1", run)
        assert found
        assert (found.error, found.values) == (CANARY, {"a": CANARY})
    await new.close()
