"""Connections and workspaces: names are free once, keys leave only when asked for, a default is one's own."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import Invalid, NotFound
from bot.store import Connection, Store
from bot.store.connections import hint

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz-1234"
URL = "https://api.openai.com/v1"


async def add(store: Store, name: str, workspace: str = "T1") -> Connection:
    async with store.begin() as unit:
        return await unit.connections.add(workspace, name, KEY, base_url=URL, created_by="U1")


async def test_a_connection_shows_the_end_of_its_key_and_gives_the_key_only_by_name(two: Store) -> None:
    added = await add(two, "Main")
    assert added.key_hint == "sk-…1234"
    assert KEY not in repr(added)
    async with two.read() as unit:
        assert await unit.connections.get("T1", added.id) == added
        assert await unit.connections.list("T1") == [added]
        assert await unit.connections.key("T1", added.id) == KEY


@pytest.mark.parametrize("name", ["Main", "main", " MAIN ", "Maın".replace("ı", "i")])
async def test_a_name_is_free_once_whatever_its_case(two: Store, name: str) -> None:
    added = await add(two, "Main")
    with pytest.raises(Invalid, match="already") as told:
        await add(two, name)
    assert told.value.field == "name"
    assert (await add(two, name, "T2")).workspace == "T2"
    async with two.read() as unit:
        assert await unit.connections.by_name("T1", name) == added


async def test_of_two_who_take_one_name_at_once_one_is_told(two: Store) -> None:
    ended = await asyncio.gather(add(two, "Main"), add(two, "main"), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Connection", "Invalid"]


async def test_renaming_may_change_the_case_but_not_take_anothers_name(two: Store) -> None:
    main, other = await add(two, "Main"), await add(two, "Other")
    async with two.begin() as unit:
        assert (await unit.connections.rename("T1", main.id, "MAIN")).name == "MAIN"
        with pytest.raises(Invalid):
            await unit.connections.rename("T1", other.id, "main")


async def test_a_key_can_be_replaced_and_a_check_is_noted(two: Store) -> None:
    added = await add(two, "Main")
    async with two.begin() as unit:
        replaced = await unit.connections.replace_key("T1", added.id, KEY + "5678")
        assert replaced.key_hint == "sk-…5678"
        assert await unit.connections.key("T1", added.id) == KEY + "5678"
        at = datetime(2026, 11, 1, 12, tzinfo=UTC)
        checked = await unit.connections.checked("T1", added.id, True, at)
        assert (checked.restricted, checked.checked_at) == (True, at)


async def test_a_removed_connection_is_nobodys_default_and_its_conversations_stay(two: Store) -> None:
    added = await add(two, "Main")
    async with two.begin() as unit:
        await unit.workspaces.set_default_connection("T1", added.id)
        await unit.conversations.open("T1", "C1", "1.0", "U1", connection=added.id)
        await unit.connections.remove("T1", added.id)
        home = await unit.workspaces.get("T1")
        conversation = await unit.conversations.find("T1", "C1", "1.0")
        assert home
        assert conversation
        assert home.default_connection is None
        assert conversation.connection is None
        with pytest.raises(NotFound):
            await unit.connections.key("T1", added.id)


async def test_a_default_has_to_be_a_connection_of_the_workspace(two: Store) -> None:
    theirs = await add(two, "Main", "T2")
    async with two.begin() as unit:
        for wrong in (theirs.id, "none"):
            with pytest.raises(NotFound):
                await unit.workspaces.set_default_connection("T1", wrong)
        await unit.workspaces.set_default_connection("T2", theirs.id)


async def test_settings_change_one_by_one_and_none_removes(two: Store) -> None:
    async with two.begin() as unit:
        await unit.workspaces.update_settings("T1", models={"chat": "a"}, days=30)
        home = await unit.workspaces.update_settings("T1", days=None)
        assert home.settings == {"models": {"chat": "a"}}
        with pytest.raises(NotFound):
            await unit.workspaces.update_settings("T9", days=1)


async def test_a_workspace_is_made_once_and_then_brought_up_to_date(two: Store) -> None:
    async with two.begin() as unit:
        before = await unit.workspaces.get("T1")
        await unit.workspaces.update_settings("T1", days=3)
        after = await unit.workspaces.ensure("T1", "One again", "U0NEW", "B9")
    assert before
    assert (after.name, after.bot_user_id, after.settings) == ("One again", "U0NEW", {"days": 3})
    assert after.created_at == before.created_at


async def test_uninstalling_takes_the_secrets_away_at_once_and_installing_brings_it_back(two: Store) -> None:
    added = await add(two, "Main")
    async with two.begin() as unit:
        await unit.workspaces.set_token("T1", "xoxb-1")
        await unit.conversations.open("T1", "C1", "1.0", "U1", connection=added.id)
        await unit.workspaces.uninstall("T1")
    async with two.begin() as unit:
        home = await unit.workspaces.get("T1")
        assert home
        assert home.uninstalled_at
        assert await unit.workspaces.get_token("T1") is None
        assert await unit.connections.list("T1") == []
        assert (await unit.workspaces.ensure("T1", "One", None, None)).uninstalled_at is None


@pytest.mark.parametrize(("key", "shown"), [("sk-short", "sk-…"), (KEY, "sk-…1234"), ("x" * 30, "…xxxx")])
def test_a_hint_shows_too_little_to_use(key: str, shown: str) -> None:
    assert hint(key) == shown
