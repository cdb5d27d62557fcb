"""Makes the sound of the speech endpoint and reads what a sound file says about itself.

wav, pcm and flac carry audible tones, one a word. mp3, opus and aac are valid streams of the right length but
silent: no encoder for them is at hand, and silent frames can be written by hand. All but pcm carry the spoken
text in a comment, which `listen` finds again: transcribing what was spoken gives the text back.
"""

import array
import hashlib
import io
import math
import re
import struct
import sys
import wave
from dataclasses import dataclass

from bot.playground.openai.audio_containers import aac, flac, mp3, opus

RATE = 24_000  # samples a second, mono, 16 bit: what the API's wav and pcm are
SECONDS_PER_CHARACTER = 0.066  # people speak about fifteen characters a second
GAP = 0.05  # seconds of silence after a word
MARK = re.compile(rb"PATCHBAY-SPOKEN;(\d+\.\d{3});(\d+);")
PITCHES = {  # hertz: where each voice's tones begin
    "alloy": 220, "ash": 130, "ballad": 147, "coral": 247, "echo": 123, "fable": 196, "onyx": 98, "nova": 262,
    "sage": 208, "shimmer": 294, "verse": 165, "marin": 233, "cedar": 110,
}  # fmt: skip
CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
SIGNATURES = (
    b"RIFF",
    b"fLaC",
    b"OggS",
    b"ID3",
    b"\x1a\x45\xdf\xa3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xf1",
)
BYTES_PER_SECOND = 16_000  # 128 kbit/s, to guess the length of a file that we do not parse


@dataclass(frozen=True)
class Sound:
    """What a file is: its length in seconds and, where our own speech made it, the words."""

    seconds: float
    text: str | None


def speak(text: str, voice: str, speed: float, audio_format: str) -> bytes:
    """The sound of the text as a whole file of this format."""
    samples = _tones(text, PITCHES.get(voice, 220), speed)
    seconds = len(samples) / 2 / RATE
    words = text.encode()
    mark = b"PATCHBAY-SPOKEN;%.3f;%d;" % (seconds, len(words)) + words
    if audio_format == "pcm":
        return samples
    if audio_format == "wav":
        return _wav(samples, mark)
    if audio_format == "flac":
        return flac(samples, RATE, mark)
    return {"mp3": mp3, "opus": opus, "aac": aac}[audio_format](seconds, mark)


def listen(content: bytes) -> Sound | None:
    """What the file holds, or None when it is not sound of a kind that the API takes."""
    if not content.startswith(SIGNATURES) and content[4:8] != b"ftyp":
        return None
    found = MARK.search(content)
    if found:
        words = content[found.end() : found.end() + int(found[2])]
        return Sound(float(found[1]), words.decode(errors="replace"))
    if content.startswith(b"RIFF"):
        try:
            with wave.open(io.BytesIO(content)) as sound:
                return Sound(sound.getnframes() / sound.getframerate(), None)
        except (wave.Error, EOFError, ZeroDivisionError):
            return None
    return Sound(max(0.1, len(content) / BYTES_PER_SECOND), None)


def _tones(text: str, pitch: int, speed: float) -> bytes:
    out = bytearray()
    for word in text.split() or [""]:
        step = hashlib.sha256(word.lower().encode()).digest()[0] % 12
        hertz = pitch * 2 ** (step / 12)
        period = max(2, round(RATE / hertz))
        turn = array.array("h", (round(6000 * math.sin(2 * math.pi * i / period)) for i in range(period)))
        if sys.byteorder == "big":
            turn.byteswap()
        turns = max(1, round(len(word) * SECONDS_PER_CHARACTER / speed * RATE / period))
        out += turn.tobytes() * turns
        out += bytes(2 * round(GAP / speed * RATE))
    return bytes(out)


def _wav(samples: bytes, mark: bytes) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)
    comment = b"INFO" + _chunk(b"ICMT", mark + b"\0")
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", comment) + _chunk(b"data", samples)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
