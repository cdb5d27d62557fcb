"""Runs: permission, values, record."""

import pytest

from bot.errors import Forbidden, Invalid, ModelGone, NoConnection
from bot.module import Text
from bot.modules import find
from bot.services.people import Person
from bot.services.runs import Ask
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
