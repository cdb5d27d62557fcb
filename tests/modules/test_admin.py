"""Who may do what, as a workspace admin decides it, over a real store and the API at work."""

from typing import Any

import pytest

from bot.checking import check
from bot.errors import Invalid
from bot.module import Context, Effect, Result, Role
from bot.modules import ALL, find
from bot.modules.admin import admin, handed_on
from bot.services.connecting import Connecting
from bot.services.grants import Grants, unasked
from bot.services.people import Person
from bot.services.ruling import Ruling
from bot.store import Store
from tests.modules.world import PERSON, World, facts, said, tables

ADMIN = ALL[-1]
BEN = "<@U0BEN|ben>"


async def called(workspace: str, person: str) -> str:
    return f"{person.lower()} of {workspace}"


class Office:
    """A workspace whose admin decides."""

    def __init__(self, store: Store, world: World, workspace: str = "T1") -> None:
        self.store, self.world, self.workspace = store, world, workspace
        self.connecting = Connecting(store, world.client, usual=world.url, allowed=[world.url])
        self.grants = Grants(store)
        person = Person(workspace, "U0ADA", admin=True)
        self.rules = Ruling(self.connecting, self.grants, called, person, unasked)

    async def run(self, operation: str, /, **raw: Any) -> Result:
        found = ADMIN.operation(operation)
        assert found is not None
        context = Context(None, self.world.api, PERSON, rules=self.rules)  # type: ignore[arg-type] # asks for no connections
        return await found.call(context, check(found, raw))

    async def listed(self) -> list[tuple[Any, ...]]:
        return [tuple(row[:3]) for table in tables(await self.run("list")) for row in table.rows]

    async def settings(self) -> dict[str, Any]:
        async with self.store.read() as unit:
            home = await unit.workspaces.get(self.workspace)
        assert home is not None
        return home.settings


@pytest.fixture
async def office(store: Store, world: World) -> Office:
    async with store.begin() as unit:
        await unit.workspaces.ensure("T1", "One", "UBOT", "B1")
        await unit.workspaces.ensure("T2", "Two", "UBOT", "B1")
    return Office(store, world)


async def test_somebody_is_named_listed_and_unnamed(office: Office) -> None:
    assert "Nobody is named yet." in said(await office.run("list"))
    done = await office.run("allow", person=BEN)
    assert said(done) == "**u0ben of T1** may now do everything that admins can hand on."
    await office.run("allow", person="U0CLEO", what="files/delete")
    assert await office.listed() == [
        ("u0ben of T1", "everything", "u0ada of T1"),
        ("u0cleo of T1", "files/delete", "u0ada of T1"),
    ]
    assert "may no longer do `files/delete`" in said(
        await office.run("revoke", person="U0CLEO", what="files/delete")
    )
    assert "may no longer do what is for admins" in said(await office.run("revoke", person=BEN))
    assert await office.listed() == []


async def test_what_changes_nothing_says_so(office: Office) -> None:
    await office.run("allow", person=BEN)
    with pytest.raises(Invalid, match="may do that already"):
        await office.run("allow", person=BEN)
    with pytest.raises(Invalid, match="was not named for that"):
        await office.run("revoke", person=BEN, what="files")


