"""Whatever goes wrong at the API, every operation says it in words that help, and never the key."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot import errors
from bot import fields as f
from bot.errors import BotError, Invalid, ModelGone
from bot.module import Module, Operation, Result
from bot.playground.faults import Rule
from bot.playground.slack.blocks import problems
from bot.slack.blocks import error_blocks, error_text, result_blocks
from tests.contract.cases import NAMES, OPERATIONS
from tests.contract.scene import Scene
from tests.contract.test_examples import REQUESTS

KEY = "{the key}"
REQUEST = "req_contract"


def answer(status: int, message: str, **more: str) -> dict[str, Any]:
    error = {"message": message, "type": "invalid_request_error", "code": None, "param": None} | more
    return {"do": "status", "status": status, "body": {"error": error}, "headers": {"x-request-id": REQUEST}}


#: What the API does, and the failure that it is.
FAILURES: dict[str, tuple[dict[str, Any], tuple[type[BotError], ...]]] = {
    "401": (
        answer(401, f"Incorrect API key provided: {KEY}.", code="invalid_api_key"),
        (errors.KeyRefused,),
    ),
    "404 model": (
        answer(
            404, "The model `gpt-x` does not exist or you do not have access to it.", code="model_not_found"
        ),
        (errors.ModelGone,),
    ),
    "404": (answer(404, f"No such object. {KEY}"), (errors.MissingAtApi,)),
    "400": (
        answer(400, f"Invalid value for {KEY}.", param="temperature", code="invalid_value"),
        (errors.RequestRefused,),
    ),
    "429 rate": (answer(429, "Rate limit reached.", code="rate_limit_exceeded"), (errors.RateLimited,)),
    "429 quota": (
        answer(429, "You exceeded your current quota.", type="insufficient_quota"),
        (errors.QuotaExhausted,),
    ),
    "500": (answer(500, "The server had an error.", type="server_error"), (errors.ApiDown,)),
    "timeout": ({"do": "stall"}, (errors.ApiTimeout,)),
    "cut": ({"do": "cut", "bytes": 20}, (errors.ApiBroken,)),
    "drop": ({"do": "drop_before"}, (errors.ApiBroken, errors.ApiUnreachable)),
    "HTML": ({"do": "html", "status": 200}, (errors.ApiBroken,)),
    "HTML 502": ({"do": "html", "status": 502}, (errors.ApiDown,)),
    "no JSON": ({"do": "garbage"}, (errors.ApiBroken,)),
    # Last, as a key that may not list models is kept; where a model has to be named then, that is said.
    "403": (
        answer(403, f"You have insufficient permissions. Missing scopes: api.write. {KEY}"),
        (errors.AccessDenied, errors.ModelGone),
    ),
}
#: Where a failure at the API is none for the person: a custom call shows any answer, and a key that may not
#: list models is kept, with a note.
ANSWERED = {
    "call/send": {*FAILURES} - {"timeout", "cut", "drop"},
    "connect/add": {"403"},
    "connect/check": {"403"},
}
#: Words that tell a person what can be done; else **Try again** does.
ADVICE = re.compile(r"\b(add|ask|change|check|choose|copy|name|replace|try|use)\b", re.IGNORECASE)
ASKING = [
    pytest.param(*each, id=name)
    for name, each in zip(NAMES, OPERATIONS, strict=True)
    if REQUESTS.get(name, [""])
]


@pytest.mark.parametrize(("module", "operation"), ASKING)
async def test_every_failure_is_said_in_words_that_help(
    scene: Scene, module: Module, operation: Operation
) -> None:
    await scene.prepare(module, operation)
    secret = next((kind.name for kind in operation.fields if isinstance(kind, f.Secret)), None)
    key = operation.example[secret] if secret else scene.api.key.secret
    usual, hurried = scene.client.limits, replace(scene.client.limits, total=0.1, first=0.1)
    for failure, (rule, kinds) in FAILURES.items():
        scene.faults.rules[:] = [Rule.parse(filled({"match": ".", **rule}, key))]
        scene.client.limits = hurried if failure == "timeout" else usual
        scene.connecting.forget("T1")
        outcome = await outcome_of(scene, module, operation)
        if isinstance(outcome, Result):
            assert failure in ANSWERED.get(f"{module.name}/{operation.name}", ()), (failure, outcome)
            shows(outcome, key)
            continue
        helps(outcome, key)
        if isinstance(outcome, Invalid):
            assert failure in {"401", "403"}, repr(outcome)
            assert outcome.field in {each.name for each in operation.fields}
            continue
        assert isinstance(outcome, kinds), (failure, outcome)
        assert isinstance(outcome, ModelGone) or outcome.request_id == (
            REQUEST if "headers" in rule else None
        )


async def outcome_of(scene: Scene, module: Module, operation: Operation) -> Result | BotError:
    try:
        return await scene.run(module, operation, operation.example)
    except BotError as wrong:
        return wrong


def filled(rule: Any, key: str) -> Any:
    """The rule with the key where an API might repeat it."""
    if isinstance(rule, dict):
        return {name: filled(value, key) for name, value in rule.items()}
    return rule.replace(KEY, key) if isinstance(rule, str) else rule


def helps(wrong: BotError, key: str) -> None:
    """The words are whole sentences, say what can be done, and hold no key; Slack takes them."""
    assert len(wrong.text) > 20
    assert wrong.text[0].isupper()
    assert wrong.text[-1] in ".)]", wrong.text
    assert wrong.again or ADVICE.search(wrong.text), f"what can be done about it? {wrong.text}"
    shown = [wrong.text, str(wrong), repr(wrong), error_text(wrong), str(error_blocks(wrong))]
    assert not any(key in each for each in shown)
    assert problems(error_blocks(wrong), "message") == []


def shows(result: Result, key: str) -> None:
    """What is shown instead holds no key."""
    for message in result_blocks(result):
        assert problems(message, "message") == []
        assert key not in str(message)
