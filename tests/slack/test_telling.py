"""Stories reach Slack as it takes them: cards are edited or said to be gone, and pictures are ready first."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.errors import BotError
from bot.services.stories import Card, Chapter, Ending, Line, Loss
from bot.slack.caller import Slack
from bot.slack.installations import Installation, Installations
from bot.slack.telling import Telling
from bot.store import Watch
from tests.slack.conftest import Jumping, Scripted

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CARD = Card(job="ftjob-1", status="running", base_model="gpt", file="a.jsonl", method="supervised")
END = Ending(kind="succeeded", model="ft:gpt:1", losses=[Loss(1, 2.0, None), Loss(2, 1.0, 1.5)])
WATCH = Watch(
    workspace="T1", id="w1", connection="c1", job="ftjob-1", channel="C1", thread_ts=None, card_ts="1.0",
    by="UADA", status=None, last=None, shown=None, woken_by=None, failures=0, created_at=NOW, ended_at=None,
    state="following", attempts=0, lease_token=1, last_error=None,
)  # fmt: skip


@pytest.fixture
def telling(slack: Slack, clock: Jumping) -> Telling:
    """The teller in a workspace; nothing here goes through the outbox."""
    here = Installations([Installation("T1", "Home", "xoxb-1", "U0BOT", "B0BOT")])
    nowhere: Any = None
    return Telling(slack, here, nowhere, clock)


def takes_pictures(scripted: Scripted, looks: int = 0) -> None:
    """Let Slack take files, and look at each so many times before it says what it is."""
    left = iter([""] * looks)
    place = {"ok": True, "upload_url": scripted.url.replace("/api/", "/upload"), "file_id": "F1"}
    scripted.does["files.getUploadURLExternal"] = lambda _: place
    scripted.does["files.info"] = lambda _: {"ok": True, "file": {"mimetype": next(left, "image/png")}}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"ok": True}, "done"),
        ({"ok": False, "error": "message_not_found"}, "gone"),
        ({"ok": False, "error": "is_archived"}, "gone"),
        ({"ok": False, "error": "token_revoked"}, "later"),
        ({"ok": False, "error": "internal_error"}, "later"),
        ({"ok": False, "error": "invalid_blocks"}, "done"),
    ],
)
async def test_an_edit_says_how_it_went(
    telling: Telling, scripted: Scripted, answer: dict[str, Any], outcome: str
) -> None:
    scripted.does["chat.update"] = lambda _: answer
    assert await telling.edit(WATCH, telling.card(WATCH, CARD)) == outcome
    assert scripted.asked("chat.update")[0]["ts"] == "1.0"


async def test_an_edit_that_would_wait_long_is_left_to_the_next_one(
    telling: Telling, scripted: Scripted, slack: Slack
) -> None:
    slack.rates.hold("chat.update", "T1", 30.0)
    assert await telling.edit(WATCH, {"text": "x"}) == "later"
    assert scripted.calls == []


async def test_a_picture_stands_in_the_end_once_slack_has_looked_at_it(
    telling: Telling, scripted: Scripted
) -> None:
    takes_pictures(scripted, looks=3)
    (said,) = await telling.told(WATCH, CARD, Chapter(ending=END))
    assert len(scripted.asked("files.info")) == 4
    assert [each["slack_file"] for each in said["blocks"] if each["type"] == "image"] == [{"id": "F1"}]
    assert scripted.asked("files.getUploadURLExternal")[0]["alt_txt"].startswith("Loss by step.")


@pytest.mark.parametrize("refused", [True, False])
async def test_where_there_can_be_no_picture_its_words_are_there(
    telling: Telling, scripted: Scripted, *, refused: bool
) -> None:
    takes_pictures(scripted, looks=100)
    if refused:
        scripted.does["files.getUploadURLExternal"] = lambda _: {"ok": False, "error": "missing_scope"}
    (said,) = await telling.told(WATCH, CARD, Chapter(ending=END))
    assert "image" not in [each["type"] for each in said["blocks"]]
    assert "Training loss: from 2 at step 1 to 1 at step 2" in str(said["blocks"])


async def test_a_picture_that_slack_does_not_take_now_comes_with_the_end_later(
    telling: Telling, scripted: Scripted
) -> None:
    scripted.does["files.getUploadURLExternal"] = lambda _: web.Response(status=503)
    with pytest.raises(BotError, match="just now"):
        await telling.told(WATCH, CARD, Chapter(ending=END))


async def test_events_need_nothing_of_slack(telling: Telling, scripted: Scripted) -> None:
    (said,) = await telling.told(WATCH, CARD, Chapter([Line(NOW, "info", "Job started")]))
    assert said["text"] == "Job started"
    assert scripted.calls == []
