"""Records of runs: done once, found by those who may, and whole when they are opened again."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import BotError, Forbidden, Interrupted, Invalid, ModelGone, NotFound
from bot.module import Facts, File, Result, Table, Text
from bot.modules import find
from bot.services import kept
from bot.services.people import Person
from bot.services.records import LOST, Ask, ask_again
from tests.services.conftest import ADA, BEN, STRANGER, House

CLEO = Person("T1", "UCLEO")
KEY = "0123456789abc0123456789"


def ask(module: str, operation: str, person: Person = BEN, **raw: Any) -> Ask:
    found = find(module)
    assert found is not None
    which = found.operation(operation)
    assert which is not None
    return Ask(
        person=person, module=found, operation=which, raw=raw, surface="command", channel="C1", key=KEY
    )  # fmt: skip


def requests(house: House, path: str) -> int:
    return len([each for each in house.api.requests if each["path"].endswith(path)])


async def begun(house: House, asked: Ask) -> None:
    """A process began the call and died."""
    values = await house.runs.values(asked)

    async def allowed(_: object) -> None: ...

    await house.runs.records.begin(asked, values, None, confirm=allowed)


async def test_a_call_that_may_have_cost_money_is_not_repeated_after_a_crash(house: House) -> None:
    await house.connect()
    asked = ask("complete", "create", prompt="Once")
    await begun(house, asked)
    with pytest.raises(Interrupted) as cut:
        await house.runs.run(replace(asked, again=True))
    assert "cost money" in cut.value.text
    assert (cut.value.again, cut.value.run) == (True, KEY)
    assert requests(house, "completions") == 0
    with pytest.raises(Interrupted):
        await house.runs.run(replace(asked, again=True))


async def test_what_only_reads_is_done_again_after_a_crash(house: House) -> None:
    await house.connect()
    asked = ask("models", "list")
    await begun(house, asked)
    assert (await house.runs.run(replace(asked, again=True))).run == KEY


@pytest.mark.parametrize(("spends", "state"), [(True, "interrupted"), (False, "calling")])
async def test_what_the_end_of_a_process_cuts_off_is_known_to_the_next(
    house: House,
    spends: bool,  # noqa: FBT001 - a test's parameter
    state: str,
) -> None:
    await house.connect()
    begun_ = asyncio.Event()

    async def endless(*_: object) -> Result:
        begun_.set()
        await asyncio.Event().wait()
        return Result([])

    asked = ask("models", "list")
    slow = replace(asked, operation=replace(asked.operation, call=endless, spends=spends))
    running = asyncio.create_task(house.runs.run(slow))
    await begun_.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await house.runs.records.find(BEN, KEY, None)).state == state


async def test_what_is_under_way_is_not_begun_twice(house: House) -> None:
    await house.connect()
    asked = ask("models", "list")
    await begun(house, asked)
    with pytest.raises(BotError, match="being done already"):
        await house.runs.run(asked)


async def test_a_request_that_had_its_end_gets_that_again(house: House) -> None:
    await house.connect()
    asked = ask("complete", "create", prompt="Once")
    first = await house.runs.run(asked)
    made = requests(house, "completions")
    again = await house.runs.run(replace(asked, again=True))
    assert again.known
    assert kept.result(again.result) == kept.result(first.result)
    assert requests(house, "completions") == made


async def test_a_failure_is_told_again_and_can_be_changed(house: House) -> None:
    await house.connect()
    asked = ask("complete", "create", prompt="Once", model="gone")
    with pytest.raises(ModelGone) as gone:
        await house.runs.run(asked)
    with pytest.raises(BotError) as told:
        await house.runs.run(replace(asked, again=True))
    assert (told.value.text, told.value.run) == (gone.value.text, KEY)


async def test_what_was_typed_wrongly_is_kept_and_what_nobody_may_is_not(house: House) -> None:
    wrong = Invalid("Temperature: no", field="temperature")
    asked = ask("complete", "create", prompt="Once", temperature="hot")
    await house.runs.records.refuse(asked, wrong)
    await house.runs.records.refuse(asked, wrong)
    assert wrong.run == KEY
    found = await house.runs.records.find(BEN, KEY, None)
    assert found.values == {"prompt": "Once", "temperature": "hot"}
    forbidden = Forbidden()
    await house.runs.records.refuse(replace(asked, key=None), forbidden)
    assert forbidden.run is None


async def test_what_is_to_be_confirmed_waits_and_is_done_once(house: House) -> None:
    number = await house.connect()
    asked = ask("connect", "remove", ADA, id=number)
    values = await house.runs.values(asked)
    assert await house.runs.records.ask(asked, values) == KEY
    assert await house.runs.records.ask(asked, values) == KEY
    run = await house.runs.records.find(ADA, KEY, None)
    meant = replace(ask_again(run, ADA, asked.module, asked.operation), key=KEY)
    await house.runs.run(meant)
    again = await house.runs.run(meant)
    assert again.known


@pytest.mark.parametrize("private", [True, False])
async def test_a_run_is_found_by_its_person_and_by_those_who_see_its_result(
    house: House,
    private: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    await house.connect()
    await house.runs.run(replace(ask("models", "list"), private=private))
    find_ = house.runs.records.find
    assert (await find_(BEN, KEY, None)).user == BEN.id
    for person, run, channel in (
        (CLEO, KEY, "C2"),
        (CLEO, KEY, None),
        (STRANGER, KEY, "C1"),
        (BEN, "nothing", "C1"),
    ):
        with pytest.raises(NotFound) as lost:
            await find_(person, run, channel)
        assert lost.value.text == LOST
    if private:
        with pytest.raises(NotFound, match="not known any more"):
            await find_(CLEO, KEY, "C1")
    else:
        assert (await find_(CLEO, KEY, "C1")).id == KEY


async def test_a_source_file_goes_along_only_for_the_one_who_gave_it(house: House) -> None:
    await house.connect()
    file = File("notes.txt", b"One\nTwo\n", "text/plain", source="F1")
    asked = ask("embed", "create", files=[file])
    await house.runs.run(replace(asked, private=False))
    run = await house.runs.records.find(BEN, KEY, None)
    assert run.values["files"] == [{"id": "F1", "name": "notes.txt", "mimetype": "text/plain"}]
    assert "files" in ask_again(run, BEN, asked.module, asked.operation).raw
    assert "files" not in ask_again(run, CLEO, asked.module, asked.operation).raw


def test_a_result_is_opened_as_it_was_without_the_contents_of_files() -> None:
    made = Result(
        [
            Text("# Done"),
            Text("~~old~~", aside=True),
            Facts([("Size", "2")]),
            Table(("A", "B"), [("x", 1), ("y", 2.5)], "T"),
            File("a.png", b"content", "image/png", "A hut", "F1"),
        ],
        ("Note",), "m", 1, 2, "req",
    )  # fmt: skip
    opened = kept.opened(kept.result(made))
    assert kept.result(opened) == kept.result(made)
    assert opened.parts[1] == Text("~~old~~", aside=True)
    assert opened.parts[4] == File("a.png", b"", "image/png", "A hut", "F1")
