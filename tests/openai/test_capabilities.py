"""What is told from a model's ID: its kind, the newest suitable one, and what it refuses."""

from datetime import date
from typing import Any

import pytest

from bot.openai import Model, chat_body, kind, lightest_effort, newest

KINDS = {
    "chat": "gpt-6-luna gpt-6.1-sol gpt-5.4-mini gpt-4o gpt-4.1-mini o3 gpt-oss-120b gpt-5-2025-08-07",
    "embedding": "text-embedding-3-small text-embedding-ada-002",
    "image": "gpt-image-2.6-sunburst gpt-image-1-mini dall-e-3 chatgpt-image-latest",
    "transcription": "gpt-transcribe whisper-1 gpt-4o-mini-transcribe-2025-12-15 gpt-4o-transcribe-diarize",
    "speech": "tts-1 tts-1-hd gpt-4o-mini-tts gpt-4o-mini-tts-2025-12-15",
    "moderation": "omni-moderation-latest text-moderation-stable",
    "completion": "gpt-3.5-turbo-instruct babbage-002 davinci-002",
    "realtime": "gpt-realtime-2.1-mini gpt-4o-realtime-preview gpt-live-1",
    "other": "gpt-5-pro gpt-5.3-codex gpt-audio-1.5 sora-2 llama-4 o3-deep-research gpt-6-cyber",
}


@pytest.mark.parametrize(("model", "expected"), [(m, k) for k, names in KINDS.items() for m in names.split()])
def test_the_kind_of_a_model(model: str, expected: str) -> None:
    assert kind(model) == expected


def test_a_fine_tuned_model_is_of_its_base_kind() -> None:
    assert kind("ft:gpt-4o-mini-2024-07-18:acme::abc") == "chat"
    assert kind("ft:babbage-002:acme::abc") == "completion"


TODAY = date(2026, 11, 22)
ALL = [Model(name, "openai", 100) for names in KINDS.values() for name in names.split()]


def pick(wanted: Any, *names: str, **ends: date) -> str | None:
    models = [Model(name, "openai", place, ends.get(name)) for place, name in enumerate(names)]
    model = newest(models, wanted, today=TODAY)
    return model.id if model else None


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("chat", "gpt-6-luna"),
        ("embedding", "text-embedding-3-small"),
        ("image", "gpt-image-2.6-sunburst"),
        ("moderation", "omni-moderation-latest"),
        ("speech", "gpt-4o-mini-tts"),
    ],
)
def test_the_newest_of_all(wanted: Any, chosen: str) -> None:
    model = newest(ALL, wanted, today=TODAY)
    assert model is not None
    assert model.id == chosen


def test_a_higher_major_version_comes_first() -> None:
    assert pick("chat", "gpt-7-sol", "gpt-6-luna") == "gpt-7-sol"


def test_a_small_general_model_comes_before_a_higher_minor_version() -> None:
    assert pick("chat", "gpt-6.2-sol", "gpt-6-luna", "gpt-6.2-astra") == "gpt-6-luna"
    assert pick("chat", "gpt-6-luna", "gpt-6.3-luna") == "gpt-6.3-luna"


def test_the_lasting_name_comes_before_its_snapshot() -> None:
    assert pick("chat", "gpt-5.4-mini", "gpt-5.4-mini-2026-03-17") == "gpt-5.4-mini"


def test_gpt_comes_before_the_o_series() -> None:
    assert pick("chat", "o9", "gpt-4.1") == "gpt-4.1"


def test_a_model_that_is_gone_is_never_chosen_and_one_that_goes_soon_last() -> None:
    gone, soon, later = date(2026, 11, 22), date(2027, 1, 14), date(2027, 11, 1)
    assert pick("chat", "gpt-6-luna", **{"gpt-6-luna": gone}) is None
    assert pick("chat", "gpt-6-luna", "gpt-4o", **{"gpt-6-luna": soon}) == "gpt-4o"
    assert pick("chat", "gpt-6-luna", "gpt-4o", **{"gpt-6-luna": later}) == "gpt-6-luna"
    assert pick("chat", "gpt-4o", **{"gpt-4o": soon}) == "gpt-4o"


