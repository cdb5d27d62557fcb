"""Everything that an app can send is drawn, as text and never as markup."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from bot.playground.serve import Playground
from bot.playground.slack.blocks_kinds import BLOCKS
from bot.playground.slack.files import keep
from bot.playground.slack.state import Upload
from tests.page.conftest import Visit
from tests.page.examples import DOT, ELEMENTS, KINDS, MARKDOWN, plain

in_browser = pytest.mark.asyncio(loop_scope="session")
Web = Callable[..., Awaitable[dict[str, Any]]]


def test_there_is_an_example_of_every_kind_that_a_message_may_hold() -> None:
    elsewhere = {"input", "alert", "auth_provider", "call"}  # forms only, or drawn as their name
    assert {each["type"] for each in KINDS} == set(BLOCKS) - elsewhere


@in_browser
async def test_every_kind_of_block_is_drawn(place: Playground, web: Web, visit: Visit) -> None:
    for block in KINDS:
        await web("chat.postMessage", channel="C0GENERAL", text=block["type"], blocks=[block])
    seen = await visit(place, "ada/C0GENERAL")
    await expect(seen.channel.get_by_role("article")).to_have_count(len(KINDS))
    drawn = await seen.channel.locator(".blocks > .block").evaluate_all(
        "all => all.map(each => each.dataset.kind)"
    )
    assert drawn == [each["type"] for each in KINDS]
    await expect(seen.channel.locator(".unknown, :text('Unknown')")).to_have_count(0)


@in_browser
async def test_markdown_is_drawn_as_it_is_meant(place: Playground, web: Web, visit: Visit) -> None:
    await web("chat.postMessage", channel="C0GENERAL", blocks=[{"type": "markdown", "text": MARKDOWN}])
    seen = await visit(place, "ada/C0GENERAL")
    text = seen.channel.locator(".markdown")
    await expect(text.get_by_role("heading", name="Heading one")).to_be_visible()
    await expect(text.locator("ul > li > ul > li")).to_have_text(["inner x"])
    await expect(text.locator("ol").first.locator("> li")).to_have_count(2)
    await expect(text.get_by_role("cell")).to_have_text(["a", "1", "b | c", "22"])
    await expect(text.locator("pre")).to_have_text('def f(x):\n    return "<b>"')
    await expect(text.locator("blockquote blockquote")).to_have_text("nested")
    await expect(text.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com")
    for shown in ("snake_case_name", "2 * 3 * 4", "<tag>"):
        await expect(text).to_contain_text(shown)


@in_browser
async def test_a_moment_is_written_as_slack_writes_it(place: Playground, web: Web, visit: Visit) -> None:
    now = int(place.clock.now())
    for form in ("{date_num}", "{date_short_pretty} {time}", "{moon}"):
        await web("chat.postMessage", channel="C0GENERAL", text=f"<!date^{now}^{form}|instead>")
    seen = await visit(place, "ada/C0GENERAL", locale="en-GB", timezone_id="UTC")
    times = seen.channel.locator(".text time")
    await expect(times).to_have_text(
        [re.compile(r"^\d\d/\d\d/\d{4}$"), re.compile(r"^today \d\d:\d\d$"), "instead"]
    )


@in_browser
async def test_a_picture_of_a_block_is_shown_to_who_sees_the_message(
    place: Playground, web: Web, visit: Visit
) -> None:
    bot = place.slack.install()
    upload = Upload("F0DOT", "ticket", bot.team_id, bot.bot_user_id, "dot.png", len(DOT), 0.0, content=DOT)
    keep(place.slack, upload).ready_at = 0
    block = {"type": "image", "slack_file": {"id": "F0DOT"}, "alt_text": "a dot"}
    await web("chat.postMessage", channel="C0GENERAL", text="dot", blocks=[block])
    seen = await visit(place, "ben/C0GENERAL")
    picture = seen.channel.get_by_role("img", name="a dot")
    await expect(picture).to_have_attribute("src", re.compile("^blob:"))


@in_browser
async def test_what_is_unknown_is_a_named_box(place: Playground, web: Web, visit: Visit) -> None:
    told = await web("chat.postMessage", channel="C0GENERAL", text="x", blocks=[{"type": "divider"}])
    message = place.slack.channels["C0GENERAL"].messages[told["ts"]]
    message.blocks = [
        {"type": "hologram", "text": "from tomorrow"},
        {"type": "actions", "block_id": "b", "elements": [{"type": "lever", "action_id": "pull"}]},
    ]
    place.slack.changed()
    seen = await visit(place, "ada/C0GENERAL")
    await expect(seen.channel.get_by_text("Unknown block: hologram")).to_be_visible()
    await expect(seen.channel.get_by_text("Unknown element: lever")).to_be_visible()


@in_browser
async def test_text_never_becomes_markup(place: Playground, web: Web, visit: Visit) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    blocks = [
        {"type": "section", "text": plain(evil)},
        {"type": "markdown", "text": f"{evil} [x](javascript:alert(1)) `{evil}`"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:alert(1)|press>"}},
    ]
    await web("chat.postMessage", channel="C0GENERAL", text=evil, blocks=blocks)
    seen = await visit(place, "ada/C0GENERAL")
    await expect(seen.channel.get_by_role("article")).to_contain_text("<script>")
    await expect(seen.channel.locator("article :is(img, script, a)")).to_have_count(0)


@in_browser
async def test_every_element_of_a_message_tells_the_app(
    place: Playground, app: Any, web: Web, visit: Visit
) -> None:
    await web("chat.postMessage", channel="C0GENERAL", text="x", blocks=ELEMENTS)
    seen = await visit(place, "ada/C0GENERAL")
    article = seen.channel.get_by_role("article")
    await article.get_by_role("button", name="Press").click()
    await article.get_by_role("button", name="Delete all").click()
    await seen.page.get_by_role("dialog").get_by_role("button", name="Do it").click()
    async with seen.page.expect_response("**/control/act/click"):
        await article.get_by_role("combobox", name="Pick").select_option("o1")
    async with seen.page.expect_response("**/control/act/click"):
        await article.get_by_role("button", name="Good").click()
    await expect(article.get_by_role("button", name="Good")).to_have_attribute("aria-pressed", "true")
    await article.get_by_role("button", name="More actions").first.click()
    await seen.page.get_by_role("menuitem", name="Option 2").click()
    async with seen.page.expect_response("**/control/act/click"):
        await article.get_by_role("checkbox", name="Option 0").check()
    told = {each["actions"][0]["action_id"]: each["actions"][0] for each in app.interactions("block_actions")}
    assert told["press"]["value"] == "pressed"
    assert told["pick"]["selected_option"]["value"] == "o1"
    assert told["good"]["value"] == "g"
    assert told["more"]["selected_option"]["value"] == "o2"
    assert [each["value"] for each in told["tick"]["selected_options"]] == ["o0"]
    assert "wipe" in told
