"""Every request of every example, and of each field's values in turn, is in the official document."""

import pytest

from bot.errors import BotError, Invalid
from bot.module import Module, Operation
from tests.contract.cases import NAMES, OPERATIONS
from tests.contract.fillings import fillings
from tests.contract.official import Official
from tests.contract.scene import Scene
from tests.playground.openai.conftest import Schema

#: What a person sends with it is their own, whatever the path.
FREE = {"call/send"}
#: What the API refuses though the field takes it: it needs another field or model, and the API says so.
REFUSED = {
    "chat/create.top_logprobs",  # needs log probabilities
    "chat/create.parallel_tool_calls",  # needs tools
    "chat/create.tool_choice",  # the same
    "chat/create.web_search_options",  # for search models
    "chat/create.response_format",  # the messages have to ask for JSON
    "complete/create.max_tokens",  # 0 is for /completions alone, with echo
    "embed/create.dimensions",  # as many as the model has
}
#: Pictures take long to draw, and it is the requests that count here.
NOT_DRAWN = {
    "match": "POST /v1/images/(generations|edits)",
    "do": "status",
    "status": 400,
    "body": {"error": {"message": "Not drawn.", "type": "invalid_request_error"}},
}
ASKING = [
    pytest.param(*each, id=name)
    for name, each in zip(NAMES, OPERATIONS, strict=True)
    if each[1].needs_api and name not in FREE
]


@pytest.fixture(scope="session")
def official(schema: Schema) -> Official:
    return Official(schema)


@pytest.mark.parametrize(("module", "operation"), OPERATIONS, ids=NAMES)
async def test_what_an_example_asks_is_in_the_document(
    scene: Scene, official: Official, module: Module, operation: Operation
) -> None:
    await scene.prepare(module, operation)
    await scene.run(module, operation, operation.example)
    assert [problem for seen in scene.seen for problem in official.problems(seen)] == []


@pytest.mark.parametrize(("module", "operation"), ASKING)
async def test_what_each_field_adds_is_in_the_document(
    scene: Scene, official: Official, module: Module, operation: Operation
) -> None:
    await scene.prepare(module, operation)
    scene.faults.add(NOT_DRAWN)
    wrong: list[tuple[str, str, str]] = []
    for kind, given in fillings(operation):
        scene.seen.clear()
        try:
            await scene.run(module, operation, {**operation.example, kind.name: given})
        except Invalid:
            pass  # refused before it was sent: it does not go with the rest of the example
        except BotError as refusal:
            name = f"{module.name}/{operation.name}.{kind.name}"
            if name not in REFUSED and "Not drawn." not in refusal.text:
                wrong.append((kind.name, str(given)[:50], refusal.text))
        problems = [problem for seen in scene.seen for problem in official.problems(seen)]
        wrong += [(kind.name, str(given)[:50], problem) for problem in problems]
    assert wrong == []
