"""POST /chat/completions: what is answered, whole."""

import base64
import json
from typing import Any

from openai import AsyncOpenAI

PATH = "/chat/completions"
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
PDF = "data:application/pdf;base64,JVBERg=="


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


async def say(sdk: AsyncOpenAI, *messages: Any, model: str = "gpt-4o", **more: Any) -> Any:
    return await sdk.chat.completions.create(model=model, messages=list(messages), **more)


async def test_an_answer_is_as_the_official_schema_says(api_server: Any, schema: Any) -> None:
    body = {"model": "gpt-6-luna", "messages": [user("Tell me about rivers")]}
    schema.request("POST", PATH, body)
    status, answer, headers = await api_server.ask("POST", PATH, json=body)
    assert status == 200
    schema.response("POST", PATH, answer)
    assert "rivers" in answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    assert headers["x-ratelimit-limit-requests"]


async def test_the_conversation_is_remembered(sdk: AsyncOpenAI) -> None:
    said = [user("My name is Ada."), {"role": "assistant", "content": "Hello!"}, user("What is my name?")]
    assert (await say(sdk, *said)).choices[0].message.content == "Your name is Ada."
    assert "not told me" in (await say(sdk, said[2])).choices[0].message.content


async def test_the_same_question_has_the_same_answer_and_choices_differ(sdk: AsyncOpenAI) -> None:
    first, second = [await say(sdk, user("What about lakes?"), n=2) for _ in range(2)]
    texts = [choice.message.content for choice in first.choices]
    assert texts == [choice.message.content for choice in second.choices]
    assert texts[0] != texts[1]


async def test_an_edit_prompt_is_carried_out(sdk: AsyncOpenAI) -> None:
    order = {"role": "system", "content": "Edit the text. Instruction: Fix the spelling mistakes."}
    answer = await say(sdk, order, user("What day of teh wek is it?"))
    assert answer.choices[0].message.content == "What day of the week is it?"
    answer = await say(sdk, user("Translate to German: Good morning"))
    assert answer.choices[0].message.content == "Gut Morgen"


async def test_a_long_answer_has_the_length_that_was_asked_for_and_code_has_fences(sdk: AsyncOpenAI) -> None:
    long = (await say(sdk, user("Write 2000 words about the sea"))).choices[0].message.content
    assert len(long.split()) == 2000
    code = (await say(sdk, user("Write a Python function called sort_names"))).choices[0].message.content
    assert "```python\n" in code
    assert "sort_names" in code


async def test_an_answer_is_cut_at_the_limit_and_at_a_stop_word(sdk: AsyncOpenAI) -> None:
    cut = await say(sdk, user("Write 200 words about the sea"), max_completion_tokens=10)
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage.completion_tokens == 10
    stopped = await say(sdk, user('Say "one two three four"'), stop=["three", "never"])
    assert stopped.choices[0].message.content == "one two "
    assert stopped.choices[0].finish_reason == "stop"


async def test_thinking_uses_up_a_small_limit(sdk: AsyncOpenAI) -> None:
    answer = await say(sdk, user("Hello"), model="gpt-6-luna", max_completion_tokens=16)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("", "length")
    assert answer.usage.completion_tokens_details.reasoning_tokens == 16


async def test_json_is_answered_as_wanted(sdk: AsyncOpenAI) -> None:
    answer = await say(sdk, user("Give me json about cats"), response_format={"type": "json_object"})
    assert "cats" in json.loads(answer.choices[0].message.content)["answer"]
    wanted = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 20},
            "kind": {"enum": ["small", "big"]},
            "legs": {"type": "integer", "minimum": 4},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2},
            "owner": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        },
        "required": ["title", "kind", "legs", "tags", "owner"],
        "additionalProperties": False,
        "$defs": {"tag": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    form = {"type": "json_schema", "json_schema": {"name": "animal", "schema": wanted, "strict": True}}
    answer = await say(sdk, user("Describe cats"), response_format=form)
    value = json.loads(answer.choices[0].message.content)
    assert (value["kind"], value["legs"], len(value["tags"]), value["owner"]) == ("small", 4, 2, None)
    assert len(value["title"]) <= 20


async def test_tools_are_called_when_demanded_or_named(sdk: AsyncOpenAI, schema: Any) -> None:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": parameters}}]
    answer = await say(sdk, user("Weather in Paris?"), tools=tools, tool_choice="required")
    call = answer.choices[0].message.tool_calls[0]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert "Paris" in json.loads(call.function.arguments)["city"]
    schema.response("POST", PATH, answer.to_dict())
    done = [
        user("Weather in Paris?"),
        answer.choices[0].message.to_dict(),
        {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"},
    ]
    assert "18 degrees" in (await say(sdk, *done, tools=tools)).choices[0].message.content
    assert (await say(sdk, user("Hello"), tools=tools)).choices[0].message.tool_calls is None
    named = await say(sdk, user("Please get weather of Rome"), tools=tools)
    assert named.choices[0].message.tool_calls


async def test_images_files_and_recordings_of_a_message_are_received(
    api_server: Any, sdk: AsyncOpenAI
) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
        {
            "type": "file",
            "file": {"filename": "notes.pdf", "file_data": "data:application/pdf;base64,JVBERg=="},
        },
    ]
    content = (await say(sdk, user(parts))).choices[0].message.content
    assert "1 image" in content
    assert "notes.pdf" in content
    sound = base64.b64encode(b"RIFF\x24\0\0\0WAVEfmt ").decode()
    part = {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}}
    status, body, _ = await api_server.ask(
        "POST", PATH, json={"model": "gpt-audio-1.5", "messages": [user([part])]}
    )
    assert (status, body["error"]["param"]) == (400, "messages[0].content[0]")


async def test_an_audio_model_speaks_and_hears(sdk: AsyncOpenAI) -> None:
    spoken = await say(
        sdk,
        user('Say "good morning"'),
        model="gpt-audio-1.5",
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "wav"},
    )
    audio = spoken.choices[0].message.audio
    assert audio.transcript == "good morning"
    part = {"type": "input_audio", "input_audio": {"data": audio.data, "format": "wav"}}
    heard = await say(sdk, user([{"type": "text", "text": "Repeat:"}, part]), model="gpt-audio-1.5")
    assert heard.choices[0].message.content == "good morning"


async def test_log_probabilities_belong_to_the_tokens(sdk: AsyncOpenAI) -> None:
    answer = await say(sdk, user('Say "one two"'), logprobs=True, top_logprobs=2)
    content = answer.choices[0].logprobs.content
    assert "".join(one.token for one in content) == "one two"
    assert {len(one.top_logprobs) for one in content} == {2}


async def test_a_fine_tuned_model_answers_as_its_base(api_server: Any, sdk: AsyncOpenAI) -> None:
    api = api_server.api
    name = "ft:gpt-4o-mini-2024-07-18:acme::Abc"
    api.models.add_fine_tuned(name, "gpt-4o-mini-2024-07-18", api.stamp(), api.key.organization)
    answer = await say(sdk, user("Hello"), model=name, max_tokens=5, temperature=0.2)
    assert answer.model == name


async def test_inline_moderation_comes_with_the_answer(sdk: AsyncOpenAI) -> None:
    said = [user("You are an idiot"), {"role": "assistant", "content": "Oh"}, user('Say "all is well"')]
    answer = await say(sdk, *said, moderation={"model": "omni-moderation-latest"})
    assert answer.moderation.input.results[0].flagged
    assert not answer.moderation.output.results[0].flagged
