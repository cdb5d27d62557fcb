"""Embeddings: one request or several, every file format, the similarity table, limits and refusals."""

from array import array
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import AccessDenied, ApiBroken, Invalid, ModelGone, QuotaExhausted, RequestRefused
from bot.module import File
from bot.modules.embed import EMBED, batches
from tests.modules.world import PERSON, World, as_json, facts, files, tables

SMALL = "text-embedding-3-small"
ANIMALS = ["a cat sleeps", "the cats sleep", "a rocket starts"]


def lines(text: str | bytes, name: str = "lines.txt") -> list[File]:
    return [File(name, text.encode() if isinstance(text, str) else text, "text/plain")]


async def embed(world: World, **raw: Any) -> Any:
    return await world.run(EMBED, **{"model": SMALL, "dimensions": 8, **raw})


async def test_texts_become_vectors_a_table_of_similarities_and_a_file(world: World) -> None:
    result = await world.run(EMBED, model=SMALL, input=ANIMALS)
    assert facts(result) == {"Inputs": "3", "Dimensions": "1,536", "Norm": "1.0000"}
    firsts, alike = tables(result)
    assert [row[1] for row in firsts.rows] == ANIMALS
    assert str(firsts.rows[0][2]).count(",") == 4
    assert alike.title == "Cosine similarity"
    assert alike.columns == ("", "1", "2", "3")
    assert [row[at] for at, row in enumerate(alike.rows, 1)] == [1.0, 1.0, 1.0]
    assert alike.rows[0][2] == alike.rows[1][1]
    assert float(alike.rows[0][2]) > float(alike.rows[0][3])
    (file,) = files(result)
    assert (file.name, file.media_type) == ("embeddings.json", "application/json")
    data = as_json(file)
    assert (data["model"], data["dimensions"]) == (SMALL, 1536)
    assert [each["input"] for each in data["data"]] == ANIMALS
    assert len(data["data"][2]["embedding"]) == 1536
    assert (result.model, result.output_tokens) == (SMALL, None)
    assert result.input_tokens
    assert result.request_id


async def test_the_same_request_as_the_official_client_and_the_same_numbers(
    world: World, sdk: AsyncOpenAI
) -> None:
    result = await world.run(EMBED, model=SMALL, input=ANIMALS)
    official = await sdk.embeddings.create(model=SMALL, input=ANIMALS, user=PERSON)
    ours, theirs = world.bodies("/embeddings")
    assert ours == theirs
    vectors = [each["embedding"] for each in as_json(files(result)[0])["data"]]
    assert [array("f", each) for each in vectors] == [array("f", each.embedding) for each in official.data]


async def test_every_field_is_sent_as_it_was_set(world: World) -> None:
    result = await embed(world, input="one", user="u-1", encoding_format="float", dimensions=16)
    assert world.bodies("/embeddings") == [
        {"model": SMALL, "input": "one", "user": "u-1", "encoding_format": "float", "dimensions": 16}
    ]
    assert facts(result)["Dimensions"] == "16"
    assert len(tables(result)) == 1, "one input has nothing to be compared with"


@pytest.mark.parametrize(("encoding", "code", "kind"), [("base64", "<f4", "f"), ("float", "<f8", "d")])
async def test_npy_is_what_numpy_reads(world: World, encoding: str, code: str, kind: str) -> None:
    result = await embed(world, input=ANIMALS, format="npy", encoding_format=encoding)
    (file,) = files(result)
    assert file.name == "embeddings.npy"
    assert file.content[:8] == b"\x93NUMPY\x01\x00"
    length = int.from_bytes(file.content[8:10], "little")
    assert (10 + length) % 64 == 0
    head = file.content[10 : 10 + length].decode()
    assert head.strip() == f"{{'descr': '{code}', 'fortran_order': False, 'shape': (3, 8), }}"
    assert head.endswith("\n")
    numbers = array(kind, file.content[10 + length :])
    as_text = await embed(world, input=ANIMALS, encoding_format=encoding)
    assert numbers == array(
        kind, [x for each in as_json(files(as_text)[0])["data"] for x in each["embedding"]]
    )


async def test_csv_has_a_row_an_input(world: World) -> None:
    result = await embed(world, input=['say "hi", now', "two\nlines"], format="csv")
    head, first, *rest = files(result)[0].content.decode().split("\r\n")
    assert head == "index,input,0,1,2,3,4,5,6,7"
    assert first.startswith('0,"say ""hi"", now",')
    assert rest[0].startswith('1,"two\nlines",')


