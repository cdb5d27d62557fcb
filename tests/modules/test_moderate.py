"""Moderation of texts and pictures: one request where one will do, and scores that people can read."""

from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import AccessDenied, ApiBroken, Invalid, ModelGone, RequestRefused
from bot.module import File
from bot.modules.moderate import MODERATE
from tests.modules.world import World, said, tables

PICTURE = File("cat.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40, "image/png")
THREAT = "I will find you and hurt you."


async def test_a_text_comes_back_with_its_flags_and_all_scores_highest_first(world: World) -> None:
    result = await world.run(MODERATE, input=THREAT)
    assert world.bodies("/moderations") == [{"input": THREAT}]
    assert "**flagged** for harassment/threatening" in said(result)
    (table,) = tables(result)
    assert table.columns == ("Category", "Score", "Over threshold", "Seen in")
    scores = [row[1] for row in table.rows]
    assert len(scores) == 13
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert table.rows[0][0] == "harassment/threatening"
    assert table.rows[0][2:] == ("yes", "text")
    assert [row[2] for row in table.rows].count("no") >= 10
    assert result.model == "omni-moderation-2024-09-26"
    assert result.request_id


async def test_several_texts_are_one_request_and_a_result_each(world: World, sdk: AsyncOpenAI) -> None:
    texts = ["Good morning", THREAT, "*nice* [day]"]
    result = await world.run(MODERATE, input=texts, model="omni-moderation-2024-09-26")
    await sdk.moderations.create(input=texts, model="omni-moderation-2024-09-26")
    ours, theirs = world.bodies("/moderations")
    assert ours == theirs
    lines = said(result).splitlines()
    assert lines[0] == "1. “Good morning”: not flagged"
    assert lines[1].startswith("2. ")
    assert "flagged** for" in lines[1]
    assert lines[2] == "3. “\\*nice\\* \\[day\\]”: not flagged"
    assert [table.title for table in tables(result)] == [
        "1. “Good morning”", f"2. “{THREAT}”", "3. “*nice* [day]”",
    ]  # fmt: skip


async def test_many_samples_share_one_table(world: World) -> None:
    result = await world.run(MODERATE, input=[*["Good morning"] * 19, THREAT])
    (table,) = tables(result)
    assert (len(table.columns), len(table.rows)) == (15, 20)
    assert table.columns[:3] == ("Sample", "Flagged", "harassment/threatening")
    assert [row[1] for row in table.rows] == ["no"] * 19 + ["yes"]


async def test_a_picture_is_a_request_of_its_own(world: World) -> None:
    second = File("dog.JPG", b"\xff\xd8\xff" + b"0" * 40, "image/jpeg")
    result = await world.run(MODERATE, input=["Hello"], files=[PICTURE, second])
    text, png, jpeg = world.bodies("/moderations")
    assert text == {"input": "Hello"}
    assert png["input"][0]["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert jpeg["input"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert said(result).splitlines()[1] == "2. cat.png: not flagged"
    alone = await world.run(MODERATE, files=[PICTURE])
    assert len(tables(alone)) == 1
    assert "image" in {row[3] for row in tables(alone)[0].rows}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "input"),
        ({"input": ["x"] * 21}, "input"),
        ({"input": "x" * 100_001}, "input"),
        ({"files": [File("a.pdf", b"x")]}, "files"),
        ({"files": [PICTURE] * 11}, "files"),
        ({"input": "a", "files": [PICTURE, File("not.png", b"GIF90a no picture")]}, "files"),
        ({"files": [File("a.png", b"x" * (20 * 2**20 + 1))]}, "files"),
        ({"input": "a", "model": "with space"}, "model"),
    ],
)
async def test_what_is_missing_or_too_much_is_refused_before_any_call(
    world: World, raw: Any, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(MODERATE, **raw)
    assert (caught.value.field or "").partition(".")[0] == field
    assert world.asked() == []


async def test_failures_pass_through(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(MODERATE, input="a", model="text-moderation-latest")
    with pytest.raises(RequestRefused):
        await world.run(MODERATE, input="a", model="gpt-6-luna")
    await world.control("keys", scopes=["api.model.read"])
    with pytest.raises(AccessDenied, match=r"model\.request"):
        await world.run(MODERATE, input="a")
    world.faults.add({"match": "POST /v1/moderations", "do": "garbage"})
    with pytest.raises(ApiBroken):
        await world.run(MODERATE, input="a")
