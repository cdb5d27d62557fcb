"""Speech and what is heard in it again: formats, limits and rules of each model, by the official client."""

import base64
import io
import json
import struct
import wave
from typing import Any

import pytest
from aiohttp import FormData
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError

from bot.playground.openai.audio_sound import RATE, speak

TEXT = "Good morning, everyone. This is Patchbay: it speaks — and listens!"
PARTS = ["Good morning, everyone.", "This is Patchbay: it speaks — and listens!"]
SIGNS = {"mp3": b"ID3", "opus": b"OggS", "aac": b"ID3", "flac": b"fLaC", "wav": b"RIFF"}
EXTENSIONS = {"opus": "ogg", "aac": "mp4"}


def tone(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(seconds * 8000) * 2))
    return out.getvalue()


@pytest.mark.parametrize("kind", list(SIGNS))
async def test_what_was_spoken_is_heard_again(sdk: AsyncOpenAI, kind: Any) -> None:
    answer = await sdk.audio.speech.create(model="tts-1", voice="nova", input=TEXT, response_format=kind)
    assert answer.content.startswith(SIGNS[kind])
    name = f"said.{EXTENSIONS.get(kind, kind)}"
    heard = await sdk.audio.transcriptions.create(model="gpt-transcribe", file=(name, answer.content))
    assert heard.text == TEXT
    assert heard.languages
    assert heard.languages[0].code == "en"


async def test_wav_and_pcm_are_the_same_sound_of_the_right_length(sdk: AsyncOpenAI) -> None:
    async def spoken(kind: Any, **more: Any) -> bytes:
        asked: Any = {"model": "gpt-4o-mini-tts", "voice": "ash", "input": TEXT, **more}
        return (await sdk.audio.speech.create(response_format=kind, **asked)).content

    samples = await spoken("pcm")
    with wave.open(io.BytesIO(await spoken("wav"))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 1, 2)
        assert sound.readframes(sound.getnframes()) == samples
    assert max(struct.unpack(f"<{len(samples) // 2}h", samples)) > 5000  # it can be heard
    fast = await spoken("pcm", speed=2)
    assert len(fast) == pytest.approx(len(samples) / 2, rel=0.05)
    assert fast != samples
    assert await spoken("pcm", voice="marin") != samples


async def test_mp3_is_the_default_format(sdk: AsyncOpenAI, api_server: Any, schema: Any) -> None:
    body = {"model": "tts-1-hd", "voice": "alloy", "input": TEXT}
    schema.request("POST", "/audio/speech", body)
    _, sound, headers = await api_server.ask("POST", "/audio/speech", json=body)
    assert headers["content-type"] == "audio/mpeg"
    assert sound == speak(TEXT, "alloy", 1.0, "mp3")


