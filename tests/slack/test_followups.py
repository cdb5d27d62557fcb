"""What stands under results and failures, and what of a result is handed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking import check
from bot.errors import ApiDown, Invalid, ModelGone
from bot.module import Effect, Facts, File, Module, Operation, Result, Table, Text
from bot.modules import ALL
from bot.playground.slack.blocks import problems
from bot.slack import ids
from bot.slack.followups import after_failure, asks_first, handed_on, question, row
from bot.slack.showing import shortened

RUN = "0123456789abc0123456789"
EVERY = [(module, operation) for module in ALL for operation in module.operations]


def titles(blocks: list[dict[str, object]]) -> list[str]:
    return [(each.get("text") or each["placeholder"])["text"] for each in blocks]  # type: ignore[index]


def operation(module: str, name: str) -> Operation:
    return next(each for of, each in EVERY if (of.name, each.name) == (module, name))


@pytest.mark.parametrize(("module", "each"), EVERY, ids=lambda it: getattr(it, "name", ""))
def test_every_row_and_question_is_one_that_slack_takes(module: Module, each: Operation) -> None:
    result = Result([Text("A text"), File("a.png", b"", "image/png", source="F1")])
    for effect in Effect:
        made = row(RUN, each, result, ALL, effect=effect, postable=True)
        assert problems(made, "message") == []
        assert problems(made, "modal") == []
    assert problems(question(RUN, each, each.example), "message") == []
    assert module.name


def test_asides_are_not_handed_on_and_files_are_by_their_source() -> None:
    given_ = handed_on(
        Result([Text("New text"), Text("~~old~~", aside=True), File("a.png", b"", "image/png", source="F1")])
    )
    assert given_.text == "New text"
    assert given_.files == [{"id": "F1", "name": "a.png", "mimetype": "image/png"}]


def test_facts_and_tables_are_handed_on_where_nothing_else_is() -> None:
    table = Table(("Model", "Days"), [("a", 3)], "Models")
    assert handed_on(Result([Facts([("Size", "2")]), table])).text == "Size: 2\n\nModels\nModel | Days\na | 3"
    assert handed_on(Result([table, Text("Told")])).text == "Told"


def test_what_destroys_is_not_offered_again() -> None:
    made = row(RUN, operation("files", "delete"), Result([]), ALL, effect=Effect.DESTROY, postable=False)
    assert made == []


def test_what_needs_a_secret_is_changed_and_not_repeated() -> None:
    made = row(RUN, operation("connect", "add"), Result([]), ALL, effect=Effect.CHANGE, postable=False)
    assert titles(made[0]["elements"]) == ["Change and run"]


def test_a_choice_carries_the_run_and_the_operation() -> None:
    made = row(
        RUN, operation("chat", "create"), Result([Text("Hi")]), ALL, effect=Effect.READ, postable=False
    )
    menu = made[0]["elements"][0]
    assert menu["action_id"] == ids.RUN_USE
    assert f"{RUN}/edit/create" in [each["value"] for each in menu["options"]]
    assert not [each for each in menu["options"] if "image-edit" in each["value"]]


def test_a_failure_offers_what_can_help() -> None:
    edit = operation("edit", "create")
    assert titles(after_failure(ApiDown(), RUN, edit)) == ["Try again", "Change and run"]
    assert titles(after_failure(ModelGone(), RUN, edit)) == ["Change and run"]
    assert titles(after_failure(Invalid("No"), RUN, edit)) == ["Open the form"]


def test_only_what_destroys_and_was_not_typed_twice_asks_first() -> None:
    asking = {
        f"{module.name} {each.name}"
        for module, each in EVERY
        if asks_first(each, {**each.example, **({"method": "DELETE"} if module.name == "call" else {})})
    }
    assert {"connect remove", "call send"} <= asking
    assert "files delete" not in asking
    assert "call send" not in [
        f"{module.name} {each.name}" for module, each in EVERY if asks_first(each, each.example)
    ]
    assert check(operation("files", "delete"), {"id": "file-1", "confirm": "file-1"})


def test_a_text_that_nobody_scrolls_through_becomes_a_file_once() -> None:
    text = "word " * 10_000
    begin, file = shortened(Result([Text(text)])).parts[::-1]
    assert isinstance(begin, Text)
    assert isinstance(file, File)
    assert file.content.decode() == text
    assert file.name in begin.markdown
    there = File("whole.txt", text.encode())
    made = shortened(Result([Text(text), there]))
    assert [each for each in made.parts if isinstance(each, File)] == [there]
    assert "whole.txt" in str(made.parts[0])


@given(st.text(max_size=200))
def test_short_texts_stay_as_they_are(text: str) -> None:
    result = Result([Text(text)])
    assert shortened(result) == result
