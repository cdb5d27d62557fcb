"""Edits by a chat model and by the endpoint that OpenAI retired, and the word diff of both."""

from typing import Any

import pytest

from bot.errors import ApiDown, Invalid, ModelGone, RequestRefused
from bot.modules.edit import EDIT, marked
from tests.modules.world import World, said

ASKED = {
    "model": "gpt-6-luna",
    "input": "What day of the wek is it?",
    "instruction": "Fix the spelling mistakes.",
}
RETIRED = "OpenAI retired `/edits`, so this ran on gpt-6-luna with a fixed edit prompt."


async def test_the_text_is_edited_by_a_chat_model_and_the_change_is_shown(world: World) -> None:
    result = await world.run(EDIT, **ASKED)
    assert result.parts[0].markdown == "What day of the week is it?"  # type: ignore[union-attr]
    assert "What day of the ~~wek~~ **week** is it?" in said(result)
    assert (result.model, result.notes) == ("gpt-6-luna", (RETIRED,))
    assert result.input_tokens
    assert result.output_tokens


async def test_where_the_api_still_answers_edits_they_are_made_there(world: World) -> None:
    await world.control("compat", on=True)
    result = await world.run(EDIT, **ASKED, temperature=0.1, top_p=0.5, n=2)
    sent = {**ASKED, "model": "text-davinci-edit-001", "temperature": 0.1, "top_p": 0.5, "n": 2}
    assert world.bodies("/edits") == [sent]
    assert world.asked("/chat/completions") == []
    assert result.notes == ()
    assert said(result).count("~~wek~~ **week**") == 2
    assert "**Text 2**" in said(result)


async def test_openai_itself_is_not_asked_for_what_it_retired(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retired.OPENAI", "127.0.0.1")
    await world.run(EDIT, **ASKED)
    assert [each["path"] for each in world.asked()] == ["/v1/chat/completions"]


async def test_a_key_that_may_not_list_models_edits_all_the_same(world: World) -> None:
    await world.control("keys", scopes=["model.request"])
    assert "**week**" in said(await world.run(EDIT, **ASKED))


async def test_what_a_model_does_not_take_is_left_out_and_said(world: World) -> None:
    result = await world.run(EDIT, **{**ASKED, "model": "gpt-6-astra"}, temperature=0.1, top_p=0.2)
    assert [note.split("`")[1] for note in result.notes[1:]] == ["temperature", "top_p"]
    sampled = await world.run(EDIT, **ASKED, temperature=0.1)
    assert sampled.notes == (RETIRED,)
    assert world.bodies("/chat/completions")[-1]["temperature"] == 0.1


async def test_failures_pass_through(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(EDIT, **{**ASKED, "model": "gpt-4"})
    world.faults.add({"match": "POST /v1/chat", "do": "status", "status": 500})
    with pytest.raises(ApiDown):
        await world.run(EDIT, **ASKED)
    world.faults.rules.clear()
    world.faults.add({"match": "POST /v1/edits", "do": "status", "status": 400})
    with pytest.raises(RequestRefused):
        await world.run(EDIT, **ASKED)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"input": ""}, "input"),
        ({"input": "x" * 100_001}, "input"),
        ({"instruction": None}, "instruction"),
        ({"instruction": "x" * 10_001}, "instruction"),
        ({"temperature": 3}, "temperature"),
        ({"top_p": -1}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 21}, "n"),
    ],
)
async def test_what_is_over_a_limit_is_refused_before_any_call(world: World, raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(EDIT, **{**ASKED, **raw})
    assert list(caught.value.problems) == [field]
    assert world.asked() == []


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("one two", "one two", ""),
        ("one  two", "one two", ""),
        ("a b c", "a c", "a ~~b~~ c"),
        ("a c", "a b c", "a **b** c"),
        ("old", "new", "~~old~~ **new**"),
        ("old words here", "new things here", "~~old words~~ **new things** here"),
        ("teh *end*\nof it", "The *end*\nof it", "~~teh~~ **The** \\*end\\*\nof it"),
        ("x\n\ny", "x\n\nnew line\n\ny", "x\n\n**new line**\n\ny"),
        ("a\nb", "c\nd", "~~a~~\n~~b~~ **c**\n**d**"),
        ("これは", "これが", "これ ~~は~~ **が**"),
        ("a ~~b~~", "a **b**", "a ~~\\~\\~b\\~\\~~~ **\\*\\*b\\*\\***"),
    ],
)
def test_the_diff_reads_as_markdown(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_a_long_text_is_compared_in_time() -> None:
    words = ["the", "quick", "fox", "and", "the", "dog"] * 3000
    changed = [*words[:9000], "NEW", *words[9000:]]
    assert "**NEW**" in marked(" ".join(words), " ".join(changed))
