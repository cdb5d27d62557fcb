"""A transcript in the shapes that the audio endpoints answer with: segments, words, subtitles, JSON."""

import re
from dataclasses import dataclass
from typing import Any

from bot.playground.openai import tokens
from bot.playground.openai.audio_sound import Sound

LANGUAGES = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "ja": "japanese",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "uk": "ukrainian",
    "zh": "chinese",
}
TOKENS_A_SECOND = 10  # audio tokens that the API bills for a second


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the words and when they are spoken, in seconds."""

    start: float
    end: float
    text: str


class Transcript:
    """What was heard in a file of this name; sounds that our speech did not make are described."""

    def __init__(self, sound: Sound, filename: str, size: int) -> None:
        self.seconds = round(sound.seconds, 2)
        described = (
            f"This is a recording of {self.seconds:g} seconds. The file is {filename}, of {size:,} bytes."
        )
        self.text = described if sound.text is None else " ".join(sound.text.split())

    def segments(self) -> list[Piece]:
        """One piece a sentence."""
        return self._timed(re.findall(r"\S.*?(?:[.!?…](?=\s|$)|$)", self.text))

    def words(self) -> list[Piece]:
        """One piece a word."""
        return self._timed(self.text.split())

    def _timed(self, texts: list[str]) -> list[Piece]:
        total = sum(map(len, texts)) or 1
        pieces, said = [], 0
        for text in texts:
            start, said = said, said + len(text)
            pieces.append(Piece(self._at(start / total), self._at(said / total), text))
        return pieces

    def _at(self, part: float) -> float:
        return round(self.seconds * part, 2)

    def subtitles(self, kind: str) -> str:
        """The segments as srt or vtt."""
        out = ["WEBVTT\n"] if kind == "vtt" else []
        for number, piece in enumerate(self.segments(), 1):
            span = f"{_stamp(piece.start, kind)} --> {_stamp(piece.end, kind)}"
            out.append(f"{number}\n{span}\n{piece.text}\n" if kind == "srt" else f"{span}\n{piece.text}\n")
        return "\n".join(out) + "\n"

    def verbose(self, task: str, language: str, granularities: list[str]) -> dict[str, Any]:
        """verbose_json, with words and segments as asked for."""
        body = {
            "task": task,
            "language": LANGUAGES.get(language, language),
            "duration": self.seconds,
            "text": self.text,
        }
        if "segment" in granularities:
            body["segments"] = [_segment(index, piece) for index, piece in enumerate(self.segments())]
        if "word" in granularities:
            body["words"] = [{"word": one.text, "start": one.start, "end": one.end} for one in self.words()]
        return body

    def diarized(self, speakers: list[str]) -> list[dict[str, Any]]:
        """diarized_json's segments; the speakers take turns by sentence."""
        return [
            {
                "type": "transcript.text.segment",
                "id": f"seg_{index:03}",
                "start": piece.start,
                "end": piece.end,
                "speaker": speakers[index % len(speakers)],
                "text": piece.text,
            }
            for index, piece in enumerate(self.segments())
        ]

    def logprobs(self) -> list[dict[str, Any]]:
        """Each token with a probability."""
        return [
            {"token": one, "bytes": list(one.encode()), "logprob": -round(0.01 + len(one) % 7 / 50, 4)}
            for one in tokens.split(self.text)
        ]

    def usage(self, prompt: str) -> dict[str, Any]:
        """The usage of a model that is billed by tokens."""
        heard, written = max(1, round(self.seconds * TOKENS_A_SECOND)), tokens.count(self.text)
        asked = tokens.count(prompt)
        return {
            "type": "tokens",
            "input_tokens": heard + asked,
            "input_token_details": {"audio_tokens": heard, "text_tokens": asked},
            "output_tokens": written,
            "total_tokens": heard + asked + written,
        }


def _segment(index: int, piece: Piece) -> dict[str, Any]:
    return {
        "id": index,
        "seek": 0,
        "start": piece.start,
        "end": piece.end,
        "text": f" {piece.text}",
        "tokens": [50_364 + len(one) for one in tokens.split(piece.text)],
        "temperature": 0.0,
        "avg_logprob": -0.25,
        "compression_ratio": 1.2,
        "no_speech_prob": 0.01,
    }


def _stamp(seconds: float, kind: str) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    mark = "," if kind == "srt" else "."
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{milliseconds:03}"
