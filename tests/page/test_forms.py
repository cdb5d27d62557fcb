"""Forms: each kind of field by mouse and keyboard, what is refused, and forms that change or are stacked."""

from typing import Any

import pytest
from playwright.async_api import expect
from starlette.responses import JSONResponse, Response

from bot.playground.serve import Playground
from tests.page.conftest import Seen, Visit
from tests.page.examples import FIELDS, OPTIONS, field, plain

pytestmark = pytest.mark.asyncio(loop_scope="session")


def modal(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
    } | more


async def opened(place: Playground, app: Any, web: Any, visit: Visit, view: Any) -> Seen:
    """A form in front of ada, opened by a command as apps do."""
    seen = await visit(place, "ada/C0GENERAL")
    await seen.says("/openai")
    await expect(seen.field("Message #general")).to_have_value("")
    async with seen.page.expect_response("**/control/act/command"):
        await seen.says("/openai now")
    await web("views.open", trigger_id=app.got[-1][1]["trigger_id"], view=view)
    await seen.form.wait_for()
    return seen


async def test_each_kind_of_field_is_filled_and_sent(
    place: Playground, app: Any, web: Any, visit: Visit
) -> None:
    app.answers = lambda payload: (
        JSONResponse({"options": OPTIONS}) if payload.get("type") == "block_suggestion" else Response()
    )
    seen = await opened(place, app, web, visit, modal(*FIELDS))
    form = seen.form
    for name, text in (
        ("text", "Hello"),
        ("long", "One\nTwo"),
        ("number", "9"),
        ("mail", "a@b.example"),
        ("address", "https://b.example"),
        ("rich", "Rich"),
    ):
        await form.get_by_role("textbox", name=name, exact=True).fill(text)
    await form.get_by_role("combobox", name="menu", exact=True).select_option("o1")
    await form.get_by_role("group", name="menus").get_by_role("checkbox", name="Option 2").check()
    search = form.get_by_role("combobox", name="search")
    await search.click()
    await expect(form.get_by_role("listbox").get_by_role("option")).to_have_count(3)
    await search.press("ArrowDown")
    await search.press("ArrowDown")
    await search.press("Enter")
    await expect(search).to_have_value("Option 1")
    await form.get_by_role("combobox", name="person").select_option("U0BEN")
    await form.get_by_role("combobox", name="channel").select_option("C0RANDOM")
    await form.get_by_role("group", name="boxes").get_by_role("checkbox", name="Option 0").check()
    await form.get_by_role("radio", name="Option 1").check()
    await form.get_by_label("day").fill("2026-11-23")
    await form.get_by_label("hour").fill("10:30")
    await form.get_by_label("moment").fill("2026-11-23T10:30")
    picked: Any = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"}
    await form.locator("input[type=file]").set_input_files(picked)
    await expect(form.get_by_role("button", name="Remove a.txt")).to_be_visible()
    await form.get_by_role("button", name="Send").click()
    number = form.get_by_role("textbox", name="number")
    await expect(number).to_have_attribute("aria-invalid", "true")
    await expect(number).to_be_focused()
    await expect(form.get_by_role("alert")).to_contain_text("no more than 2")
    await number.fill("1.5")
    await number.press("Enter")
    await expect(seen.form).to_have_count(0)
    (sent,) = app.interactions("view_submission")
    said = {name: next(iter(held.values())) for name, held in sent["view"]["state"]["values"].items()}
    values = {
        name: next((part for key, part in held.items() if key != "type"), None) for name, held in said.items()
    }
    assert values["text"] == "Hello"
    assert values["long"] == "One\nTwo"
    assert values["number"] == "1.5"
    assert values["menu"]["value"] == "o1"
    assert [each["value"] for each in values["menus"]] == ["o2"]
    assert values["search"]["value"] == "o1"
    assert (values["person"], values["channel"]) == ("U0BEN", "C0RANDOM")
    assert [each["value"] for each in values["boxes"]] == ["o0"]
    assert values["radio"]["value"] == "o1"
    assert (values["day"], values["hour"]) == ("2026-11-23", "10:30")
    assert isinstance(values["moment"], int)
    assert [each["name"] for each in values["file"]] == ["a.txt"]


async def test_the_app_refuses_a_field_and_shows_why(
    place: Playground, app: Any, web: Any, visit: Visit
) -> None:
    seen = await opened(place, app, web, visit, modal(field("name", {"type": "plain_text_input"})))
    await seen.form.get_by_role("button", name="Send").click()
    await expect(seen.form.get_by_role("alert")).to_contain_text("complete this required field")
    app.answers = lambda _: JSONResponse(
        {"response_action": "errors", "errors": {"name": "That name is taken."}}
    )
    await seen.form.get_by_role("textbox", name="name").fill("ada")
    await seen.page.keyboard.press("Enter")
    await expect(seen.form.get_by_role("alert")).to_contain_text("That name is taken.")
    await expect(seen.form.get_by_role("textbox", name="name")).to_have_value("ada")
    assert await seen.violations() == []


async def test_what_is_typed_stays_while_the_form_changes(
    place: Playground, app: Any, web: Any, visit: Visit
) -> None:
    more = {
        "type": "actions",
        "block_id": "more",
        "elements": [{"type": "button", "action_id": "add", "text": plain("Add")}],
    }
    name = field("name", {"type": "plain_text_input"})
    seen = await opened(place, app, web, visit, modal(name, more))
    await seen.form.get_by_role("textbox", name="name").fill("half a w")
    async with seen.page.expect_response("**/control/act/click"):
        await seen.form.get_by_role("button", name="Add").click()
    (told,) = app.interactions("block_actions")
    assert told["view"]["state"]["values"]["name"]["name"]["value"] == "half a w"
    await seen.form.get_by_role("textbox", name="name").press("End")
    await seen.page.keyboard.type("ord")
    view = modal(name, field("second", {"type": "plain_text_input"}), more)
    await web("views.update", view_id=told["view"]["id"], view=view)
    await seen.form.get_by_role("textbox", name="second").wait_for()
    await expect(seen.form.get_by_role("textbox", name="name")).to_have_value("half a word")
    await expect(seen.form.get_by_role("textbox", name="name")).to_be_focused()


async def test_a_form_lies_on_another_and_gives_way_to_it(
    place: Playground, app: Any, web: Any, visit: Visit
) -> None:
    seen = await opened(place, app, web, visit, modal(field("name", {"type": "plain_text_input"})))
    await seen.form.get_by_role("textbox", name="name").fill("below")
    upper = modal(field("above", {"type": "plain_text_input"}), title=plain("Upper"))
    app.answers = lambda _: JSONResponse({"response_action": "push", "view": upper})
    await seen.form.get_by_role("button", name="Send").click()
    await expect(seen.form.get_by_role("heading", name="Upper")).to_be_visible()
    await seen.form.get_by_role("button", name="Back").click()
    await expect(seen.form.get_by_role("textbox", name="name")).to_have_value("below")
    await seen.page.keyboard.press("Escape")
    await expect(seen.form).to_have_count(0)