async def test_the_lines_of_files_are_inputs_after_what_was_typed(world: World) -> None:
    text = "\ufefffirst\r\n\n  second  \n\n"
    result = await embed(world, input="typed", files=[*lines(text), *lines("third", "more.md")], limit=3)
    assert world.bodies("/embeddings")[0]["input"] == ["typed", "first", "second"]
    assert result.notes == [
        "Empty lines left out: 1.", "The limit left out the last 1 of 4 inputs.",
    ]  # fmt: skip


async def test_more_than_2048_inputs_are_several_requests_joined_in_order(world: World) -> None:
    count = 2100
    result = await embed(world, files=lines("\n".join(f"line {number}" for number in range(count))))
    assert [len(body["input"]) for body in world.bodies("/embeddings")] == [2048, 52]
    assert facts(result)["Requests"] == "2"
    data = as_json(files(result)[0])["data"]
    assert [each["input"] for each in data] == [f"line {number}" for number in range(count)]
    last = await embed(world, input=f"line {count - 1}")
    assert data[-1]["embedding"] == as_json(files(last)[0])["data"][0]["embedding"]
    assert tables(result)[0].title == "Vectors; the first 20 of 2,100 inputs"
    assert len(tables(result)) == 1


async def test_more_than_300000_tokens_are_several_requests(world: World) -> None:
    line = "word " * 4000
    result = await embed(world, files=lines("\n".join([line] * 80)))
    assert len(world.bodies("/embeddings")) > 1
    assert facts(result)["Inputs"] == "80"
    assert (result.input_tokens or 0) > 300_000


async def test_a_request_with_more_tokens_than_was_estimated_is_halved(world: World) -> None:
    dense = "a " * 4000  # a token every two bytes
    result = await embed(world, files=lines("\n".join([dense] * 100)))
    assert [len(body["input"]) for body in world.bodies("/embeddings")] == [100, 50, 50]
    assert (facts(result)["Inputs"], facts(result)["Requests"]) == ("100", "2")


def test_portions_hold_every_input_once_and_keep_the_limits() -> None:
    inputs = [str(number) * (1 + number % 700) for number in range(3000)]
    made = list(batches(inputs, 2048))
    assert [each for batch in made for each in batch] == inputs
    assert all(len(batch) <= 2048 for batch in made)
    assert all(sum(len(each) for each in batch) <= 900_000 for batch in made)
    assert list(batches(["x" * 2_000_000, "y"], 2048)) == [["x" * 2_000_000], ["y"]]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "input"),
        ({"files": lines("\n \n")}, "input"),
        ({"input": ["x"] * 21}, "input"),
        ({"input": "x" * 100_001}, "input"),
        ({"files": lines("a", "a.pdf")}, "files"),
        ({"files": lines("a") * 6}, "files"),
        ({"files": lines(b"ok\n\xff\xfe")}, "files"),
        ({"files": lines("a\n" * 5001)}, "limit"),
        ({"input": "a", "limit": 0}, "limit"),
        ({"input": "a", "format": "xml"}, "format"),
        ({"input": "a", "dimensions": 0}, "dimensions"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ({"input": "a", "user": "x" * 129}, "user"),
    ],
)
async def test_what_is_wrong_is_refused_before_any_call(world: World, raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await embed(world, **raw)
    assert (caught.value.field or "").partition(".")[0] == field
    assert world.asked() == []


async def test_a_limit_takes_the_beginning_of_a_file_that_is_too_long(world: World) -> None:
    result = await embed(world, files=lines("a\n" * 6000), limit=2)
    assert facts(result)["Inputs"] == "2"


async def test_failures_pass_through(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(EMBED, model="text-embedding-9", input="a")
    with pytest.raises(AccessDenied):
        await world.run(EMBED, model="gpt-6-luna", input="a")
    with pytest.raises(RequestRefused, match="does not support specifying dimensions"):
        await embed(world, model="text-embedding-ada-002", input="a")
    with pytest.raises(RequestRefused, match="maximum context length"):
        await embed(world, input="a " * 9000)
    await world.control("keys", quota="insufficient_quota")
    with pytest.raises(QuotaExhausted):
        await embed(world, input="a")
    broken = {"data": [{"index": 0, "embedding": "no base64!"}]}
    world.faults.add({"match": "POST /v1/embeddings", "do": "status", "status": 200, "body": broken})
    with pytest.raises(ApiBroken):
        await embed(world, input="a")
