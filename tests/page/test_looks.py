"""For everybody: axe's rules in light and dark on each main view, a phone's width, the keyboard alone."""

from typing import Any

import pytest
from playwright.async_api import expect

from bot.playground.serve import Playground
from tests.page.conftest import Seen, Visit
from tests.page.examples import ELEMENTS, FIELDS, KINDS, plain

pytestmark = pytest.mark.asyncio(loop_scope="session")
#: What reaches beyond a phone's edge and does not scroll by itself.
TOO_WIDE = """[...document.querySelectorAll("#main *")]
    .filter(each => each.getBoundingClientRect().right > 391 && !each.closest(".table, .carousel, pre"))
    .map(each => each.outerHTML.slice(0, 90))"""
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


async def furnished(place: Playground, web: Any) -> str:
    """A channel with everything in it; the ts of a thread."""
    for block in [*KINDS, *ELEMENTS]:
        told = await web("chat.postMessage", channel="C0GENERAL", text="x", blocks=[block])
    await web("chat.postMessage", channel="C0GENERAL", text="A reply", thread_ts=told["ts"])
    await web("reactions.add", channel="C0GENERAL", timestamp=told["ts"], name="eyes")
    await web("chat.postEphemeral", channel="C0GENERAL", user="U0ADA", text="For you")
    blocks = [
        {"type": "section", "text": plain("Welcome"), "accessory": ELEMENTS[0]["elements"][0]},
        *FIELDS[:2],
    ]
    await web("views.publish", user_id="U0ADA", view={"type": "home", "blocks": blocks})
    return str(told["ts"])


@SCHEMES
async def test_axe_finds_nothing_serious(
    place: Playground, app: Any, web: Any, visit: Visit, scheme: str
) -> None:
    ts = await furnished(place, web)
    seen = await visit(place, f"ada/C0GENERAL/{ts}", color_scheme=scheme)
    await expect(seen.thread.get_by_role("article")).to_have_count(2)
    assert await seen.violations() == []
    await seen.page.get_by_role("button", name="Inspector").click()
    await expect(seen.page.get_by_role("list", name="Requests").get_by_role("listitem").first).to_be_visible()
    assert await seen.violations() == []
    await seen.page.keyboard.press("Escape")
    await seen.page.get_by_role("button", name="Patchbay App").click()
    await seen.page.get_by_role("tab", name="Home").click()
    await expect(seen.page.get_by_role("tabpanel")).to_contain_text("Welcome")
    assert await seen.violations() == []
    await show_form(seen, app, web)
    assert await seen.violations() == []


async def show_form(seen: Seen, app: Any, web: Any) -> None:
    async with seen.page.expect_response("**/control/act/click"):
        await seen.page.get_by_role("tabpanel").get_by_role("button", name="Press").click()
    trigger = app.interactions("block_actions")[-1]["trigger_id"]
    view = {"type": "modal", "title": plain("All"), "submit": plain("Send"), "blocks": FIELDS}
    await web("views.open", trigger_id=trigger, view=view)
    await seen.form.wait_for()


async def test_everything_fits_a_phone(place: Playground, app: Any, web: Any, visit: Visit) -> None:
    ts = await furnished(place, web)
    phone: Any = {"width": 390, "height": 800}
    seen = await visit(place, "ada/C0GENERAL", viewport=phone, has_touch=True)
    await expect(seen.channel.get_by_role("article")).to_have_count(len(KINDS) + len(ELEMENTS) + 1)
    assert await seen.page.evaluate(TOO_WIDE) == []
    await seen.page.get_by_role("button", name="Channels").click()
    await seen.page.get_by_role("button", name="Patchbay App").click()
    await seen.page.get_by_role("tab", name="Home").click()
    await show_form(seen, app, web)
    box = await seen.form.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    await seen.page.keyboard.press("Escape")
    await seen.comes(f"ada/C0GENERAL/{ts}")


async def test_a_keyboard_is_enough(place: Playground, web: Any, visit: Visit) -> None:
    await web("chat.postMessage", channel="C0GENERAL", text="A root")
    seen = await visit(place, "ada/C0GENERAL")
    await expect(seen.channel.get_by_role("article")).to_have_count(1)
    await seen.page.keyboard.press("Tab")
    await expect(seen.page.get_by_role("link", name="Skip to the message field")).to_be_focused()
    await seen.page.keyboard.press("Enter")
    await expect(seen.field("Message #general")).to_be_focused()
    reply = seen.channel.get_by_role("button", name="Reply in thread")
    for _ in range(10):
        await seen.page.keyboard.press("Shift+Tab")
        if await reply.evaluate("each => each === document.activeElement"):
            break
    await seen.page.keyboard.press("Enter")
    await expect(seen.field("Reply")).to_be_focused()
    await seen.page.keyboard.press("Escape")
    await expect(seen.thread).to_be_hidden()


async def test_a_new_message_is_told_to_a_screen_reader(place: Playground, web: Any, visit: Visit) -> None:
    seen = await visit(place, "ada/C0GENERAL")
    await seen.channel.get_by_role("log").wait_for()
    await expect(seen.channel.get_by_text("Nothing was said here yet")).to_be_visible()
    await web("chat.postMessage", channel="C0GENERAL", text="Dinner is ready")
    await expect(seen.page.locator("#said")).to_have_text("Patchbay: Dinner is ready")
