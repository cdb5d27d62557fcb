"""Chat against the API at work: every parameter, files, tools, sound, and what was left out is said."""

import base64
from io import BytesIO
from typing import Any

import pytest
from openai import AsyncOpenAI
from PIL import Image

from bot.checking import check
from bot.errors import Invalid, ModelGone, RequestRefused
from bot.module import File
from bot.modules.chat import CHAT, converses, opening
from tests.modules.world import PERSON, World, as_json, files, said

CREATE = CHAT.operations[0]
LUNA = "gpt-6-luna"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
#: Right for a model that does not reason: every parameter but those of sound, search and reasoning.
EVERYTHING: dict[str, Any] = {
    "model": "gpt-4.1",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say: hello", "name": "ada"},
    ],
    "temperature": 0.5,
    "top_p": 0.9,
    "n": 2,
    "stop": ["END", "STOP"],
    "max_completion_tokens": 50,
    "presence_penalty": 0.5,
    "frequency_penalty": -0.5,
    "logit_bias": {"1639": -100},
    "logprobs": True,
    "top_logprobs": 2,
    "seed": 7,
    "response_format": {"type": "text"},
    "tools": [TOOL],
    "tool_choice": "none",
    "parallel_tool_calls": False,
    "prediction": {"type": "content", "content": "hello"},
    "service_tier": "auto",
    "store": True,
    "metadata": {"team": "red"},
    "prompt_cache_key": "key",
}


def picture() -> File:
    made = BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "PNG")
    return File("Red.PNG", made.getvalue(), "application/octet-stream")


async def ask(world: World, text: str, **more: Any) -> Any:
    return await world.run(CHAT, model=LUNA, messages=[{"content": text}], **more)


def body(world: World) -> dict[str, Any]:
    made: dict[str, Any] = world.bodies("/chat/completions")[-1]
    return made


async def test_a_question_is_answered(world: World) -> None:
    result = await ask(world, "Say: hello", reasoning_effort="none")
    assert said(result) == "hello"
    assert result.model == LUNA
    assert result.input_tokens
    assert result.output_tokens
    assert (result.request_id or "").startswith("req_")
    assert result.notes == ()


async def test_what_was_not_set_is_not_sent(world: World) -> None:
    await ask(world, "Say: hello")
    assert body(world) == {
        "model": LUNA,
        "messages": [{"role": "user", "content": "Say: hello"}],
        "safety_identifier": PERSON,
    }


async def test_every_field_arrives_as_the_official_client_sends_it(world: World, sdk: AsyncOpenAI) -> None:
    result = await world.run(CHAT, **EVERYTHING)
    await sdk.chat.completions.create(**EVERYTHING, safety_identifier=PERSON)
    ours, theirs = world.asked("/chat/completions")
    assert (ours["method"], ours["path"], ours["body"]) == (theirs["method"], theirs["path"], theirs["body"])
    assert result.notes == ()


async def test_several_answers_are_numbered(world: World) -> None:
    result = await ask(world, "Say: hello", n=3, reasoning_effort="none")
    assert [part.markdown for part in result.parts] == [f"**Answer {at}**\n\nhello" for at in (1, 2, 3)]  # type: ignore[union-attr] # all are texts


async def test_the_worked_example_works(world: World) -> None:
    result = await world.run(CHAT, **CREATE.example)
    assert said(result)
    assert result.model == LUNA


async def test_a_picture_goes_with_the_last_message_of_the_person(world: World) -> None:
    messages = [
        {"role": "user", "content": "One"},
        {"role": "user", "content": "What is this?"},
        {"role": "system", "content": "Be brief."},
    ]
    result = await world.run(CHAT, model=LUNA, messages=messages, files=[picture()])
    assert said(result)
    sent = body(world)["messages"]
    assert [sent[0]["content"], sent[2]["content"]] == ["One", "Be brief."]
    text, image = sent[1]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    prefix, _, data = image["image_url"]["url"].partition(",")
    assert prefix == "data:image/png;base64"
    assert base64.b64decode(data) == picture().content


