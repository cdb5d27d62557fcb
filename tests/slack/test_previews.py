"""What is shown while a result is made: one message, replaced in place, gone at the end or after a crash."""

import io
from typing import Any

import pytest
from PIL import Image

from bot.module import File, Text
from bot.slack.previews import Preview

KEY = "0123456789abc0123456789"


def picture(color: str) -> File:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(made, "PNG")
    return File(f"{color}.png", made.getvalue(), "image/png", f"A {color} square")


def preview(town: Any, channel: str | None = None, key: str = KEY) -> Preview:
    async def place() -> tuple[str, str | None]:
        return channel or town.channel, None

    return Preview(town.slack, town.token, town.team, place, town.clock, key)


def shown(town: Any) -> list[Any]:
    return list(town.world.channels[town.channel].messages.values())


async def settled(one: Preview) -> None:
    """Wait until what was to be shown is."""
    assert one._task is not None
    await one._task


async def test_pictures_replace_one_another_in_one_message_and_go_at_the_end(town: Any) -> None:
    one = preview(town)
    await one.show(picture("red"))
    await settled(one)
    await one.show(picture("blue"))
    await settled(one)
    [message] = shown(town)
    assert message.blocks[0]["alt_text"] == "A blue square"
    assert [each.name for each in town.world.files.values()] == ["blue.png"]
    await one.end()
    assert (shown(town), town.world.files) == ([], {})


async def test_only_the_newest_is_shown_where_they_come_fast(town: Any) -> None:
    one = preview(town)
    for color in ("red", "green", "blue"):
        await one.show(picture(color))
    await settled(one)
    assert shown(town)[0].blocks[0]["alt_text"] == "A blue square"
    assert len(town.asked("files.completeUploadExternal")) <= 2
    await one.end()


async def test_text_is_shown_too(town: Any) -> None:
    one = preview(town)
    await one.show(Text("Half of it"))
    await settled(one)
    assert "Half of it" in str(shown(town)[0].blocks)
    await one.end()
    assert shown(town) == []


async def test_an_end_before_anything_was_shown_leaves_nothing(town: Any) -> None:
    one = preview(town)
    await one.end()
    await one.show(picture("red"))
    await one.end()
    assert shown(town) == []


@pytest.mark.parametrize("channel", ["C0GONE", "C0RANDOM"])
async def test_where_the_bot_may_not_post_nothing_is_shown_and_nothing_breaks(
    town: Any, channel: str
) -> None:
    one = preview(town, channel)
    await one.show(picture("red"))
    await one.end()
    assert shown(town) == []
    assert town.world.files == {}


async def test_what_a_dead_process_has_shown_is_taken_away_by_the_next(town: Any) -> None:
    left, other = preview(town), preview(town, key="another")
    await left.show(picture("red"))
    await other.show(picture("blue"))
    await settled(left)
    await settled(other)
    await preview(town).clear()
    assert [each.blocks[0]["alt_text"] for each in shown(town)] == ["A blue square"]
    assert [each.name for each in town.world.files.values()] == ["blue.png"]
    await other.end()
