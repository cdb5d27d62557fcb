"""Proves that what is said about modules fits into messages, and that its examples are right."""

import re
from typing import Any

import pytest

from bot import fields as f
from bot.checking import check
from bot.grammar import parse
from bot.module import Module, Operation
from bot.modules import ALL
from bot.playground.slack.blocks import problems, view_problems
from bot.slack import ids
from bot.slack.help import explanation, overview

Block = dict[str, Any]
OPERATIONS = [(module, operation) for module in ALL for operation in module.operations]
NAMES = [f"{module.name}-{operation.name}" for module, operation in OPERATIONS]


def text_of(blocks: list[Block]) -> str:
    return "\n".join(each["text"]["text"] for each in blocks if each["type"] == "section")


def buttons(blocks: list[Block]) -> list[Block]:
    return [
        element
        for each in blocks
        for element in [each.get("accessory"), *each.get("elements", [])]
        if element and element["type"] == "button"
    ]


def test_the_overview_shows_every_module_in_its_order_with_a_button() -> None:
    blocks = overview(ALL)
    assert problems(blocks, "message") == []
    assert view_problems({"type": "home", "blocks": blocks}) == []
    assert re.findall(r"`/openai ([\w-]+)`", text_of(blocks)) == [each.name for each in ALL]
    opened = [each["value"] for each in buttons(blocks)]
    assert opened == [f"{each.name}/{each.operations[0].name}" for each in ALL]


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_an_explanation_names_every_field_and_fits(module: Module, operation: Operation) -> None:
    blocks = explanation(module, operation)
    assert problems(blocks, "message") == []
    text = text_of(blocks)
    for each in operation.fields:
        assert each.title in text
        shown = f"`--{each.name.replace('_', '-')}`" in text
        assert shown is not isinstance(each, f.Secret | f.Files)  # no flag for what no command takes
    for other in module.operations:
        assert other is operation or f"`/openai {module.name} {other.name}`" in text
    assert [(each["action_id"], each["value"]) for each in buttons(blocks)] == [
        (ids.OPEN, f"{module.name}/{operation.name}")
    ]


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
def test_the_example_of_an_explanation_can_be_typed_as_it_stands(
    module: Module, operation: Operation
) -> None:
    shown = re.search(r"^Example: `/openai (.*)`$", text_of(explanation(module, operation)), re.MULTILINE)
    assert shown is not None
    typed = shown[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    request = parse(typed, ALL)
    assert request is not None
    assert (request.module, request.operation) == (module, operation)
    unsaid = {each.name for each in operation.fields if isinstance(each, f.Secret | f.Files)}
    kept = {name: value for name, value in operation.example.items() if name in unsaid}
    assert check(operation, {**request.raw, **kept}) == check(operation, operation.example)


def test_a_very_long_explanation_is_several_sections() -> None:
    fields = [f.Text(name=f"f{at}", title=f"Field {at}", hint="<b> & " * 80) for at in range(30)]
    operation = Operation(
        name="try", title="Try", summary="x", fields=fields, call=ALL[0].operations[0].call, example={}
    )
    module = Module(name="try", title="Try", summary="x", operations=[operation])
    blocks = explanation(module, operation)
    assert problems(blocks, "message") == []
    assert len(blocks) > 5
    assert all(f"Field {at}:" in text_of(blocks) for at in range(30))
    assert "<b>" not in text_of(blocks)
