"""Forms as people use them: changed on the way, refused and sent again; nothing that was typed is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.slack import submitting
from tests.scenarios.conftest import House
from tests.scenarios.forms import blocks, form, form_that, form_with, hears, png, value
from tests.scenarios.test_threads import answer

Json = dict[str, Any]


def asked(house: House, path: str) -> list[Json]:
    return [each for each in house.playground.openai.requests if each["path"].endswith(path)]


# --- a connection inside any form ---


async def test_an_admin_adds_a_connection_inside_a_filled_form_and_goes_on_with_it(house: House) -> None:
    ada = await house.person("ada")
    other = house.playground.openai.add_key(organization="org-second").secret
    await ada.command("/openai", "chat")
    await form(ada, "Chat")
    await ada.types({"messages.0.content": "Say hello", "messages.0.name": "ada_l"})
    await ada.clicks("Add item")
    await form_that(ada, "messages.1.content")
    await ada.types({"messages.1.content": "And goodbye"})
    await ada.clicks("form.connection", value="+")
    view = await form(ada, "Connect OpenAI account")
    assert "key" in blocks(view)
    sent = await ada.submits({"name": "Second", "key": "sk-mistyped-0123456789"})
    assert "refuses this key" in sent["errors"]["key"]
    sent = await ada.submits({"key": other})
    assert sent["response_action"] is None
    view = await form_that(ada, "connection.2")
    assert view["title"]["text"] == "Chat"
    assert value(view, "messages.0.content") == "Say hello"
    assert value(view, "messages.0.name") == "ada_l"
    assert value(view, "messages.1.content") == "And goodbye"
    chosen = view["state"]["values"]["connection.2"]["form.connection"]["selected_option"]
    assert chosen["text"]["text"] == "Second"
    assert (await ada.submits())["response_action"] == "clear"
    said = await ada.waits(lambda each: "asked" in each.plain, "general")
    await answer(ada, "general", said.ts)
    assert [each["content"] for each in asked(house, "/chat/completions")[-1]["body"]["messages"][-2:]] == [
        "Say hello", "And goodbye",
    ]  # fmt: skip


async def test_who_changes_their_mind_finds_the_form_and_chooses_again(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "edit")
    view = await form(ada, "Edit")
    first = value(view, "connection")
    await ada.types({"input": "a b c", "instruction": "Count"})
    await ada.clicks("form.connection", value="+")
    await form(ada, "Connect OpenAI account")
    await ada.closes()
    view = await form_that(ada, "connection.1")
    assert (value(view, "input"), value(view, "instruction")) == ("a b c", "Count")
    sent = await ada.submits()
    assert not sent["sent"]
    assert "connection.1" in sent["errors"]
    assert (await ada.submits({"connection.1": first}))["response_action"] == "clear"


async def test_a_member_hears_that_admins_add_connections(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "edit")
    await form(ben, "Edit")
    await ben.types({"input": "a b c"})
    await ben.clicks("form.connection", value="+")
    assert await form_with(ben, "is for workspace admins")
    await ben.closes()
    view = await form_that(ben, "connection.1")
    assert value(view, "input") == "a b c"


async def test_a_form_with_the_last_option_chosen_is_not_sent(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "edit")
    await form(ben, "Edit")
    sent = await ben.submits({"input": "a", "instruction": "b", "connection": "+"})
    assert "Choose a connection" in sent["errors"]["connection"]


# --- changed on the way ---


async def test_advanced_settings_unfold_in_place(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "edit")
    await form(ben, "Edit")
    await ben.types({"input": "Te text", "instruction": "Fix it"})
    await ben.clicks("Advanced settings")
    view = await form_that(ben, "temperature")
    assert (value(view, "input"), value(view, "instruction")) == ("Te text", "Fix it")
    assert "Advanced settings" not in view["plain"]


async def test_items_come_and_go_and_the_others_keep_what_they_hold(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "moderate")
    await form(ben, "Moderate")
    await ben.types({"input.0": "one"})
    await ben.clicks("Add item")
    await form_that(ben, "input.1")
    await ben.types({"input.1": "two"})
    await ben.clicks("Add item")
    await form_that(ben, "input.2")
    await ben.types({"input.2": "three"})
    await ben.clicks("Remove item 3")
    view = await form(ben, "Moderate", without="Input 3")
    assert [value(view, f"input.{at}") for at in (0, 1)] == ["one", "two"]
    await ben.clicks("Add item")
    view = await form_that(ben, "input.3")
    assert value(view, "input.3") is None
    assert (await ben.submits({"input.3": "four"}))["response_action"] == "update"
    assert asked(house, "/moderations")[-1]["body"]["input"] == ["one", "two", "four"]


async def test_another_operation_keeps_what_both_ask_for_and_brings_back_the_rest(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "image-edit")
    await form(ben, "Edit pictures")
    picture = await ben.uploads("fox.png", png())
    await ben.types({"prompt": "Make it blue", "image": [picture]})
    await ben.clicks("form.operation", value="vary")
    view = await form(ben, "Vary a picture")
    assert "📎 fox.png" in view["plain"]
    await ben.clicks("form.operation", value="edit")
    view = await form(ben, "Edit pictures")
    assert value(view, "prompt") == "Make it blue"
    assert "📎 fox.png" in view["plain"]
    assert (await ben.submits())["response_action"] == "clear"
    assert await ben.waits(lambda each: each.files, "general")


async def test_a_model_of_another_kind_does_not_come_along(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "audio transcribe")
    await form(ben, "Transcribe")
    await ben.clicks("Advanced settings")
    await form_that(ben, "model")
    await ben.types({"model": "whisper-1", "prompt": "Names: Ada"})
    await ben.clicks("form.operation", value="speak")
    await form(ben, "Speak")
    view = await form_that(ben, "model@")
    assert "tts" in value(view, "model@")
    await ben.clicks("form.operation", value="transcribe")
    view = await form_that(ben, "prompt")
    assert (value(view, "model"), value(view, "prompt")) == ("whisper-1", "Names: Ada")


# --- refused ---


async def test_errors_land_on_their_fields_and_what_was_typed_stays(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "chat")
    await form(ben, "Chat")
    sent = await ben.submits({"messages.0.content": "Hello", "messages.0.name": "not a name!"})
    assert [*sent["errors"]] == ["messages.0.name"]
    view = await form(ben, "Chat")
    assert value(view, "messages.0.content") == "Hello"
    assert (await ben.submits({"messages.0.name": "ben"}))["response_action"] == "clear"


async def test_a_file_of_the_wrong_type_is_refused_on_its_field(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "audio")
    await form(ben, "Transcribe")
    file = await ben.uploads("notes.txt", b"hello")
    sent = await ben.submits({"file": [file]})
    assert "wrong type" in sent["errors"]["file"]
    assert not asked(house, "/audio/transcriptions")


async def test_two_problems_of_one_field_are_both_said(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "audio")
    await form(ben, "Transcribe")
    files = [await ben.uploads(name, b"hello") for name in ("a.txt", "b.pdf")]
    sent = await ben.submits({"file": files})
    assert "a.txt" in sent["errors"]["file"]
    assert "b.pdf" in sent["errors"]["file"]


async def test_what_openai_refuses_is_said_on_the_form(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "files retrieve")
    await form(ben, "Show a file")
    sent = await ben.submits({"id": "file-unknown"})
    assert sent["response_action"] == "errors", sent
    assert "id" in sent["errors"]
    view = await form(ben, "Show a file")
    assert value(view, "id") == "file-unknown"


async def test_an_error_that_comes_late_brings_the_form_back_with_all_that_stood_in_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "WAIT_FOR_RESULT", 0.0)
    ben = await house.person("ben")
    await ben.command("/openai", "moderate")
    await form(ben, "Moderate")
    house.playground.openai.key.revoked = True
    picture = await ben.uploads("odd.png", png())
    sent = await ben.submits({"input.0": "one", "files": [picture]})
    assert "Working on it" in str(sent["view"]["blocks"])
    view = await form_with(ben, "refused")
    assert value(view, "input.0") == "one"
    assert "📎 odd.png" in view["plain"]
    house.playground.openai.key.revoked = False
    await ben.submits()
    assert await form_with(ben, "flagged")


async def test_an_operation_without_inputs_says_what_is_wrong_and_can_be_sent_again(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "connect")
    await hears(ben, "general", "is for workspace admins")
    assert await hears(ben, "general", "Default")
    ada = await house.person("ada")
    await ada.command("/openai", "connect")
    await form(ada, "Connect OpenAI account")
    await ada.clicks("form.operation", value="list")
    await form(ada, "List connections")
    assert (await ada.submits())["response_action"] == "update"
    assert await form_with(ada, "Default")


async def test_a_member_finds_only_what_they_may_in_the_menu_of_operations(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "connect check")
    view = await form(ben, "Check a connection")
    menu = next(each for each in view["blocks"] if each["block_id"] == "form.operation")
    assert {each["value"] for each in menu["elements"][0]["options"]} == {"list", "check"}


# --- what came of it ---


async def test_a_quick_result_stands_in_the_form_and_its_files_come_directly(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "files upload")
    await form(ben, "Upload a file")
    file = await ben.uploads("notes.txt", b"Notes of Ben")
    assert (await ben.submits({"file": [file], "purpose": "assistants"}))["response_action"] == "update"
    assert await form_with(ben, "notes.txt")


async def test_a_long_table_is_whole_in_the_form(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "models retrieve")
    await form(ben, "Show a model")
    await ben.clicks("form.operation", value="list")
    await form(ben, "List models")
    assert (await ben.submits())["response_action"] == "update"
    view = await form_with(ben, "gpt-6")
    assert all(
        len(each["text"]["text"]) <= 3000
        for each in view["blocks"]
        if each["type"] == "section" and "text" in each
    )


async def test_a_destructive_form_asks_first_in_its_place(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "connect remove")
    await form(ada, "Remove a connection")
    sent = await ada.submits({"id": "Default"})
    assert "Really" in str(sent["view"]["blocks"])
    await ada.clicks("Cancel")


async def test_a_form_that_is_out_of_date_says_so(house: House, new_sqlite: Callable[[Path], str]) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "moderate")
    await form(ben, "Moderate")
    house.playground.slack.stacks["U0BEN"][-1].body["private_metadata"] = '{"m": "gone", "o": "create"}'
    sent = await ben.submits({"input.0": "one"})
    assert "out of date" in str(sent["view"]["blocks"])


async def test_a_person_chooses_who_sees_what_a_form_brings_about(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "edit")
    view = await form(ben, "Edit")
    assert value(view, "audience") == "alone"
    await ben.types({"input": "Te text", "instruction": "Fix it", "audience": "all"})
    await ben.clicks("Advanced settings")
    view = await form_that(ben, "temperature")
    assert value(view, "audience") == "all"
    await ben.submits()
    assert await cleo.waits(lambda each: "Te" in each.plain or "text" in each.plain, "general")
    await ben.command("/openai", "chat")
    await form(ben, "Chat")
    before = len(await cleo.sees("general"))
    await ben.submits({"messages.0.content": "Only for me", "audience": "alone"})
    assert await ben.waits(lambda each: each.ephemeral and "gpt" in each.plain, "general")
    assert len(await cleo.sees("general")) == before


async def test_files_that_slack_does_not_give_are_said_on_their_field(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "moderate")
    await form(ben, "Moderate")
    picture = await ben.uploads("odd.png", png())
    for install in house.playground.slack.app.installs.values():
        install.scopes = frozenset({*install.scopes} - {"files:read"})
    sent = await ben.submits({"files": [picture]})
    assert "odd.png" in sent["errors"]["files"], sent
    assert "install me again" in sent["errors"]["files"]
