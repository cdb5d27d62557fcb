"""The tour's steps with mouse and keyboard, and what a conversation looks like."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.playground.serve import Playground
from tests.page.conftest import Visit
from tests.page.examples import DOT

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_mention_is_answered_in_a_thread_that_remembers(house: Playground, visit: Visit) -> None:
    house.openai.speed.first_token, house.openai.speed.tokens_per_second = 0.1, 60
    seen = await visit(house, "ada/C0GENERAL")
    await seen.says("@patchbay I am Ada, I collect clocks. Why are they round?")
    await seen.channel.get_by_role("button", name="1 reply").click()
    writing = seen.thread.locator("article.streaming")
    await writing.wait_for()
    await expect(seen.thread.get_by_role("button", name="Stop")).to_be_visible()
    await expect(writing).to_have_count(0)
    await expect(seen.thread.get_by_role("button", name="Stop")).to_have_count(0)
    await seen.says("What is my name?", "Reply")
    await expect(seen.thread.get_by_role("article").last).to_contain_text("Ada", timeout=15_000)
    await expect(seen.thread.get_by_role("article")).to_have_count(4)


async def test_stop_ends_an_answer(house: Playground, visit: Visit) -> None:
    house.openai.speed.first_token, house.openai.speed.tokens_per_second = 0.05, 10
    seen = await visit(house, "ada/C0GENERAL")
    await seen.says("@patchbay Write 400 tokens about gardens")
    await seen.channel.get_by_role("button", name="1 reply").click()
    await seen.thread.get_by_role("button", name="Stop").click()
    await expect(seen.thread.locator("article.streaming")).to_have_count(0)


async def test_commands_complete_with_their_hints_and_open_a_form(house: Playground, visit: Visit) -> None:
    seen = await visit(house, "ada/C0GENERAL")
    box = seen.field("Message #general")
    await box.press_sequentially("/openai-mod")
    offered = seen.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(offered.first).to_contain_text("/openai-moderate")
    await box.press("Enter")
    await expect(box).to_have_value("/openai-moderate ")
    await expect(seen.channel.locator(".usage")).to_contain_text("input")
    await box.press("Enter")
    await expect(seen.form.get_by_role("heading")).to_have_text(re.compile("Moderat"))
    await seen.page.keyboard.press("Escape")
    await expect(seen.form).to_have_count(0)
    await expect(box).to_be_focused()


async def test_the_app_has_a_home_and_messages_with_prompts(house: Playground, visit: Visit) -> None:
    seen = await visit(house, "ben/C0GENERAL")
    await seen.page.get_by_role("button", name="Patchbay App").click()
    await seen.page.get_by_role("tab", name="Home").click()
    await expect(seen.page.get_by_role("tabpanel")).to_contain_text("/openai chat")
    await seen.page.get_by_role("tab", name="Messages").click()
    await seen.page.get_by_role("button", name="Plan something").click()
    answer = seen.thread.get_by_role("article").nth(1)
    await expect(answer).to_contain_text("Patchbay")


async def test_people_differ_in_what_they_see(place: Playground, visit: Visit) -> None:
    seen = await visit(place, "ada/C0GENERAL")
    acting = seen.page.get_by_role("combobox", name="You are")
    await expect(seen.page.get_by_role("button", name="secrets")).to_have_count(0)
    await acting.select_option("ben")
    await expect(seen.page.get_by_role("button", name="secrets")).to_be_visible()
    await acting.select_option("olga")
    await expect(seen.page.get_by_role("button", name="partners")).to_be_visible()
    await expect(seen.page.get_by_role("button", name="general", exact=True)).to_have_count(0)
    await acting.select_option("otto")
    await seen.page.get_by_role("button", name="Install Patchbay").click()
    await expect(seen.page.get_by_role("button", name="Patchbay App")).to_be_visible()


async def test_messages_are_edited_deleted_and_reacted_to(place: Playground, visit: Visit) -> None:
    seen = await visit(place, "ben/C0GENERAL")
    await seen.says("Hello all")
    message = seen.channel.get_by_role("article")
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()
    await seen.page.get_by_role("menuitem", name="eyes").click()
    await expect(message.get_by_role("button", name="eyes")).to_have_attribute("aria-pressed", "true")
    await message.get_by_role("button", name="More actions").click()
    await seen.page.get_by_role("menuitem", name="Edit message").click()
    await seen.page.get_by_role("textbox", name="Edit message").fill("Hello *everybody*")
    await seen.page.keyboard.press("Enter")
    await expect(message.locator("strong", has_text="everybody")).to_be_visible()
    await expect(message).to_contain_text("(edited)")
    await message.get_by_role("button", name="More actions").click()
    await seen.page.get_by_role("menuitem", name="Delete message").click()
    await expect(seen.channel.get_by_role("article")).to_have_count(0)


async def test_a_file_is_attached_and_seen(place: Playground, visit: Visit) -> None:
    seen = await visit(place, "ben/C0GENERAL")
    picked: Any = {"name": "dot.png", "mimeType": "image/png", "buffer": DOT}
    await seen.page.locator("main input[type=file]").set_input_files(picked)
    await expect(seen.channel.get_by_role("button", name="Remove dot.png")).to_be_visible()
    await seen.says("Look")
    picture = seen.channel.get_by_role("img", name="dot.png")
    await expect(picture).to_have_attribute("src", re.compile("^blob:"))
    assert await picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1


async def test_one_sees_what_comes_until_one_looks_back(place: Playground, web: Any, visit: Visit) -> None:
    async def comes(text: str) -> None:
        await web("chat.postMessage", channel="C0GENERAL", text=text)
        await seen.channel.get_by_text(text, exact=True).wait_for(state="attached")

    for number in range(40):
        await web("chat.postMessage", channel="C0GENERAL", text=f"Line {number}")
    seen = await visit(place, "ben/C0GENERAL")
    await expect(seen.channel.get_by_text("Line 39")).to_be_in_viewport()
    square = io.BytesIO()
    Image.new("RGB", (300, 300), "green").save(square, "PNG")
    picked: Any = {"name": "square.png", "mimeType": "image/png", "buffer": square.getvalue()}
    await seen.page.locator("main input[type=file]").set_input_files(picked)
    await seen.says("Look")
    await expect(seen.channel.get_by_role("img", name="square.png")).to_be_in_viewport(ratio=0.9)
    await seen.channel.get_by_text("Line 0", exact=True).scroll_into_view_if_needed()
    await comes("Something else")
    await expect(seen.channel.get_by_text("Line 0", exact=True)).to_be_in_viewport()
    await seen.says("My own")
    await expect(seen.channel.get_by_text("My own")).to_be_in_viewport()


async def test_a_shortcut_stands_in_the_menu_of_a_message(place: Playground, app: Any, visit: Visit) -> None:
    place.slack.app.manifest = {
        "features": {
            "shortcuts": [{"name": "Sum it up", "type": "message", "callback_id": "sum", "description": "x"}]
        }
    }
    seen = await visit(place, "ada/C0GENERAL")
    await seen.says("A long story")
    message = seen.channel.get_by_role("article")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await seen.page.get_by_role("menuitem", name="Sum it up").click()
    await expect(seen.page.get_by_role("menu")).to_have_count(0)
    await expect(seen.page.locator("#toast")).to_be_empty()
    assert [each["callback_id"] for each in app.interactions("message_action")] == ["sum"]
