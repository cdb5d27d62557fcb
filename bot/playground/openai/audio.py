"""The Audio API: transcriptions, translations into English, and speech."""

import asyncio
import base64
import math
from typing import Any

import orjson
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import tokens
from bot.playground.openai.audio_request import (
    TRANSCRIBE,
    TRANSLATE,
    check_speech,
    check_transcription,
    read_audio,
)
from bot.playground.openai.audio_sound import CONTENT_TYPES, speak
from bot.playground.openai.audio_transcript import TOKENS_A_SECOND, Transcript
from bot.playground.openai.call import Call, route
from bot.playground.openai.errors import invalid
from bot.playground.openai.state import Api
from bot.playground.openai.stream import EventStream

CHUNK = 16_384  # bytes of sound in one piece of a stream
DONE = b"data: [DONE]\n\n"


async def transcribe(call: Call) -> ASGIApp:
    """POST /audio/transcriptions."""
    body, series, heard = await read_audio(call, TRANSCRIBE)
    wanted = check_transcription(series, body, heard.seconds)
    language = body.get("language", "en")
    if series == "whisper-1":
        granularities = body.get("timestamp_granularities") or ["segment"]
        return await answer(call, heard, wanted, "transcribe", language, granularities)
    usage = heard.usage(body.get("prompt", ""))
    call.spend(usage["total_tokens"], series)
    more: dict[str, Any] = {"usage": usage}
    if series == "gpt-transcribe":
        more["languages"] = [{"code": code} for code in body.get("languages") or [language]]
    if "logprobs" in (body.get("include") or []):
        more["logprobs"] = heard.logprobs()
    if body.get("stream"):
        return streamed(call, _text_events(heard, body, series, more))
    await _take_time(call, heard)
    if wanted == "text":
        return PlainTextResponse(heard.text + "\n")
    if wanted == "diarized_json":
        segments = heard.diarized(body.get("known_speaker_names") or ["A", "B"])
        common = {"task": "transcribe", "duration": heard.seconds, "text": heard.text}
        return call.answer({**common, "segments": segments, **more})
    return call.answer({"text": heard.text, **more})


async def translate(call: Call) -> ASGIApp:
    """POST /audio/translations: the words as they are, since this stand-in speaks no other language."""
    body, series, heard = await read_audio(call, TRANSLATE)
    if series != "whisper-1":
        text = f"Invalid value: '{body['model']}'. Supported values are: 'whisper-1'."
        raise invalid(text, "model")
    return await answer(call, heard, body.get("response_format") or "json", "translate", "en", ["segment"])


async def answer(
    call: Call, heard: Transcript, wanted: str, task: str, language: str, granularities: list[str]
) -> ASGIApp:
    """What whisper-1 answers in each format; its usage is the duration."""
    await _take_time(call, heard)
    usage = (
        {} if task == "translate" else {"usage": {"type": "duration", "seconds": math.ceil(heard.seconds)}}
    )
    if wanted == "text":
        return PlainTextResponse(heard.text + "\n")
    if wanted in {"srt", "vtt"}:
        return PlainTextResponse(heard.subtitles(wanted))
    if wanted == "verbose_json":
        return call.answer({**heard.verbose(task, language, granularities), **usage})
    return call.answer({"text": heard.text, **usage})


async def speech(call: Call) -> ASGIApp:
    """POST /audio/speech: sound in chunks, or as events."""
    body = await call.json()
    check_speech(call, body)
    audio_format = body.get("response_format") or "mp3"
    voice, speed = body["voice"], body.get("speed") or 1.0
    sound = await asyncio.to_thread(speak, body["input"], voice, speed, audio_format)
    asked = tokens.count(body["input"]) + tokens.count(body.get("instructions") or "")
    call.spend(asked, body["model"])
    pieces = [sound[start : start + CHUNK] for start in range(0, len(sound), CHUNK)]
    if body.get("stream_format") == "sse":
        made = max(1, len(body["input"]) * TOKENS_A_SECOND // 15)  # fifteen characters a second
        usage = {"input_tokens": asked, "output_tokens": made, "total_tokens": asked + made}
        events = [
            _event({"type": "speech.audio.delta", "audio": base64.b64encode(one).decode()}) for one in pieces
        ]
        return streamed(call, [*events, _event({"type": "speech.audio.done", "usage": usage})], b"")
    await call.api.clock.sleep(call.api.speed.first_token)
    return StreamingResponse(iter(pieces), media_type=CONTENT_TYPES[audio_format])


def streamed(call: Call, events: list[bytes], end: bytes = DONE) -> EventStream:
    """Events at the server's speed."""
    speed = call.api.speed
    return EventStream(
        call.api.ticker, events, end, first=speed.first_token, per_second=speed.tokens_per_second
    )


def _text_events(heard: Transcript, body: dict[str, Any], series: str, more: dict[str, Any]) -> list[bytes]:
    probabilities = more.get("logprobs")
    events = []
    if series.endswith("-diarize"):
        for segment in heard.diarized(body.get("known_speaker_names") or ["A", "B"]):
            delta = {"type": "transcript.text.delta", "delta": segment["text"], "segment_id": segment["id"]}
            events += [_event(delta), _event(segment)]
    else:
        for index, piece in enumerate(tokens.split(heard.text)):
            one = {"logprobs": probabilities[index : index + 1]} if probabilities else {}
            events.append(_event({"type": "transcript.text.delta", "delta": piece, **one}))
    events.append(_event({"type": "transcript.text.done", "text": heard.text, **more}))
    return events


def _event(value: dict[str, Any]) -> bytes:
    return b"data: %s\n\n" % orjson.dumps(value)


async def _take_time(call: Call, heard: Transcript) -> None:
    speed = call.api.speed
    writing = tokens.count(heard.text) / speed.tokens_per_second if speed.tokens_per_second else 0
    await call.api.clock.sleep(speed.first_token + writing)


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/audio/transcriptions", transcribe, "model.request", paid=True),
        route(api, "POST", "/audio/translations", translate, "model.request", paid=True),
        route(api, "POST", "/audio/speech", speech, "model.request", paid=True),
    ]