@pytest.mark.parametrize("person", ["ben", "@ben", "<@U0BEN", "<!channel>", "<@B0BOT>", ""])
async def test_only_a_mention_names_a_person_for_sure(office: Office, person: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await office.run("allow", person=person)
    assert wrong.value.field == "person"


@pytest.mark.parametrize("what", ["chat", "admin/allow", "files/list", "all", "everythin"])
async def test_only_what_is_for_admins_can_be_handed_on(office: Office, what: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await office.run("allow", person=BEN, what=what)
    assert wrong.value.field == "what"


def test_what_can_be_handed_on_comes_from_the_declarations() -> None:
    options = handed_on(ALL)
    assert options[0] == "everything"
    assert {"connect", "connect/add", "files/delete", "models/delete", "call/send"} <= {*options}
    assert all(find(each.partition("/")[0]) for each in options[1:])
    assert handed_on([]) == ["everything"]


@pytest.mark.parametrize(("operation", "title"), [("guests", "Guests"), ("strangers", "other organizations")])
async def test_who_comes_in_is_chosen(office: Office, operation: str, title: str) -> None:
    assert title in said(await office.run(operation, allowed="yes"))
    assert (await office.settings()) == {operation: True}
    assert [*facts(await office.run("list")).values()].count("let in") == 1
    assert "refused" in said(await office.run(operation, allowed="no"))
    assert await office.settings() == {}


async def test_the_usual_model_is_chosen_of_those_that_the_account_has(office: Office) -> None:
    models = [each.id for each in await office.world.api.models()]
    assert "gpt-6-luna" in models
    await office.run("model", kind="chat", model="gpt-6-luna")
    await office.run("model", kind="embedding", model="text-embedding-3-small")
    assert await office.connecting.model("T1", None, "chat") == "gpt-6-luna"
    assert "chat: gpt-6-luna" in facts(await office.run("list"))["Models"]
    assert "newest" in said(await office.run("model", kind="chat"))
    assert (await office.settings())["models"] == {"embedding": "text-embedding-3-small"}
    await office.run("model", kind="embedding")
    assert await office.settings() == {}


@pytest.mark.parametrize(
    ("model", "text"),
    [("gpt-none", "has no “gpt-none”"), ("text-embedding-3-small", "kind embedding")],
)
async def test_a_model_that_cannot_be_used_is_not_chosen(office: Office, model: str, text: str) -> None:
    with pytest.raises(Invalid, match=text):
        await office.run("model", kind="chat", model=model)
    assert await office.settings() == {}


async def test_how_long_things_are_kept_is_chosen(office: Office) -> None:
    assert facts(await office.run("list"))["Kept for"] == "30 days"
    await office.run("retention", days="7")
    assert facts(await office.run("list"))["Kept for"] == "7 days"
    for days in ("0", "366", "1.5"):
        with pytest.raises(Invalid):
            await office.run("retention", days=days)


async def test_the_record_shows_the_latest_fifty(office: Office) -> None:
    assert "Nothing was changed yet" in said(await office.run("log"))
    async with office.store.begin() as unit:
        for at in range(60):
            await unit.audit.add(
                "T1", actor="U0BEN", action="files/delete", result="done", object=f"file-{at}",
                fields=["id"], request_id="req_1",
            )  # fmt: skip
    (table,) = tables(await office.run("log"))
    assert len(table.rows) == 50
    assert table.rows[0][1:] == ("u0ben of T1", "files/delete (id)", "file-59", "done, req_1")


async def test_another_workspace_has_rules_of_its_own(office: Office, store: Store, world: World) -> None:
    await office.run("allow", person=BEN)
    await office.run("guests", allowed=True)
    other = Office(store, world, "T2")
    assert await other.listed() == []
    assert await other.settings() == {}
    with pytest.raises(Invalid):
        await other.run("revoke", person=BEN)
    assert "Nothing was changed" in said(await other.run("log"))
    assert await office.listed() == [("u0ben of T1", "everything", "u0ada of T1")]


def test_rules_are_changed_by_workspace_admins_alone_and_seen_by_all() -> None:
    roles = {each.name: each.role for each in ADMIN.operations}
    assert roles["list"] is Role.MEMBER
    assert {name for name, role in roles.items() if role is Role.WORKSPACE_ADMIN} == {
        "allow", "revoke", "guests", "strangers", "retention",
    }  # fmt: skip
    assert {each.name for each in ADMIN.operations if each.effect is Effect.READ} == {"list", "log"}


def test_it_is_made_of_whatever_modules_there_are_and_comes_last() -> None:
    assert ADMIN.name == "admin"
    assert [each.name for each in admin(ALL[:-1]).operations] == [each.name for each in ADMIN.operations]
    for operation in ADMIN.operations:
        check(operation, operation.example)
