"""Recordings are known by their content, and subtitles give their words."""

import pytest

from bot.errors import Invalid
from bot.module import File
from bot.playground.openai.audio_sound import CONTENT_TYPES, speak
from bot.sounds import SPOKEN, is_sound, upload, words


@pytest.mark.parametrize("kind", [kind for kind in CONTENT_TYPES if kind != "pcm"])
def test_what_is_spoken_is_sound(kind: str) -> None:
    assert is_sound(speak("Good morning", "nova", 1.0, kind))
    assert SPOKEN == CONTENT_TYPES


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x18ftypM4A \0",
        b"\0\0\0\x1cftypisom",
        b"\x1a\x45\xdf\xa3\x01",
        b"\0\0\x01\xba\x44",
        b"\xff\xfb\x90\x64",
        b"\0" * 5000 + b"\xff\xf3\x14",
    ],
)
def test_every_kind_of_recording_is_known(content: bytes) -> None:
    assert is_sound(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 9000,
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0JFIF",
        b"\xff\xfeh\0i\0",
        b"RIFF\0\0\0\0WEBP",
        b"<!DOCTYPE html>",
    ],
)
def test_what_is_no_recording_is_refused_whatever_its_name_says(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"“a\.mp3” is no recording") as refused:
        upload(File("a.mp3", content, "audio/mpeg"))
    assert refused.value.field == "file"


def test_the_media_type_is_that_of_the_name() -> None:
    sound = speak("x", "nova", 1.0, "wav")
    assert upload(File("a.WAV", sound, "application/octet-stream")).media_type == "audio/wav"
    assert upload(File("a.opus", sound, "audio/ogg")).media_type == "audio/ogg"


SRT = "1\n00:00:00,000 --> 00:00:01,500\nGood morning.\n\n2\n00:00:01,500 --> 00:00:03,000\n2 eggs.\n\n"
VTT = "WEBVTT\n\n00:00.000 --> 00:01.500\nGood morning.\n\n00:01.500 --> 00:03.000 align:start\n2 eggs.\n"


@pytest.mark.parametrize("subtitles", [SRT, VTT, VTT.replace("\n", "\r\n"), VTT.replace("00:0", "10:00:0")])
def test_subtitles_give_their_words(subtitles: str) -> None:
    assert words(subtitles) == "Good morning.\n2 eggs."


def test_numbers_that_are_said_are_kept() -> None:
    assert words("1\n00:00:00,000 --> 00:00:01,500\n1984\n\n") == "1984"
