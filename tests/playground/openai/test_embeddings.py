"""POST /embeddings, as the official client and schemas see it."""

import math
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/embeddings"
SMALL = "text-embedding-3-small"


def likeness(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


async def test_similar_texts_lie_closer_than_others(sdk: AsyncOpenAI) -> None:
    texts = ["The cat sat on the mat", "A cat is sitting on a mat", "Interest rates rose in Europe"]
    for dimensions in (1536, 64):
        found = await sdk.embeddings.create(
            model=SMALL, input=texts, dimensions=dimensions, encoding_format="float"
        )
        cat, other_cat, money = [one.embedding for one in found.data]
        assert len(cat) == dimensions
        assert math.isclose(likeness(cat, cat), 1, rel_tol=1e-5)
        assert likeness(cat, other_cat) > likeness(cat, money) + 0.2


async def test_floats_and_base64_say_the_same(api_server: Any, lenient_sdk: AsyncOpenAI, schema: Any) -> None:
    body = {"model": "text-embedding-3-large", "input": "Hello"}
    schema.request("POST", PATH, body)
    _, floats, _ = await api_server.ask("POST", PATH, json=body)
    schema.response("POST", PATH, floats)
    # The official client asks for base64 and decodes it, which its own strict validation does not expect.
    packed = await lenient_sdk.embeddings.create(**body)
    assert packed.data[0].embedding == pytest.approx(floats["data"][0]["embedding"])
    assert len(packed.data[0].embedding) == 3072
    assert packed.usage.prompt_tokens == 1


@pytest.mark.parametrize("given", ["a text", ["one", "two"], [1, 2, 3], [[1, 2], [3]]])
async def test_every_form_of_input_is_taken(sdk: AsyncOpenAI, given: Any) -> None:
    found = await sdk.embeddings.create(model="text-embedding-ada-002", input=given, encoding_format="float")
    many = len(given) if isinstance(given, list) and not isinstance(given[0], int) else 1
    assert [one.index for one in found.data] == list(range(many))


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"input": ""}, "empty_string", "input"),
        ({"input": ["a", ""]}, "empty_string", "input[1]"),
        ({"input": []}, "empty_array", "input"),
        ({"input": ["a"] * 2049}, "array_above_max_length", "input"),
        ({"input": {}}, "invalid_type", "input"),
        ({"input": None}, "missing_required_parameter", "input"),
        ({"input": "word " * 8193}, "context_length_exceeded", "input"),
        ({"dimensions": 0}, "integer_below_min_value", "dimensions"),
        ({"dimensions": 1537}, "integer_above_max_value", "dimensions"),
        ({"dimensions": 5, "model": "text-embedding-ada-002"}, None, "dimensions"),
        ({"encoding_format": "hex"}, "invalid_value", "encoding_format"),
        ({"temperature": 1}, "unknown_parameter", "temperature"),
    ],
)
async def test_a_wrong_request_is_refused(
    api_server: Any, schema: Any, more: Any, code: str, param: Any
) -> None:
    status, answer, _ = await api_server.ask("POST", PATH, json={"model": SMALL, "input": "a", **more})
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param), answer
    schema.error(answer)


async def test_a_request_has_a_limit_of_tokens(sdk: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await sdk.embeddings.create(model=SMALL, input=["word " * 8000] * 40, encoding_format="float")
    assert (caught.value.code, caught.value.type) == ("max_tokens_per_request", "max_tokens_per_request")


async def test_a_chat_model_makes_no_embeddings(sdk: AsyncOpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        await sdk.embeddings.create(model="gpt-4o", input="a")
