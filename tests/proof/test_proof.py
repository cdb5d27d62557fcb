"""Proves that the proofs prove: a small one holds, and what is lost, doubled or out of order is counted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground.slack.state import Message
from tests.proof import rounds
from tests.proof.house import House, opened, told


async def test_a_small_story_is_told_by_a_worker_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MANY", 120)
    async with opened(f"sqlite:///{tmp_path / 'proof.db'}", tmp_path) as house:
        right, figures = await rounds.many(house)
    assert right, figures


def message(house: House, root: str, text: str) -> None:
    world = house.playground.slack
    ts = world.new_ts()
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    bot = world.install()
    said = Message(ts, "C0PROOF000", bot.bot_user_id, blocks=[block], thread_ts=root, bot_id=bot.bot_id)
    house.playground.slack.add(said)


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        (["Event 1\nEvent 2", "Event 3"], (0, 0, 0)),
        (["Event 1", "Event 3"], (1, 0, 0)),
        (["Event 1\nEvent 2"], (1, 0, 0)),
        (["Event 1\nEvent 2", "Event 2\nEvent 3"], (0, 1, 0)),
        (["Event 2\nEvent 1", "Event 3"], (0, 0, 1)),
    ],
)
async def test_what_is_wrong_with_a_thread_is_counted(
    new_sqlite: Callable[[Path], str], tmp_path: Path, texts: list[str], wrong: tuple[int, int, int]
) -> None:
    async with opened(new_sqlite(tmp_path), tmp_path) as house:
        await house.follow(1)
        world, bot = house.playground.slack, house.playground.slack.install()
        root = world.new_ts()
        card = Message(root, "C0PROOF000", bot.bot_user_id, text="Fine-tuning ftjob-00000", bot_id=bot.bot_id)
        world.add(card)
        house.happen("ftjob-00000", 3)
        for text in texts:
            message(house, root, text)
        found = told(house)
    assert (found.doubled > 0, found.disordered > 0) == (wrong[1] > 0, wrong[2] > 0)
    assert (found.lost > 0) == (wrong[0] > 0) or wrong[2]