async def test_speech_streams_as_events(api_server: Any, schema: Any) -> None:
    body = {
        "model": "gpt-4o-mini-tts",
        "voice": "cedar",
        "input": TEXT,
        "response_format": "wav",
        "stream_format": "sse",
    }
    events = await api_server.events("/audio/speech", body)
    for event in events:
        schema.event("POST", "/audio/speech", event)
    assert len(events) > 2
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert sound == speak(TEXT, "cedar", 1.0, "wav")
    assert events[-1]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(
    ("more", "status", "code", "param"),
    [
        ({"input": "x" * 4097}, 400, "string_above_max_length", "input"),
        ({"input": ""}, 400, "empty_string", "input"),
        ({"voice": "darth"}, 400, "invalid_value", "voice"),
        ({"voice": {"id": "voice_1"}}, 404, None, "voice"),
        ({"voice": None}, 400, "missing_required_parameter", "voice"),
        ({"speed": 5}, 400, "decimal_above_max_value", "speed"),
        ({"response_format": "ogg"}, 400, "invalid_value", "response_format"),
        ({"instructions": "Softly."}, 400, "unsupported_parameter", "instructions"),
        ({"stream_format": "sse"}, 400, "unsupported_value", "stream_format"),
        ({"pitch": 3}, 400, "unknown_parameter", "pitch"),
        ({"model": "whisper-1"}, 400, "invalid_value", "model"),
        ({"model": "tts-9"}, 404, "model_not_found", None),
    ],
)
async def test_wrong_speech_is_refused(
    api_server: Any, schema: Any, more: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": "Hi", **more}
    got, answer, _ = await api_server.ask("POST", "/audio/speech", json=body)
    schema.error(answer)
    assert (got, answer["error"]["code"], answer["error"]["param"]) == (status, code, param)


async def test_speech_models_are_gone_from_their_day_on(sdk: AsyncOpenAI, api_server: Any) -> None:
    api_server.api.clock.advance(1_799_193_600 - api_server.api.now() + 1)  # 2027-01-06
    with pytest.raises(NotFoundError, match="has been deprecated"):
        await sdk.audio.speech.create(model="tts-1", voice="alloy", input="Hi")


async def test_another_sound_is_described(sdk: AsyncOpenAI) -> None:
    heard = await sdk.audio.transcriptions.create(model="gpt-4o-transcribe", file=("meeting.wav", tone(2.5)))
    assert heard.text == "This is a recording of 2.5 seconds. The file is meeting.wav, of 40,044 bytes."
    assert heard.usage
    assert heard.usage.type == "tokens"
    assert heard.usage.input_token_details
    assert heard.usage.input_token_details.audio_tokens == 25


async def said(sdk: AsyncOpenAI, kind: str, model: Any = "whisper-1", **more: Any) -> Any:
    sound = ("said.wav", speak(TEXT, "alloy", 1.0, "wav"))
    asked: Any = {"model": model, "file": sound, "response_format": kind, **more}
    return await sdk.audio.transcriptions.create(**asked)


async def test_whisper_answers_in_every_format(sdk: AsyncOpenAI, schema: Any) -> None:
    assert await said(sdk, "text") == TEXT + "\n"
    assert (await said(sdk, "srt")).startswith("1\n00:00:00,000 --> 00:00:01,")
    vtt = await said(sdk, "vtt")
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert [line for line in vtt.splitlines() if line in PARTS] == PARTS
    plain = await said(sdk, "json", language="de")
    assert plain.usage.type == "duration"
    verbose = await said(
        sdk, "verbose_json", language="de", timestamp_granularities=["word", "segment"], temperature=0.2
    )
    schema.named("CreateTranscriptionResponseVerboseJson", verbose.to_dict())
    assert (verbose.language, [one.text.strip() for one in verbose.segments]) == ("german", PARTS)
    assert [one.word for one in verbose.words] == TEXT.split()
    assert verbose.words[-1].end == verbose.duration == verbose.segments[-1].end
    words_only = await said(sdk, "verbose_json", timestamp_granularities=["word"])
    assert words_only.segments is None


async def test_the_answers_are_as_the_document_says(api_server: Any, schema: Any) -> None:
    for path, model in (("transcriptions", "gpt-4o-transcribe"), ("translations", "whisper-1")):
        form = {"model": model, "file": ("a.wav", tone(1))}
        _, body, _ = await api_server.ask("POST", f"/audio/{path}", data=multipart(form))
        schema.response("POST", f"/audio/{path}", body)


def multipart(form: dict[str, Any]) -> Any:
    data = FormData()
    for name, value in form.items():
        if isinstance(value, tuple):
            data.add_field(name, value[1], filename=value[0])
        else:
            data.add_field(name, value)
    return data


async def test_speakers_are_told_apart(sdk: AsyncOpenAI, schema: Any) -> None:
    model = "gpt-4o-transcribe-diarize"
    heard = await said(sdk, "diarized_json", model, known_speaker_names=["ada", "ben"])
    assert [(one.speaker, one.text) for one in heard.segments] == list(
        zip(("ada", "ben"), PARTS, strict=True)
    )
    stream = await said(sdk, "diarized_json", model, stream=True)
    events = [event async for event in stream]
    for event in events:
        schema.event("POST", "/audio/transcriptions", event.to_dict())
    assert [event.type for event in events] == [
        "transcript.text.delta",
        "transcript.text.segment",
        "transcript.text.delta",
        "transcript.text.segment",
        "transcript.text.done",
    ]


async def test_long_sound_of_several_speakers_needs_a_chunking_strategy(sdk: AsyncOpenAI) -> None:
    asked: Any = {
        "model": "gpt-4o-transcribe-diarize",
        "file": ("a.wav", tone(31)),
        "response_format": "json",
    }
    with pytest.raises(BadRequestError, match="chunking_strategy is required"):
        await sdk.audio.transcriptions.create(**asked)
    assert (await sdk.audio.transcriptions.create(**asked, chunking_strategy="auto")).text
    vad: Any = {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 200}
    assert (await sdk.audio.transcriptions.create(**asked, chunking_strategy=vad)).text


async def test_a_transcription_streams_its_text(sdk: AsyncOpenAI, schema: Any) -> None:
    stream = await said(sdk, "json", "gpt-4o-mini-transcribe", stream=True, include=["logprobs"])
    events = [event async for event in stream]
    for event in events:
        schema.event("POST", "/audio/transcriptions", json.loads(event.to_json()))
    assert "".join(event.delta for event in events[:-1]) == events[-1].text == TEXT
    assert len(events) > 10
    assert all(len(event.logprobs) == 1 for event in events[:-1])
    assert events[-1].usage.output_tokens == len(events) - 1


async def test_whisper_ignores_the_wish_to_stream(api_server: Any) -> None:
    form = multipart({"model": "whisper-1", "file": ("a.wav", tone(1)), "stream": "true"})
    _, body, _ = await api_server.ask("POST", "/audio/transcriptions", data=form)
    assert body["text"].startswith("This is a recording of 1 seconds")


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"model": "gpt-4o-transcribe", "response_format": "srt"}, "unsupported_value", "response_format"),
        (
            {"model": "gpt-transcribe", "response_format": "verbose_json"},
            "unsupported_value",
            "response_format",
        ),
        ({"response_format": "diarized_json"}, "unsupported_value", "response_format"),
        ({"response_format": "xml"}, "invalid_value", "response_format"),
        ({"temperature": 1.5}, "decimal_above_max_value", "temperature"),
        ({"timestamp_granularities": ["word"]}, "invalid_value", "timestamp_granularities"),
        ({"keywords": ["Patchbay"]}, "unsupported_parameter", "keywords"),
        ({"include": ["logprobs"]}, "unsupported_parameter", "include"),
        ({"language": "English"}, "invalid_value", "language"),
        ({"model": "gpt-4o-transcribe-diarize", "prompt": "x"}, "unsupported_parameter", "prompt"),
        ({"model": "tts-1"}, "invalid_value", "model"),
        ({"file": ("a.txt", tone(1))}, None, "file"),
        ({"file": ("a.mp3", b"no sound at all")}, None, "file"),
        ({"file": ("a.wav", b"RIFF no wave")}, None, "file"),
        ({"file": ("a.wav", tone(0.05))}, "audio_too_short", "file"),
    ],
)
async def test_a_wrong_transcription_is_refused(
    sdk: AsyncOpenAI, more: Any, code: str | None, param: str
) -> None:
    asked: Any = {"model": "whisper-1", "file": ("a.wav", tone(1)), **more}
    with pytest.raises(BadRequestError) as caught:
        await sdk.audio.transcriptions.create(**asked)
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_sound_above_25_mb_is_refused(sdk: AsyncOpenAI, api_server: Any) -> None:
    assert api_server.api.sizes.audio == 26_214_400
    api_server.api.sizes.audio = 10_000
    with pytest.raises(APIStatusError, match=r"Maximum content size limit \(10000\) exceeded") as caught:
        await sdk.audio.transcriptions.create(model="whisper-1", file=("a.wav", tone(1)))
    assert caught.value.status_code == 413


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the client warns of what is proven
async def test_translations_are_whispers_alone(sdk: AsyncOpenAI) -> None:
    sound = ("said.wav", speak(TEXT, "alloy", 1.0, "wav"))
    plain: Any = await sdk.audio.translations.create(model="whisper-1", file=sound)
    assert plain.text == TEXT
    verbose: Any = await sdk.audio.translations.create(
        model="whisper-1", file=sound, response_format="verbose_json"
    )
    assert (verbose.language, len(verbose.segments)) == ("english", 2)
    srt: Any = await sdk.audio.translations.create(model="whisper-1", file=sound, response_format="srt")
    assert "-->" in srt
    with pytest.raises(BadRequestError, match="Supported values are: 'whisper-1'"):
        await sdk.audio.translations.create(model="gpt-transcribe", file=sound)
