"""POST /moderations, as the official client and schemas see it."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/moderations"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


async def test_each_text_has_its_result_with_thirteen_scores(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    body = {"input": ["I will kill you, idiot", "Good morning"]}
    found = await sdk.moderations.create(**body)
    assert [one.flagged for one in found.results] == [True, False]
    assert found.model == "omni-moderation-2024-09-26"
    bad, good = found.results
    assert bad.categories.harassment_threatening
    assert bad.categories.violence
    assert bad.category_applied_input_types.violence == ["text"]
    assert 0 < good.category_scores.violence < 0.02
    _, answer, _ = await api_server.ask("POST", PATH, json=body)
    schema.response("POST", PATH, answer)
    assert len(answer["results"][0]["category_scores"]) == 13


async def test_the_parts_of_one_input_are_scored_together(sdk: AsyncOpenAI) -> None:
    parts = [
        {"type": "text", "text": "blood everywhere, gore"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
    ]
    found = await sdk.moderations.create(input=parts, model="omni-moderation-latest")
    assert len(found.results) == 1
    assert found.results[0].category_applied_input_types.violence == ["text", "image"]
    assert found.results[0].category_applied_input_types.hate == ["text"]
    only_image = await sdk.moderations.create(input=parts[1:])
    assert only_image.results[0].category_applied_input_types.hate == []


async def test_the_same_text_has_the_same_scores(sdk: AsyncOpenAI) -> None:
    first, second = [(await sdk.moderations.create(input="Hello")).results for _ in range(2)]
    assert first == second


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_required_parameter", "input"),
        ({"input": 5}, "invalid_type", "input"),
        ({"input": []}, "empty_array", "input"),
        ({"input": [{"type": "video"}]}, "invalid_value", "input[0].type"),
        (
            {"input": [{"type": "image_url", "image_url": {"url": "x"}}]},
            "invalid_image_url",
            "input[0].image_url.url",
        ),
        ({"input": "a", "n": 1}, "unknown_parameter", "n"),
        ({"input": "a", "model": "gpt-4o"}, "invalid_value", "model"),
    ],
)
async def test_a_wrong_request_is_refused(
    api_server: Any, body: dict[str, Any], code: str, param: Any
) -> None:
    status, answer, _ = await api_server.ask("POST", PATH, json=body)
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer


async def test_the_old_text_models_are_gone(sdk: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await sdk.moderations.create(input="a", model="text-moderation-latest")


async def test_moderation_is_free(api_server: Any, sdk: AsyncOpenAI) -> None:
    api_server.api.key.quota = "credit_balance_exhausted"
    assert (await sdk.moderations.create(input="Hello")).results
