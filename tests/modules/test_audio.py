"""Recordings become text in every format that a model gives, English, and texts become sound."""

import json
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import (
    ApiDown,
    ApiTimeout,
    Invalid,
    KeyRefused,
    MissingAtApi,
    ModelGone,
    QuotaExhausted,
    RequestRefused,
)
from bot.module import File
from bot.modules.audio import AUDIO, EXAMPLE, VOICES
from bot.playground.openai.audio_sound import PITCHES, listen, speak
from bot.sounds import MOST_BYTES
from tests.modules.world import PERSON, World, as_json, files, said

WORDS = "Good morning, everyone. The meeting starts at nine."
LINES = "Good morning, everyone.\nThe meeting starts at nine."
TALK = File("talk.wav", speak(WORDS, "nova", 1.0, "wav"), "audio/wav")
MEMO = File("memo.mp3", speak("Buy two eggs.", "nova", 1.0, "mp3"), "audio/mpeg")
DAYS_TO_THE_END_OF_WHISPER = 100 * 86_400.0  # from November 2026 past 2027-02-26
TRANSCRIPTIONS, TRANSLATIONS, SPEECH = "/audio/transcriptions", "/audio/translations", "/audio/speech"


def sent(world: World, path: str = TRANSCRIPTIONS) -> list[tuple[str, Any]]:
    """The fields of the last form."""
    return [(name, value) for name, value in world.bodies(path)[-1] if name != "file"]


async def test_a_recording_becomes_text_in_the_message_and_as_a_file(world: World) -> None:
    result = await world.run(AUDIO, file=[TALK])
    assert said(result) == WORDS
    (file,) = files(result)
    assert (file.name, file.media_type, file.content.decode()) == ("talk.txt", "text/plain", WORDS)
    assert sent(world) == [("model", "gpt-transcribe")]
    assert (result.model, result.notes) == ("gpt-transcribe", ())
    assert result.input_tokens
    assert result.output_tokens
    assert result.request_id


@pytest.mark.parametrize(
    ("wanted", "model", "name", "text"),
    [
        ("text", "gpt-transcribe", "talk.txt", WORDS),
        ("json", "gpt-transcribe", "talk.json", WORDS),
        ("srt", "whisper-1", "talk.srt", LINES),
        ("vtt", "whisper-1", "talk.vtt", LINES),
        ("verbose_json", "whisper-1", "talk.json", WORDS),
    ],
)
async def test_each_format_is_made_by_a_model_that_gives_it(
    world: World, wanted: str, model: str, name: str, text: str
) -> None:
    result = await world.run(AUDIO, file=[TALK], response_format=wanted)
    assert (result.model, said(result), files(result)[0].name) == (model, text, name)
    content = files(result)[0].content.decode()
    assert {"srt": "1\n00:00:00,000 -->", "vtt": "WEBVTT", "text": WORDS}.get(wanted, '"text"') in content


@pytest.mark.parametrize(
    ("choice", "told"), [("word", ["words"]), ("segment", ["segments"]), ("both", ["segments", "words"])]
)
async def test_timestamps_are_told_of_words_and_segments(world: World, choice: str, told: list[str]) -> None:
    result = await world.run(AUDIO, file=[TALK], timestamps=choice)
    assert sorted({"words", "segments"} & set(as_json(files(result)[0]))) == told


async def test_text_is_asked_of_whisper_as_text(world: World) -> None:
    result = await world.run(AUDIO, file=[TALK], response_format="text", model="whisper-1")
    assert sent(world) == [("model", "whisper-1"), ("response_format", "text")]
    assert said(result) == WORDS


@pytest.mark.parametrize(
    "model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"]
)
async def test_every_model_transcribes(world: World, model: str) -> None:
    long = File("long.wav", speak(WORDS * 12, "nova", 1.0, "wav"), "audio/wav")
    assert "starts at nine" in said(await world.run(AUDIO, file=[long], model=model))


