"""Every field of every operation, missing, right, at its limits and beyond: the same on every surface."""

from pathlib import Path
from typing import Any

import pytest

from bot import fields as f
from bot.checking import check
from bot.errors import Invalid
from bot.grammar import parse
from bot.module import Module, Operation
from bot.modules import ALL
from bot.playground.slack.blocks import view_problems
from bot.slack import forms
from bot.slack.forms import Form
from bot.usage import flag
from tests.contract.cases import FIELD_NAMES, FIELDS, NAMES, OPERATIONS, Case, cases
from tests.contract.surfaces import APART, SURFACES

#: Room for a file in a test; a larger one is proved on the other surfaces, where it takes none.
ROOM = 64 * 2**20


def outcome(operation: Operation, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The checked values, or the problems by their place."""
    try:
        return check(operation, raw), {}
    except Invalid as wrong:
        return {}, wrong.problems


def read(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The outcome of a command as it was typed."""
    try:
        request = parse(text, ALL)
    except Invalid as wrong:
        return {}, wrong.problems
    assert request
    return outcome(request.operation, request.raw)


def others(operation: Operation, but: f.Field) -> dict[str, Any]:
    return {name: value for name, value in operation.example.items() if name != but.name}


def on_surface(surface: str, pair: tuple[Module, Operation], values: dict[str, Any], folder: Path) -> Any:
    """The outcome there; a command refuses at once what it cannot hold."""
    try:
        raw = SURFACES[surface](*pair, values, folder)
    except Invalid as wrong:
        return {}, wrong.problems
    return outcome(pair[1], raw)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_the_example_is_right_everywhere(
    surface: str, module: Module, operation: Operation, tmp_path: Path
) -> None:
    expected = check(operation, operation.example)
    values, problems = on_surface(surface, (module, operation), dict(operation.example), tmp_path)
    assert problems == {}
    assert without_media_types(values) == without_media_types(expected)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("module", "operation", "kind"), FIELDS, ids=FIELD_NAMES)
def test_a_missing_field_is_named_where_it_is_needed(
    surface: str, module: Module, operation: Operation, kind: f.Field, tmp_path: Path
) -> None:
    values, problems = on_surface(surface, (module, operation), others(operation, kind), tmp_path)
    if kind.required and not isinstance(kind, f.Model):
        assert [*problems] == [kind.name]
        assert kind.title in problems[kind.name]
    else:
        assert problems == {}
        assert kind.name not in values


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("module", "operation", "kind"), FIELDS, ids=FIELD_NAMES)
def test_a_field_takes_what_it_declares_and_nothing_else(
    surface: str, module: Module, operation: Operation, kind: f.Field, tmp_path: Path
) -> None:
    for case in cases(kind):
        if surface == "terminal" and case.name == "too large" and kind.bytes_each > ROOM:  # type: ignore[union-attr]
            continue
        given = {**others(operation, kind), kind.name: case.given}
        values, problems = on_surface(surface, (module, operation), given, tmp_path)
        if case.right:
            assert problems == {}, case.name
            assert kind.name in values, case.name
            again, _ = outcome(operation, given)
            assert without_media_types(values) == without_media_types(again), case.name
        else:
            refused(kind, case, problems)
            assert outcome(operation, given)[1] == problems, "said in other words on another surface"


def refused(kind: f.Field, case: Case, problems: dict[str, str]) -> None:
    """The problem stands at its place and says of what field it is."""
    assert problems, case.name
    for place, text in problems.items():
        assert place.partition(".")[0] == kind.name, case.name
        assert text.startswith(kind.title), text
        assert text.endswith("."), text
        assert len(text) <= 2000, "Slack shows no more at a field"


def without_media_types(values: dict[str, Any]) -> dict[str, Any]:
    """The values with files as name and content: what else is known of one differs by where it comes from."""
    return {
        name: [(each.name, each.content) for each in value] if _is_files(value) else value
        for name, value in values.items()
    }


def _is_files(value: Any) -> bool:
    return isinstance(value, list) and all(hasattr(each, "media_type") for each in value)


@pytest.mark.parametrize(
    ("module", "operation", "kind"),
    [each for each in FIELDS if isinstance(each[2], APART)],
    ids=[name for name, each in zip(FIELD_NAMES, FIELDS, strict=True) if isinstance(each[2], APART)],
)
def test_a_command_holds_no_secret_and_no_file(module: Module, operation: Operation, kind: f.Field) -> None:
    text = f"{module.name} {operation.name} --{flag(kind)} sk-secret-1234567890"
    _, problems = read(text)
    assert kind.name in problems
    assert "sk-secret" not in str(problems)


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_a_form_is_one_that_slack_takes_whatever_it_is_filled_with(
    module: Module, operation: Operation
) -> None:
    for kind in operation.fields:
        if isinstance(kind, APART):
            continue
        for case in cases(kind):
            values = {**others(operation, kind), kind.name: case.given}
            texts = {name: value for name, value in values.items() if not _is_files(value)}
            shown = forms.filled(Form(module.name, operation.name), operation, texts)
            view = forms.view(shown, module, operation, texts)
            assert view_problems(view) == [], case.name