def test_the_transcriber_that_stays_comes_first() -> None:
    ends = {"whisper-1": date(2027, 2, 26), "gpt-4o-transcribe": date(2027, 2, 26)}
    assert (
        pick("transcription", "whisper-1", "gpt-transcribe", "gpt-4o-transcribe", **ends) == "gpt-transcribe"
    )


def test_nobody_gets_a_fine_tuned_model_unasked() -> None:
    assert pick("chat", "ft:gpt-6-luna:acme::abc") is None


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("gpt-6-luna", "none"),
        ("gpt-6-astra", "low"),
        ("gpt-6.1-sol", "low"),
        ("gpt-6.1-terra", "none"),
        ("gpt-5.4-mini", "none"),
        ("gpt-5-mini", "minimal"),
        ("o3", "low"),
        ("gpt-4o", None),
        ("llama-4", None),
        ("ft:gpt-4.1-2025-04-14:acme::a", None),
    ],
)
def test_the_lightest_effort(model: str, effort: str | None) -> None:
    assert lightest_effort(model) == effort


EVERYTHING = {
    "messages": [{"role": "user", "content": "hi"}],
    "temperature": 0.2,
    "stop": ["x"],
    "presence_penalty": 1,
    "max_tokens": 5,
    "verbosity": "low",
    "tools": [{}],
    "n": 2,
    "seed": None,
}


def names(model: str, **more: Any) -> tuple[set[str], list[str]]:
    body, notes = chat_body(model, EVERYTHING | more)
    return set(body) - {"messages", "model", "n"}, notes


def test_a_model_that_takes_everything_gets_everything() -> None:
    kept, notes = names("gpt-4o")
    assert kept == {"temperature", "stop", "presence_penalty", "max_tokens", "tools"}
    assert notes == ["`verbosity` was left out: gpt-4o does not take it."]


def test_sampling_and_tools_pass_only_without_reasoning_where_the_model_says_so() -> None:
    assert names("gpt-6-luna")[0] == {"max_completion_tokens", "verbosity"}
    kept, _ = names("gpt-6-luna", reasoning_effort="none")
    assert kept == {"max_completion_tokens", "verbosity", "reasoning_effort", "temperature", "tools"}
    assert names("gpt-5.4")[0] == {"max_completion_tokens", "verbosity", "temperature", "tools"}
    assert names("gpt-5.4", reasoning_effort="high")[0] == {
        "max_completion_tokens",
        "verbosity",
        "reasoning_effort",
    }


def test_the_largest_never_take_sampling_tools_or_no_effort() -> None:
    kept, notes = names("gpt-6-astra", reasoning_effort="none")
    assert kept == {"max_completion_tokens", "verbosity"}
    assert "`reasoning_effort` was left out: gpt-6-astra takes low, medium, high, xhigh." in notes
    assert names("gpt-5")[0] == {"max_completion_tokens", "verbosity", "tools"}
    assert names("o3")[0] == {"max_completion_tokens", "tools"}


def test_each_change_has_one_note() -> None:
    body, notes = chat_body("gpt-6-luna", {"messages": [], "max_tokens": 5, "temperature": 1, "stop": "x"})
    assert body == {"messages": [], "model": "gpt-6-luna", "max_completion_tokens": 5}
    assert notes == [
        "`max_tokens` was sent as `max_completion_tokens`: gpt-6-luna takes only that.",
        "`stop` was left out: gpt-6-luna does not take it.",
        "`temperature` was left out: gpt-6-luna takes it only with the reasoning effort “none”.",
    ]


def test_a_limit_given_twice_counts_in_its_new_name() -> None:
    body, _ = chat_body("gpt-6-luna", {"max_tokens": 5, "max_completion_tokens": 7})
    assert body == {"model": "gpt-6-luna", "max_completion_tokens": 7}


def test_a_fine_tuned_model_follows_its_base() -> None:
    body, notes = chat_body("ft:gpt-4o-mini:acme::a", {"reasoning_effort": "low", "temperature": 0})
    assert body == {"model": "ft:gpt-4o-mini:acme::a", "temperature": 0}
    assert len(notes) == 1


def test_an_unknown_model_gets_what_was_wanted() -> None:
    assert chat_body("llama-4", {"max_tokens": 5, "stop": "x", "user": None}) == (
        {"model": "llama-4", "max_tokens": 5, "stop": "x"},
        [],
    )