async def test_the_request_is_that_of_the_official_client(world: World, sdk: AsyncOpenAI) -> None:
    settings: dict[str, Any] = {"language": "en", "prompt": "Names: Ada", "temperature": 0.2}
    await world.run(AUDIO, file=[TALK], model="whisper-1", **settings, timestamps="both")
    await sdk.audio.transcriptions.create(
        file=(TALK.name, TALK.content, "audio/wav"),
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        **settings,
    )
    await world.run(
        AUDIO, "translate", file=[TALK], prompt="Names: Ada", temperature=0, response_format="srt"
    )
    with pytest.warns(DeprecationWarning, match="deprecated"):
        await sdk.audio.translations.create(
            file=(TALK.name, TALK.content, "audio/wav"),
            model="whisper-1",
            prompt="Names: Ada",
            temperature=0,
            response_format="srt",
        )
    spoken: dict[str, Any] = {"model": "gpt-4o-mini-tts", "input": WORDS, "voice": "ash", "speed": 1.5}
    await world.run(AUDIO, "speak", **spoken, response_format="wav", instructions="Softly")
    await sdk.audio.speech.create(**spoken, response_format="wav", instructions="Softly")
    for path in (TRANSCRIPTIONS, TRANSLATIONS):
        ours, theirs = world.bodies(path)
        assert sorted(ours, key=str) == sorted(theirs, key=str)
    assert world.bodies(SPEECH)[0] == world.bodies(SPEECH)[1]


async def test_several_files_are_transcribed_one_after_the_other(world: World) -> None:
    result = await world.run(AUDIO, file=[TALK, MEMO])
    assert said(result) == f"**talk.txt**\n\n{WORDS}\n**memo.txt**\n\nBuy two eggs."
    assert [file.name for file in files(result)] == ["talk.txt", "memo.txt"]


async def test_the_limit_leaves_files_out_and_it_is_said(world: World) -> None:
    result = await world.run(AUDIO, file=[TALK, MEMO, EXAMPLE], limit=1)
    assert said(result) == WORDS
    assert result.notes == ("The limit left out memo.mp3, greeting.wav.",)
    assert len(world.asked(TRANSCRIPTIONS)) == 1


async def test_what_was_heard_is_kept_where_a_file_fails(world: World) -> None:
    # 16 samples are 2 milliseconds: the API wants a tenth of a second
    head = EXAMPLE.content[:60].replace(b"data\xd0\x07", b"data\x10\0")
    short = File("short.wav", head, "audio/wav")
    result = await world.run(AUDIO, file=[short, TALK])
    assert said(result) == f"**talk.txt**\n\n{WORDS}"
    assert result.notes[0].startswith("short.wav failed: OpenAI does not take the request as it is.")
    with pytest.raises(RequestRefused):
        await world.run(AUDIO, file=[short, short])


