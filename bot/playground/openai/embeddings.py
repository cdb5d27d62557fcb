"""POST /embeddings: vectors made of hashed words, so that texts with the same words lie close together."""

import base64
import hashlib
import math
from array import array
from typing import Any
from zlib import crc32

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import check, tokens
from bot.playground.openai.call import Call, route
from bot.playground.openai.errors import ApiError, invalid
from bot.playground.openai.state import Api
from bot.playground.openai.turns import LITTLE, words

NATIVE = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
PER_INPUT, PER_REQUEST = 8192, 300_000  # tokens
# Each word has marks among the first 8, 64 … dimensions, so that a shortened vector still tells texts apart.
REACHES = (8, 64, 64, 256, 256, 1024, 1024, 1024)
NOISE = 1 / 128 / 40  # a byte's share, small beside a word's mark of 1

Input = str | list[int]


def vector(text: str, dimensions: int) -> list[float]:
    """The unit vector of a text."""
    noise = hashlib.shake_256(text.encode()).digest(dimensions)
    found = [(byte - 127.5) * NOISE for byte in noise]
    for word in words(text.lower()):
        weight = 0.2 if word in LITTLE else 1.0
        stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
        for number, reach in enumerate(REACHES):
            mark = crc32(f"{number}{stem}".encode())
            place = mark % reach
            if place < dimensions:
                found[place] += weight if mark & 0x10000 else -weight
    length = math.sqrt(sum(one * one for one in found))
    return [one / length for one in found]


def one_input(name: str, value: Any) -> None:
    """A text or the ids of its tokens."""
    if isinstance(value, list):
        check.array(check.integer(0), 1, PER_INPUT)(name, value)
    else:
        check.string(1)(name, value)


def given(name: str, value: Any) -> None:
    """One input or up to 2048, as texts or as token ids."""
    if isinstance(value, list) and value and isinstance(value[0], int):
        check.array(check.integer(0), 1, 2048)(name, value)
    else:
        check.either(check.string(1), check.array(one_input, 1, 2048), "a string or an array")(name, value)


RULES: dict[str, check.Rule] = {
    "model": check.string(1),
    "input": given,
    "dimensions": check.integer(1),
    "encoding_format": check.one_of("float", "base64"),
    "user": check.string(),
}


async def create(call: Call) -> ASGIApp:
    """A vector for each input."""
    body, api = await call.json(), call.api
    check.fields(body, RULES, ["model", "input"])
    model = api.models.serving(body["model"], "embedding", api.now(), call.key.organization)
    dimensions = size(model.id, body.get("dimensions"))
    inputs = each_input(body["input"])
    counts = [tokens.count(one) if isinstance(one, str) else len(one) for one in inputs]
    check_tokens(counts)
    call.spend(sum(counts), model.id)
    packed = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": encoded(one, dimensions, packed=packed)}
        for index, one in enumerate(inputs)
    ]
    usage = {"prompt_tokens": sum(counts), "total_tokens": sum(counts)}
    return call.answer({"object": "list", "data": data, "model": model.id, "usage": usage})


def size(model: str, wanted: int | None) -> int:
    """How many dimensions the vectors have."""
    native = NATIVE[model]
    if wanted is None:
        return native
    if model == "text-embedding-ada-002":
        raise invalid("This model does not support specifying dimensions.", "dimensions", None)
    check.integer(1, native)("dimensions", wanted)
    return wanted


def each_input(value: Any) -> list[Input]:
    """The inputs one by one."""
    if isinstance(value, str) or isinstance(value[0], int):
        return [value]
    return list(value)


def check_tokens(counts: list[int]) -> None:
    """Refuse an input or a request that is too long."""
    for count in counts:
        if count > PER_INPUT:
            text = (
                f"This model's maximum context length is {PER_INPUT} tokens, however you requested "
                f"{count} tokens ({count} in your prompt; 0 for the completion). Please reduce your prompt."
            )
            raise invalid(text, "input", "context_length_exceeded")
    if sum(counts) > PER_REQUEST:
        text = f"Requested {sum(counts)} tokens, max {PER_REQUEST} tokens per request"
        raise ApiError(400, text, type="max_tokens_per_request", code="max_tokens_per_request")


def encoded(one: Input, dimensions: int, *, packed: bool) -> list[float] | str:
    """The vector as numbers, or as base64 of little-endian 32-bit floats."""
    text = one if isinstance(one, str) else " ".join(f"t{token}" for token in one)
    values = array("f", vector(text, dimensions))
    return base64.b64encode(values.tobytes()).decode() if packed else values.tolist()


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [route(api, "POST", "/embeddings", create, "model.request", paid=True)]
