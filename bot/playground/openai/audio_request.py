"""Checks what a transcription, translation or speech request may ask of its model."""

import asyncio
from typing import Any

from bot.playground.openai.audio_sound import CONTENT_TYPES, PITCHES, listen
from bot.playground.openai.audio_transcript import Transcript
from bot.playground.openai.call import Call
from bot.playground.openai.check import Rule, array, boolean, fields, listing, number, one_of, record, string
from bot.playground.openai.errors import ApiError, invalid, unsupported_parameter, unsupported_value
from bot.playground.openai.forms import Part, as_typed, part, read_form
from bot.playground.openai.registry import family

EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
ALL_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
FORMATS = {
    "whisper-1": ALL_FORMATS,
    "gpt-4o-transcribe": ("json",),
    "gpt-4o-mini-transcribe": ("json",),
    "gpt-4o-transcribe-diarize": ("json", "text", "diarized_json"),
    "gpt-transcribe": ("json",),
}
SHORTEST = 0.1  # seconds
UNCHUNKED = 30  # seconds that the diarizing model takes in one piece
CODE = string(pattern="[a-z]{2,3}")
VAD = record(
    {
        "type": one_of("server_vad"),
        "threshold": number(0, 1),
        "prefix_padding_ms": number(0),
        "silence_duration_ms": number(0),
    },
    required=("type",),
)


def chunking(name: str, value: Any) -> None:
    """The word "auto" or the settings of a voice activity detection."""
    if value != "auto":
        VAD(name, value)


def voice(name: str, value: Any) -> None:
    """The name of a voice, or an object with a custom voice's id."""
    if isinstance(value, dict):
        record({"id": string(1)}, required=("id",))(name, value)
    else:
        one_of(*PITCHES)(name, value)


TRANSLATE: dict[str, Rule] = {
    "file": part,
    "model": string(1),
    "prompt": string(),
    "response_format": one_of(*ALL_FORMATS),
    "temperature": number(0, 1),
}
TRANSCRIBE: dict[str, Rule] = {
    **TRANSLATE,
    "response_format": one_of(*ALL_FORMATS, "diarized_json"),
    "language": CODE,
    "languages": array(CODE),
    "keywords": array(string(1)),
    "include": array(one_of("logprobs")),
    "timestamp_granularities": array(one_of("word", "segment")),
    "chunking_strategy": chunking,
    "known_speaker_names": array(string(1), 0, 4),
    "known_speaker_references": array(string(1), 0, 4),
    "stream": boolean,
}
SPEAK: dict[str, Rule] = {
    "input": string(1, 4096),
    "model": string(1),
    "voice": voice,
    "instructions": string(0, 4096),
    "response_format": one_of(*CONTENT_TYPES),
    "speed": number(0.25, 4),
    "stream_format": one_of("sse", "audio"),
}


async def read_audio(call: Call, rules: dict[str, Rule]) -> tuple[dict[str, Any], str, Transcript]:
    """A form with its parameters checked, its model's family, and what was heard in its file."""
    body = as_typed(await read_form(call, call.api.sizes.audio), {"temperature": float, "stream": bool})
    strategy = body.get("chunking_strategy")
    if isinstance(strategy, dict):
        numbers = ("threshold", "prefix_padding_ms", "silence_duration_ms")
        body["chunking_strategy"] = as_typed(strategy, dict.fromkeys(numbers, float))
    fields(body, rules, required=("file", "model"))
    api = call.api
    model = api.models.serving(body["model"], "transcription", api.now(), call.key.organization)
    sent: Part = body["file"]
    if sent.filename.lower().rpartition(".")[2] not in EXTENSIONS:
        text = f"Unrecognized file format. Supported formats: {list(EXTENSIONS)}"
        raise ApiError(400, text, param="file")
    sound = await asyncio.to_thread(listen, sent.content)
    if sound is None:
        text = "The audio file could not be decoded or its format is not supported."
        raise ApiError(400, text, param="file")
    if sound.seconds < SHORTEST:
        text = f"Audio file is too short. Minimum audio length is {SHORTEST} seconds."
        raise invalid(text, "file", "audio_too_short")
    return body, family(model), Transcript(sound, sent.filename, len(sent.content))


def check_transcription(series: str, body: dict[str, Any], seconds: float) -> str:
    """The response format, when the model takes everything that was asked of it."""
    wanted: str = body.get("response_format") or "json"
    if wanted not in FORMATS[series]:
        allowed = listing(FORMATS[series])
        text = f"response_format '{wanted}' is not compatible with model '{series}'. Use {allowed}."
        raise unsupported_value("response_format", text)
    diarizes, newest = series.endswith("-diarize"), series == "gpt-transcribe"
    for names, able in (
        (("languages", "keywords"), newest),
        (("known_speaker_names", "known_speaker_references"), diarizes),
        (("include",), series in {"gpt-4o-transcribe", "gpt-4o-mini-transcribe"}),
        (("prompt",), not diarizes),
    ):
        for name in names:
            if body.get(name) and not able:
                raise unsupported_parameter(name)
    if body.get("timestamp_granularities") and wanted != "verbose_json":
        raise invalid("It needs response_format 'verbose_json'.", "timestamp_granularities")
    if diarizes and seconds > UNCHUNKED and not body.get("chunking_strategy"):
        text = f"chunking_strategy is required for audio longer than {UNCHUNKED} seconds with this model."
        raise invalid(text, "chunking_strategy", "missing_required_parameter")
    return wanted


def check_speech(call: Call, body: dict[str, Any]) -> None:
    """Refuse what the speech endpoint or the model does not take."""
    fields(body, SPEAK, required=("model", "input", "voice"))
    api = call.api
    model = api.models.serving(body["model"], "speech", api.now(), call.key.organization)
    if model.id.startswith("tts-1"):
        if body.get("instructions"):
            raise unsupported_parameter("instructions")
        if body.get("stream_format") == "sse":
            raise unsupported_value("stream_format", "'sse' is not supported with this model.")
    if isinstance(body["voice"], dict):
        raise ApiError(404, f"No such Voice object: {body['voice']['id']}", param="voice")
