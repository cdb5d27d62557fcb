"""Runs: permission, values, record."""

import pytest

from bot.errors import Forbidden, Invalid, ModelGone, NoConnection
from bot.module import Text
from bot.modules import find
from bot.services.desk import Desk
from bot.services.grants import Grants
from bot.services.people import Person
from bot.services.runs import Ask
from bot.store import Unit
from tests.services.conftest import ADA, BEN, House

HELLO = [{"role": "user", "content": "Say hello."}]


def ask(person: Person, module: str = "chat", operation: str = "create", **raw: object) -> Ask:
    found = find(module)
    assert found is not None
    which = found.operation(operation)
    assert which is not None
    return Ask(person=person, module=found, operation=which, raw=raw, surface="command", channel="C1")


async def test_a_run_is_carried_out_and_recorded(house: House) -> None:
    await house.connect()
    outcome = await house.runs.run(ask(BEN, messages=HELLO))
    assert isinstance(outcome.result.parts[0], Text)
    async with house.store.read() as unit:
        run = await unit.runs.get("T1", outcome.run)
    assert run is not None
    assert (run.state, run.user, run.module, run.model) == ("done", "UBEN", "chat", outcome.result.model)
    assert None not in (run.input_tokens, run.output_tokens, run.request_id)


async def test_a_failed_run_is_recorded_with_its_reason(house: House) -> None:
    await house.connect()
    with pytest.raises(ModelGone) as gone:
        await house.runs.run(ask(BEN, messages=HELLO, model="gpt-3.5-turbo"))
    async with house.store.read() as unit:
        run = await unit.runs.get("T1", gone.value.run or "")
    assert run is not None
    assert run.state == "failed"
    assert "gpt-3.5-turbo" in (run.error or "")


async def test_what_is_missing_is_said_before_any_call(house: House) -> None:
    await house.connect()
    asked = len(house.api.requests)
    with pytest.raises(Invalid) as wrong:
        await house.runs.run(ask(BEN, temperature="3"))
    assert set(wrong.value.problems) == {"messages", "temperature"}
    assert len(house.api.requests) == asked


async def test_without_a_connection_the_way_to_one_is_said(house: House) -> None:
    with pytest.raises(NoConnection):
        await house.runs.run(ask(BEN, messages=HELLO))


@pytest.mark.parametrize(
    "person",
    [
        Person("T1", "U", guest=True),
        Person("T1", "U", foreign=True),
        Person("T1", "U", admin=True, foreign=True),
    ],
)
async def test_guests_and_strangers_may_do_nothing(house: House, person: Person) -> None:
    await house.connect()
    with pytest.raises(Forbidden):
        await house.runs.run(ask(person, messages=HELLO))


async def test_only_admins_change_connections(house: House) -> None:
    key = house.api.key.secret
    with pytest.raises(Forbidden):
        await house.runs.run(ask(BEN, "connect", "add", name="Mine", key=key))
    outcome = await house.runs.run(ask(ADA, "connect", "add", name="Mine", key=key))
    async with house.store.read() as unit:
        run = await unit.runs.get("T1", outcome.run)
    assert run is not None
    assert "key" not in run.values


async def record(house: House) -> list[tuple[str, str, str | None, str, str]]:
    async with house.store.read() as unit:
        found = await unit.audit.latest("T1", 50)
    return [(each.actor, each.action, each.object, each.result, each.fields) for each in found]


async def test_every_change_is_on_record_and_nothing_of_its_content(house: House) -> None:
    key = house.api.key.secret
    await house.runs.run(ask(ADA, "connect", "add", name="Mine", key=key))
    await house.runs.run(ask(BEN, messages=HELLO))
    assert await record(house) == [("UADA", "connect/add", "Mine", "done", "name, key")]


async def test_a_change_that_fails_is_on_record_too(house: House) -> None:
    with pytest.raises(Invalid):
        await house.runs.run(ask(ADA, "connect", "add", name="Mine", key="sk-wrong-key-0123456789"))
    assert await record(house) == [("UADA", "connect/add", "Mine", "failed", "name, key")]


async def test_a_custom_call_is_weighed_by_its_method(house: House) -> None:
    await house.connect()
    await house.runs.run(ask(BEN, "call", "send", url="models"))
    with pytest.raises(Forbidden):
        await house.runs.run(ask(BEN, "call", "send", url="files/file-1", method="DELETE"))
    async with house.store.begin() as unit:
        await unit.grants.add("T1", BEN.id, "call", "UADA")
    named = await Grants(house.store).known(BEN)
    await house.runs.run(ask(named, "call", "send", url="files/file-1", method="DELETE"))
    assert await record(house) == [
        ("UBEN", "call/send", "files/file-1", "done", "url, method=DELETE"),
        ("UBEN", "call/send", None, "refused", ""),
    ]


async def test_what_was_taken_back_meanwhile_is_refused_in_the_change_itself(house: House) -> None:
    was_named = Person("T1", BEN.id, named=frozenset({"everything"}))
    adding = ask(was_named, "connect", "add", name="Mine", key=house.api.key.secret)
    with pytest.raises(Forbidden):
        await house.runs.run(adding)
    async with house.store.read() as unit:
        assert await unit.connections.list("T1") == []
    assert await record(house) == [("UBEN", "connect/add", None, "refused", "")]


async def test_what_is_taken_back_while_it_works_changes_nothing(house: House) -> None:
    """The key is checked with the API between two transactions; the second asks again."""
    grants = Grants(house.store)
    async with house.store.begin() as unit:
        await unit.grants.add("T1", BEN.id, "connect", "UADA")
    person = await grants.known(BEN)
    adding = ask(person, "connect", "add", name="Mine", key=house.api.key.secret)

    async def confirm(unit: Unit) -> None:
        await grants.confirm(unit, person, adding.module, adding.operation, adding.raw)

    desk = Desk(house.connecting, person, confirm)
    async with house.store.begin() as unit:
        await confirm(unit)
        await unit.grants.remove("T1", BEN.id)
    with pytest.raises(Forbidden):
        await desk.add("Mine", house.api.key.secret, organization=None, project=None, base_url=None)
    assert await desk.all() == []
