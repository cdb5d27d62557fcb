"""Checks sound files by their content before they are sent, and makes a result of what was heard in them."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bot.errors import ApiError, Invalid, RequestRefused
from bot.module import File, Part, Result, Text
from bot.openai import Answer, Upload

#: What the audio API takes, by extension, and the media types it knows them by.
MEDIA_TYPES = {
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "mpeg": "audio/mpeg",
    "mpga": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "webm": "audio/webm",
}
#: What speech can be made as.
SPOKEN = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
MOST_BYTES = 26_214_400  # what the API names in its refusal
#: How a frame of MPEG sound (layers II and III) or of AAC begins; some recorders put zeros before the first.
FRAME = re.compile(rb"\0*\xff[\xe2-\xe5\xf0-\xf5\xf8-\xfd]")
CUE = re.compile(r"^(?:\d+\n)?(?:[\d:]+[.,]\d{3} --> [\d:]+[.,]\d{3}[^\n]*)\n?", re.MULTILINE)


def is_sound(content: bytes) -> bool:
    """Whether a file begins as a recording of a kind that the API takes."""
    if content.startswith((b"fLaC", b"OggS", b"ID3", b"\x1a\x45\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3")):
        return True
    if content[:4] == b"RIFF":
        return content[8:12] == b"WAVE"
    return content[4:8] == b"ftyp" or FRAME.match(content) is not None


def words(subtitles: str) -> str:
    """What is said in srt or vtt subtitles, a line each."""
    text = CUE.sub("", subtitles.replace("\r\n", "\n").removeprefix("WEBVTT"))
    return "\n".join(line for line in text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one file: its words, the file made of them, by which model, and what it cost."""

    text: str
    kept: File
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    request_id: str | None = None
    notes: Sequence[str] = ()


def upload(file: File) -> Upload:
    """The file as the API takes it. Raises Invalid when it is no sound."""
    if not is_sound(file.content):
        raise Invalid(
            f"Source files: “{file.name[:80]}” is no recording, whatever its name says. Send one of "
            f"{', '.join(MEDIA_TYPES)}.",
            field="file",
        )
    media_type = MEDIA_TYPES.get(file.name.rpartition(".")[2].lower(), file.media_type)
    return Upload("file", file.name, file.content, media_type)


def read(answer: Answer, file: File, model: str, wanted: str | None) -> Heard:
    """What the API heard, in any of its formats."""
    data: Mapping[str, Any] = answer.data or {}
    raw = answer.content.decode(errors="replace").strip()
    text = str(data.get("text") or "").strip() if data else raw
    stem, of = file.name.rpartition(".")[0] or file.name, f"of {file.name}"
    if wanted in {"srt", "vtt"}:
        text = words(raw)
        kept = File(f"{stem}.{wanted}", answer.content, f"text/{wanted}", f"Subtitles {of}")
    elif wanted in {"json", "verbose_json"} and data:
        content = orjson.dumps(data, option=orjson.OPT_INDENT_2)
        kept = File(f"{stem}.json", content, "application/json", f"Transcript {of} with its details")
    else:
        kept = File(f"{stem}.txt", text.encode(), "text/plain", f"Transcript {of}")
    usage = data.get("usage") or {}
    tokens = usage.get("input_tokens") or 0, usage.get("output_tokens") or 0
    return Heard(text, kept, model, *tokens, answer.request_id)


async def each(
    files: Sequence[File], work: Callable[[File], Awaitable[Heard]], notes: Sequence[str]
) -> Result:
    """One result of all files; what was heard is kept where a later file fails. Raises an ApiError."""
    heard: list[Heard] = []
    said = [*notes]
    for number, file in enumerate(files, 1):
        try:
            heard.append(await work(file))
        except ApiError as wrong:
            if len(files) == 1 or (not heard and number == len(files)):
                raise
            said.append(f"{file.name} failed: {wrong.text}")
            if isinstance(wrong, RequestRefused):
                continue  # it is about this file
            if not heard:
                raise
            if left := [later.name for later in files[number:]]:
                said.append(f"Not tried after that: {', '.join(left)}.")
            break
    parts: list[Part] = []
    for one in heard:
        text = one.text or "_Nothing was heard._"
        parts += [Text(f"**{one.kept.name}**\n\n{text}" if len(files) > 1 else text), one.kept]
    said += [note for one in heard for note in one.notes]
    return Result(
        parts, tuple(dict.fromkeys(said)), heard[0].model, sum(one.input_tokens for one in heard) or None,
        sum(one.output_tokens for one in heard) or None, heard[-1].request_id,
    )  # fmt: skip
