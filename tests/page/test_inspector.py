"""The inspector: what went between Slack, the bot and OpenAI, and the faults that one can let happen."""

import asyncio
import sys
from typing import Any

import pytest
from playwright.async_api import expect

from bot.playground.serve import Playground
from tests.page.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_fault_is_seen_and_got_over(house: Playground, visit: Visit) -> None:
    seen = await visit(house, "ada/C0GENERAL")
    await seen.page.get_by_role("button", name="Inspector").click()
    inspector = seen.page.get_by_role("complementary", name="Inspector")
    assert await inspector.evaluate(
        "panel => panel.querySelector('.faults').scrollWidth <= panel.clientWidth"
    )
    await inspector.get_by_role("combobox", name="What OpenAI does").select_option("broken")
    await inspector.get_by_role("button", name="Add fault to OpenAI").click()
    await expect(inspector.get_by_role("list", name="Faults that wait")).to_contain_text("hit 0 of 1")
    await seen.says("@patchbay Are you there?")
    requests = inspector.get_by_role("list", name="Requests")
    await expect(requests.locator("li.wrong", has_text="/v1/chat/completions")).to_be_visible()
    await expect(requests.locator("li", has_text="Slack → bot").first).to_be_visible()
    await expect(inspector.get_by_role("list", name="Faults that wait")).to_contain_text("hit 1 of 1")
    await seen.page.keyboard.press("Escape")
    await seen.channel.get_by_role("button", name="1 reply").click()
    answer = seen.thread.get_by_role("article").nth(1)
    await expect(answer).to_contain_text("OpenAI has a problem at its side")
    await answer.get_by_role("button", name="Try again").click()
    await expect(seen.thread.get_by_role("article").last).to_contain_text("tokens in", timeout=20_000)


async def test_an_event_is_delivered_again(place: Playground, app: Any, visit: Visit) -> None:
    seen = await visit(place, "ada/C0GENERAL")
    await seen.says("@patchbay hello")
    await expect(seen.channel.get_by_role("article")).to_have_count(1)
    await seen.page.get_by_role("button", name="Inspector").click()
    async with seen.page.expect_response("**/control/act/redeliver"):
        await seen.page.get_by_role("button", name="Deliver last event again").click()
    (headers, again) = app.got[-1]
    assert headers["x-slack-retry-num"] == "1"
    assert again["event_id"] in [each["event_id"] for _, each in app.got[:-1]]


async def test_the_bot_is_killed_where_its_starter_told_which_process_it_is(
    place: Playground, visit: Visit
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    seen = await visit(place, "ada/C0GENERAL")
    await seen.page.get_by_role("button", name="Inspector").click()
    kill = seen.page.get_by_role("button", name="Kill the bot")
    await expect(kill).to_be_disabled()
    place.slack.app.process = process.pid
    place.slack.changed()
    await kill.click()
    assert await process.wait() == -9
    place.slack.changed()
    await expect(kill).to_be_disabled()
