"""Connections from the form to the store and back, with keys that the API takes, restricts and refuses."""

from typing import Any

import pytest

from bot.checking import check
from bot.errors import Invalid, KeyRefused, NotFound
from bot.module import Context, Effect, Result, Role
from bot.modules.connect import CONNECT
from bot.services.connecting import Connecting
from bot.services.desk import Desk
from bot.services.people import Person
from bot.store import Store
from tests.modules.world import PERSON, World, facts, said, tables

RESTRICTED = "The key is restricted: it may not list models, so lists of models stay empty."


class Office:
    """A workspace whose admin asks for connections."""

    def __init__(self, store: Store, world: World, workspace: str) -> None:
        connecting = Connecting(store, world.client, usual=world.url, allowed=[world.url])
        self.key = world.stand_in.key.secret
        self.url = world.url
        self._desk = Desk(connecting, Person(workspace, "U1", admin=True))

    async def run(self, called: str, /, **raw: Any) -> Result:
        operation = CONNECT.operation(called)
        assert operation is not None
        return await operation.call(Context(self._desk, None, PERSON), check(operation, raw))

    async def add(self, name: str = "Main", **raw: Any) -> Result:
        return await self.run("add", **{"name": name, "key": self.key, **raw})

    async def names(self) -> list[tuple[str, str]]:
        """Name and whether it is the default, as the list shows them."""
        listed = await self.run("list")
        return [(str(row[0]), str(row[-1])) for table in tables(listed) for row in table.rows]


@pytest.fixture
async def office(store: Store, world: World) -> Office:
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
        await unit.workspaces.ensure("T2", "Two", "UBOT", "B1")
    return Office(store, world, "T1")


async def test_a_key_is_checked_and_kept_and_never_shown(office: Office, world: World) -> None:
    result = await office.add(" Main ", organization=world.stand_in.key.organization)
    assert said(result) == "**Main** is connected. It is the workspace's default."
    shown = facts(result)
    assert int(shown["Models"]) > 10
    assert shown["API"] == world.url
    assert shown["Organization"] == world.stand_in.key.organization
    assert shown["Key"].endswith(office.key[-4:])
    assert office.key not in str(result)
    assert [each["path"] for each in world.asked("/models")] == ["/v1/models"]
    assert not result.notes


async def test_a_wrong_key_is_refused_and_not_kept(office: Office) -> None:
    with pytest.raises((KeyRefused, Invalid)) as wrong:
        await office.add(key="sk-wrong-123456")
    assert "123456" not in str(wrong.value)
    assert await office.names() == []


async def test_a_restricted_key_is_kept_with_a_note(office: Office, world: World) -> None:
    await world.control("keys", scopes=["model.request"])
    result = await office.add()
    assert [*result.notes] == [RESTRICTED]
    assert facts(result)["Models"] == "not listed"
    assert await office.names() == [("Main", "yes")]


async def test_a_name_is_taken_once(office: Office) -> None:
    await office.add()
    with pytest.raises(Invalid, match="there is a connection “Main” already") as wrong:
        await office.add()
    assert wrong.value.field == "name"


async def test_only_addresses_of_the_operator_are_used(office: Office) -> None:
    with pytest.raises(Invalid, match="Base URL") as wrong:
        await office.add(base_url="https://example.org/v1")
    assert wrong.value.field == "base_url"
    assert said(await office.add(base_url=office.url + "/"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 51),
        ("name", "two\nlines"),
        ("key", ""),
        ("key", "sk-with space"),
        ("key", "k" * 401),
        ("organization", "acme"),
        ("project", "acme"),
        ("base_url", "x" * 301),
    ],
)
def test_what_is_wrong_is_told_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Invalid) as wrong:
        check(CONNECT.operations[0], {"name": "Main", "key": "sk-123456", field: value})
    assert [*wrong.value.problems] == [field]


async def test_without_a_connection_the_list_says_how_to_add_one(office: Office) -> None:
    assert "`/openai connect`" in said(await office.run("list"))


async def test_a_connection_is_renamed_checked_preferred_and_removed(office: Office) -> None:
    await office.add()
    await office.add("Second")
    assert await office.names() == [("Main", "yes"), ("Second", "")]
    assert (
        said(await office.run("default", id="Second"))
        == "**Second** is used wherever no connection is chosen."
    )
    assert (
        said(await office.run("rename", id="Main", name="First "))
        == "The connection is now called **First**."
    )
    assert await office.names() == [("First", ""), ("Second", "yes")]
    assert said(await office.run("check", id="First")) == "**First** works."
    assert said(await office.run("remove", id="Second")) == "**Second** is removed and its key is forgotten."
    assert await office.names() == [("First", "yes")]
    with pytest.raises(NotFound, match="no connection “Second”"):
        await office.run("check", id="Second")


async def test_a_connection_cannot_take_the_name_of_another(office: Office) -> None:
    await office.add()
    await office.add("Second")
    with pytest.raises(Invalid) as wrong:
        await office.run("rename", id="Second", name="Main")
    assert wrong.value.field == "name"


async def test_another_workspace_sees_nothing_of_it(office: Office, store: Store, world: World) -> None:
    await office.add()
    other = Office(store, world, "T2")
    assert await other.names() == []
    with pytest.raises(NotFound):
        await other.run("remove", id="Main")


def test_changes_are_for_admins() -> None:
    for operation in CONNECT.operations:
        assert (operation.role is Role.ADMIN) is (operation.effect is not Effect.READ)
        assert not operation.needs_api
        check(operation, operation.example)