async def test_after_a_failure_that_is_about_all_files_no_more_are_sent(world: World) -> None:
    world.faults.add({"match": TRANSCRIPTIONS, "do": "status", "status": 500, "after": 1})
    result = await world.run(AUDIO, file=[TALK, MEMO, EXAMPLE])
    assert said(result) == f"**talk.txt**\n\n{WORDS}"
    assert result.notes[0].startswith("memo.mp3 failed: OpenAI has a problem at its side.")
    assert result.notes[1] == "Not tried after that: greeting.wav."
    world.faults.rules.clear()
    await world.control("keys", quota="credit_balance_exhausted")
    with pytest.raises(QuotaExhausted):
        await world.run(AUDIO, file=[TALK, MEMO])


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"file": []}, "file", "missing"),
        ({"file": [File("talk.txt", b"hello")]}, "file", "wrong type"),
        ({"file": [TALK, File("b.mp3", b"%PDF-1.7")]}, "file", "“b.mp3” is no recording"),
        ({"file": [File("a.wav", TALK.content + bytes(MOST_BYTES))]}, "file", "larger than 25 MB"),
        ({"file": [TALK] * 21}, "file", "at most 20"),
        ({"limit": 0}, "limit", "between 1 and 20"),
        ({"language": "English"}, "language", "at most 3"),
        ({"language": "EN"}, "language", "such as en"),
        ({"temperature": 1.1}, "temperature", "between 0 and 1"),
        ({"response_format": "docx"}, "response_format", "none of"),
        ({"timestamps": "word", "response_format": "srt"}, "timestamps", "verbose_json only"),
        ({"prompt": "x" * 10_001}, "prompt", "too many"),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_asked(
    world: World, wrong: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        await world.run(AUDIO, **{"file": [TALK], **wrong})
    assert (refused.value.field, world.asked()) == (field, [])


async def test_what_a_chosen_model_does_not_give_is_the_apis_to_say(world: World) -> None:
    with pytest.raises(RequestRefused, match="not compatible") as refused:
        await world.run(AUDIO, file=[TALK], model="gpt-transcribe", response_format="srt")
    assert refused.value.param == "response_format"


async def test_where_no_model_tells_times_it_is_said(world: World) -> None:
    world.stand_in.clock.advance(DAYS_TO_THE_END_OF_WHISPER)
    with pytest.raises(ModelGone, match="Choose the format json or text"):
        await world.run(AUDIO, file=[TALK], response_format="srt")
    assert said(await world.run(AUDIO, file=[TALK])) == WORDS


async def test_a_key_that_may_not_list_models_needs_a_name(world: World) -> None:
    await world.control("keys", scopes=["model.request"])
    with pytest.raises(Invalid, match="name one") as refused:
        await world.run(AUDIO, file=[TALK])
    assert refused.value.field == "model"
    assert said(await world.run(AUDIO, file=[TALK], model="gpt-transcribe")) == WORDS


async def test_silence_is_told_as_such(world: World) -> None:
    body = {"text": "", "usage": {"type": "duration", "seconds": 1}}
    world.faults.add({"match": "audio", "do": "status", "status": 200, "body": body})
    assert said(await world.run(AUDIO, file=[TALK])) == "_Nothing was heard._"


async def test_a_translation_is_made_by_its_endpoint_while_it_lasts(world: World) -> None:
    result = await world.run(AUDIO, "translate", file=[TALK], response_format="vtt")
    assert sent(world, TRANSLATIONS) == [("model", "whisper-1"), ("response_format", "vtt")]
    assert (said(result), files(result)[0].name, result.notes) == (LINES, "talk.vtt", ())


async def test_where_the_endpoint_is_gone_two_models_translate_and_it_is_said(world: World) -> None:
    world.stand_in.clock.advance(DAYS_TO_THE_END_OF_WHISPER)
    result = await world.run(
        AUDIO,
        "translate",
        file=[TALK, MEMO],
        prompt="British spelling",
        temperature=0.3,
        response_format="srt",
    )
    assert world.asked(TRANSLATIONS) == []
    (first, _) = world.bodies("/chat/completions")
    assert first["messages"][0]["content"].endswith("Style and spelling: British spelling")
    assert (first["messages"][1], first["safety_identifier"]) == ({"role": "user", "content": WORDS}, PERSON)
    assert ("temperature", "0.3") in sent(world)
    both = ("gpt-transcribe", result.model or "")
    assert first["model"] == result.model
    assert result.notes == (
        f"`/audio/translations` is not there for this, so {' transcribed and '.join(both)} translated.",
        "`response_format` was left out: what is translated so has no times.",
    )
    assert [file.name for file in files(result)] == ["talk.txt", "memo.txt"]
    assert files(result)[0].content.decode() in said(result)


async def test_an_endpoint_that_is_gone_is_tried_once(world: World) -> None:
    gone = {
        "error": {"message": "Invalid URL (POST /v1/audio/translations)", "type": "invalid_request_error"}
    }
    world.faults.add({"match": TRANSLATIONS, "do": "status", "status": 404, "body": gone})
    result = await world.run(AUDIO, "translate", file=[TALK, MEMO], model="whisper-1")
    assert "gpt-transcribe transcribed" in result.notes[0]
    assert world.faults.rules[0].done == 1


async def test_a_model_that_only_transcribes_translates_with_the_help_of_another(world: World) -> None:
    result = await world.run(AUDIO, "translate", file=[TALK], model="gpt-4o-transcribe")
    assert "so gpt-4o-transcribe transcribed" in result.notes[0]


async def test_without_any_model_a_translation_says_so(world: World) -> None:
    world.faults.add({"match": "/models", "do": "status", "status": 200, "body": {"data": []}})
    with pytest.raises(ModelGone, match="no model that transcribes"):
        await world.run(AUDIO, "translate", file=[TALK])


@pytest.mark.parametrize("sort", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
async def test_a_text_is_spoken_in_each_format(world: World, sort: str) -> None:
    result = await world.run(AUDIO, "speak", input=WORDS, model="tts-1", response_format=sort)
    (file,) = files(result)
    assert (file.name, file.alt) == (f"speech.{sort}", f"Spoken: {WORDS}")
    heard = listen(file.content)
    assert sort == "pcm" or (heard and heard.text == WORDS)
    assert (result.model, said(result)) == ("tts-1", f"> {WORDS}")
    assert result.request_id


async def test_of_what_was_not_set_only_the_voice_is_sent(world: World) -> None:
    result = await world.run(AUDIO, "speak", input="One two. " * 60, model="tts-1")
    assert world.bodies(SPEECH) == [{"input": "One two. " * 60, "model": "tts-1", "voice": "alloy"}]
    assert files(result)[0].name == "speech.mp3"
    assert said(result).endswith("…")


def test_the_voices_are_those_of_the_api() -> None:
    assert set(VOICES) == set(PITCHES)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"input": ""}, "input"),
        ({"input": "x" * 4097}, "input"),
        ({"voice": "hal"}, "voice"),
        ({"speed": 0.2}, "speed"),
        ({"speed": 4.1}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"instructions": "x" * 4097}, "instructions"),
    ],
)
async def test_what_cannot_be_spoken_is_told(world: World, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await world.run(AUDIO, "speak", **{"input": WORDS, "model": "tts-1", **wrong})
    assert (refused.value.field, world.asked()) == (field, [])


async def test_what_a_voice_model_does_not_take_is_the_apis_to_say(world: World) -> None:
    with pytest.raises(RequestRefused) as refused:
        await world.run(AUDIO, "speak", input=WORDS, model="tts-1", instructions="Softly")
    assert refused.value.param == "instructions"


async def test_after_their_last_day_voices_are_gone(world: World) -> None:
    world.stand_in.clock.advance(60 * 86_400.0)
    with pytest.raises(ModelGone):
        await world.run(AUDIO, "speak", input=WORDS, model="tts-1")


@pytest.mark.parametrize("operation", ["transcribe", "translate", "speak"])
async def test_failures_pass_through(world: World, operation: str) -> None:
    asked: dict[str, Any] = {"input": WORDS, "model": "tts-1"} if operation == "speak" else {"file": [TALK]}
    if operation != "speak":
        asked["model"] = "whisper-1"
    for status, kind in ((500, ApiDown), (408, ApiTimeout)):
        world.faults.add({"match": "audio", "do": "status", "status": status})
        with pytest.raises(kind):
            await world.run(AUDIO, operation, **asked)
        world.faults.rules.clear()
    if operation != "translate":  # there it is the sign that the endpoint is gone
        with pytest.raises(ModelGone):
            await world.run(AUDIO, operation, **{**asked, "model": "whisper-9"})
        world.faults.add(
            {"match": "audio", "do": "status", "status": 404, "body": {"error": {"message": "No"}}}
        )
        with pytest.raises(MissingAtApi):
            await world.run(AUDIO, operation, **asked)
        world.faults.rules.clear()
    await world.control("keys", revoked=True)
    with pytest.raises(KeyRefused):
        await world.run(AUDIO, operation, **asked)


@pytest.mark.parametrize("operation", AUDIO.operations, ids=lambda each: each.name)
async def test_the_example_is_a_right_request(world: World, operation: Any) -> None:
    model = {"model": "tts-1"} if operation.name == "speak" else {}
    result = await world.run(AUDIO, operation.name, **operation.example, **model)
    assert files(result)
    assert json.dumps(result.notes) == "[]"