async def test_texts_are_read_and_documents_are_given_as_they_are(world: World) -> None:
    given = [
        File("notes.md", "Grün".encode()),
        File("bad.csv", b"\xff"),
        File("a.pdf", b"%PDF-1.7", "text/html"),
    ]
    await ask(world, "Sum it up", files=given)
    parts = body(world)["messages"][0]["content"]
    assert parts[1] == {"type": "text", "text": "File notes.md:\n\nGrün"}
    assert parts[2]["text"].endswith("\ufffd")
    data = base64.b64encode(b"%PDF-1.7").decode()
    assert parts[3]["file"] == {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{data}"}


async def test_files_need_a_message_of_the_person(world: World) -> None:
    with pytest.raises(Invalid, match="need a message of the role “user”") as wrong:
        await world.run(CHAT, model=LUNA, messages=[{"role": "system", "content": "x"}], files=[picture()])
    assert wrong.value.field == "files"
    assert world.bodies("/chat/completions") == []


async def test_a_tool_that_the_model_wants_called_is_shown(world: World) -> None:
    result = await ask(
        world, "How is the weather in Oslo?", tools=[TOOL], tool_choice="required", reasoning_effort="none"
    )
    assert "`get_weather`\n```\n{" in said(result)
    assert '"city"' in said(result)
    assert result.notes == ("The model asks for a tool to be called; this is what it wants.",)


async def test_a_tool_choice_can_be_one_word(world: World) -> None:
    await ask(world, "Say: hello", tools=[TOOL], tool_choice="auto", reasoning_effort="none")
    assert body(world)["tool_choice"] == "auto"


async def test_what_a_model_refuses_is_left_out_and_said(world: World) -> None:
    result = await ask(
        world, "Say: hello", temperature=0.5, stop=["END"], reasoning_effort="low", verbosity="low"
    )
    assert said(result) == "hello"
    assert {*body(world)} == {"model", "messages", "safety_identifier", "reasoning_effort", "verbosity"}
    assert result.notes == (
        f"`stop` was left out: {LUNA} does not take it.",
        f"`temperature` was left out: {LUNA} takes it only with the reasoning effort “none”.",
    )


async def test_an_answer_that_reached_its_limit_says_so(world: World) -> None:
    result = await ask(
        world, "Write 200 words about trees.", max_completion_tokens=16, reasoning_effort="none"
    )
    assert result.output_tokens == 16
    assert result.notes == ("The answer stops here because it reached the limit of tokens.",)


async def test_an_answer_without_text_says_so(world: World) -> None:
    result = await ask(
        world, "Write 200 words about trees.", max_completion_tokens=1, reasoning_effort="high"
    )
    assert said(result) == "_The answer is empty._"
    assert len(result.notes) == 1


async def test_a_spoken_answer_is_a_file_and_its_words(world: World) -> None:
    audio = {"voice": "alloy", "format": "mp3"}
    messages = [{"content": "Say: hello"}]
    result = await world.run(
        CHAT, model="gpt-audio-1.5", messages=messages, modalities=["text", "audio"], audio=audio
    )
    assert said(result) == "hello"
    (spoken,) = files(result)
    assert (spoken.name, spoken.media_type) == ("answer-1.mp3", "audio/mp3")
    assert spoken.content


async def test_probabilities_and_moderation_come_as_files(world: World) -> None:
    result = await ask(
        world,
        "Say: hello",
        logprobs="yes",
        reasoning_effort="none",
        moderation={"model": "omni-moderation-latest"},
    )
    likely, judged = files(result)
    assert (likely.name, judged.name) == ("logprobs-1.json", "moderation.json")
    assert as_json(likely)["content"][0]["token"]
    assert {*as_json(judged)} == {"input", "output"}


async def test_the_apis_refusals_keep_their_words(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(CHAT, model="gpt-0", messages=[{"content": "Hi"}])
    with pytest.raises(RequestRefused, match="top_logprobs"):
        await world.run(CHAT, model="gpt-4.1", messages=[{"content": "Hi"}], top_logprobs=2)


def values(**more: Any) -> dict[str, Any]:
    return check(CREATE, {"model": LUNA, "messages": [{"content": "Hi"}], **more})


def test_a_conversation_opens_with_instructions_turns_and_settings() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "1."},
        {"role": "developer", "content": "No jokes."},
        {"role": "user", "content": "Two?"},
    ]
    opened = opening(values(messages=messages, temperature=0, files=[picture()]))
    assert opened.model == LUNA
    assert opened.system == "Be brief.\n\nNo jokes."
    assert opened.turns == [("user", "One?"), ("assistant", "1."), ("user", "Two?")]
    assert opened.settings == {"temperature": 0}
    assert [file.name for file in opened.files] == ["Red.PNG"]


@pytest.mark.parametrize(
    ("more", "goes_on"),
    [
        ({}, True),
        ({"n": 1, "temperature": 1, "logprobs": "no"}, True),
        ({"n": 2}, False),
        ({"tools": [TOOL]}, False),
        ({"modalities": ["text", "audio"]}, False),
        ({"logprobs": True}, False),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, False),
    ],
)
def test_only_one_answer_in_text_to_a_person_goes_on_as_a_conversation(
    more: dict[str, Any], goes_on: object
) -> None:
    assert converses(values(**more)) is goes_on
