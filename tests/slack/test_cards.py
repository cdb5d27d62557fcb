"""Cards, events and ends of jobs as Slack takes them: no markup of theirs, and nothing too long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.playground.slack.blocks import problems
from bot.services.stories import Card, Checkpoint, Ending, Line, Loss
from bot.slack import ids
from bot.slack.cards import card, ending, told

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = "ft:gpt-4.1-mini-2025-04-14:acme:ahoy:7p4lURel"
RUNNING = Card(
    job="ftjob-1", status="running", base_model="gpt-4.1-mini-2025-04-14", file="hello.jsonl",
    validation_file="more.jsonl", method="supervised",
    hyperparameters=[("n_epochs", "3"), ("batch_size", "1")], step=40, total_steps=100, trained_tokens=12_345,
    losses=[Loss(step, 2.0 / step, 2.1 / step if step % 10 == 0 else None) for step in range(1, 41)],
    started=NOON, estimated_finish=NOON + timedelta(minutes=7),
)  # fmt: skip


def texts(value: Any) -> str:
    """All that stands in blocks."""
    if isinstance(value, dict):
        return "\n".join(texts(each) for each in value.values())
    if isinstance(value, list):
        return "\n".join(map(texts, value))
    return str(value)


def buttons(body: dict[str, Any]) -> list[str]:
    rows = [each for each in body["blocks"] if each["type"] == "actions"]
    return [each["action_id"] for row in rows for each in row["elements"]]


def test_a_card_shows_all_that_is_known_of_a_job() -> None:
    shown = card("w1", RUNNING)
    assert problems(shown["blocks"], "message") == []
    told = texts(shown["blocks"])
    for each in (
        "running", "ftjob-1", "gpt-4.1-mini-2025-04-14", "hello.jsonl", "validation: more.jsonl",
        "supervised: n epochs 3, batch size 1", "40 of 100 (40%)", "12,345", "█▄", "0.05",
        "<!date^1795435200^{ago}|2026-11-23 12:00 UTC>", "<!date^1795435620^{date_short_pretty} {time}|",
    ):  # fmt: skip
        assert each in told, each
    assert shown["text"] == "▶️ Fine-tuning ftjob-1: running, 40%"


def test_the_same_card_is_the_same_message() -> None:
    assert card("w1", RUNNING) == card("w1", replace(RUNNING))


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("validating_files", ["cancel", "checkpoints", "unfollow"]),
        ("running", ["pause", "cancel", "checkpoints", "unfollow"]),
        ("paused", ["resume", "cancel", "checkpoints", "unfollow"]),
        ("succeeded", ["checkpoints"]),
        ("failed", ["checkpoints"]),
    ],
)
def test_buttons_are_those_that_fit_the_status(status: str, wanted: list[str]) -> None:
    shown = card("w1", replace(RUNNING, status=status))
    assert buttons(shown) == ["job." + each for each in wanted]
    assert {each["value"] for row in shown["blocks"][-1:] for each in row["elements"]} == {"w1"}


def test_to_cancel_asks_first() -> None:
    row = card("w1", RUNNING)["blocks"][-1]["elements"]
    (cancel,) = [each for each in row if each["action_id"] == ids.JOB_CANCEL]
    assert cancel["confirm"]["style"] == "danger"


def test_a_card_that_nobody_follows_says_so_and_steers_nothing() -> None:
    shown = card("w1", replace(RUNNING, followed=False, step=None))
    assert "does not follow the job any more" in texts(shown["blocks"])
    assert ids.JOB_UNFOLLOW not in buttons(shown)
    assert ids.JOB_CANCEL not in buttons(shown)


def test_names_and_events_are_no_markup() -> None:
    evil = "<!channel> `*_"
    shown = card("w1", replace(RUNNING, file=evil, base_model=evil, job=evil, problems=[evil]))
    assert "<!channel>" not in texts(shown)
    said = told([Line(NOON, "warn", evil), Line(NOON, "info", evil)], 0)
    assert "<!channel>" not in texts(said)
    end = ending("w1", "UADA", evil, Ending(kind="failed", reason=evil, advice=evil), None, evil)
    assert "<!channel>" not in texts(end)


def test_events_stand_in_their_order_and_errors_stand_out() -> None:
    said = told([Line(NOON, "info", "one"), Line(NOON, "warn", "two"), Line(NOON, "error", "three")], 35)
    assert problems(said["blocks"], "message") == []
    (lines, aside) = said["blocks"]
    assert [each.partition(">  ")[2] for each in lines["text"]["text"].splitlines()] == [
        "one", "⚠️ *two*", "❌ *three*",
    ]  # fmt: skip
    assert "35 more" in texts(aside)
    assert said["text"] == "❌ three"


def test_many_long_events_fit_a_message() -> None:
    said = told([Line(NOON, "info", "&" * 2000) for _ in range(60)], 9_940)
    assert problems(said["blocks"], "message") == []


def test_the_end_shows_what_was_made_and_mentions_who_started_it_once() -> None:
    left = [Checkpoint(step, f"{MODEL}:ckpt-step-{step}", 1 / step, None, 0.9) for step in range(1, 121)]
    said = ending(
        "w1", "UADA", "ftjob-1", Ending(kind="succeeded", model=MODEL, checkpoints=left), "F1", "alt"
    )
    assert problems(said["blocks"], "message") == []
    assert texts(said["blocks"]).count("<@UADA>") == 1
    assert [each["type"] for each in said["blocks"]] == [
        "section", "section", "image", "section", "table", "actions",
    ]  # fmt: skip
    assert said["blocks"][2]["alt_text"] == "alt"
    assert buttons(said) == [ids.JOB_TRY, ids.JOB_COMPARE]


def test_a_failure_says_why_and_what_to_change() -> None:
    end = Ending(kind="failed", reason="Line 3 is not JSON.", advice="Correct the training file.")
    said = ending("w1", "UADA", "ftjob-1", end, None, "")
    assert problems(said["blocks"], "message") == []
    assert "Line 3 is not JSON." in texts(said)
    assert "Correct the training file." in texts(said)
    assert buttons(said) == []


def test_without_a_picture_its_words_are_there() -> None:
    said = ending("w1", "UADA", "ftjob-1", Ending(kind="succeeded", model=MODEL), None, "Loss by step.")
    assert "Loss by step." in texts(said["blocks"])
