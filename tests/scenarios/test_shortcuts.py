"""A message as the beginning of something else: by its own menu, with its text and all its files."""

import re
from typing import Any

from bot.modules import ALL
from bot.playground.openai.audio_sound import speak
from bot.slack.material import takes
from tests.scenarios.conftest import House
from tests.scenarios.forms import blocks, form, form_with, hears, png, value
from tests.scenarios.test_threads import answer

Json = dict[str, Any]


def asked(house: House, path: str) -> list[Json]:
    return [each for each in house.playground.openai.requests if each["path"].endswith(path)]


async def test_ask_from_a_message_answers_in_its_thread_and_goes_on_there(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    root = await cleo.says("general", "Is 17 a prime?")
    await ben.shortcut("use:chat/create", "general", root)
    view = await form(ben, "Chat")
    assert value(view, "messages.0.content") == "Is 17 a prime?"
    sent = await ben.submits({"messages.0.content": "Is 17 a prime? Say yes or no."})
    assert sent["response_action"] == "clear"
    first = await cleo.waits(lambda each: "yes or no" in each.plain, "general", root)
    said = await answer(cleo, "general", root, first.ts)
    question = await cleo.says("general", "And 18?", thread=root)
    again = await answer(cleo, "general", root, question)
    assert again.ts > said.ts
    spoken = [
        each["content"]
        for each in asked(house, "/chat/completions")[-1]["body"]["messages"]
        if each["role"] == "user"
    ]
    assert spoken == ["Is 17 a prime? Say yes or no.", "And 18?"]


async def test_ask_from_a_thread_that_the_bot_is_in_goes_on_with_it(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> My name is Ben.")
    said = await answer(ben, "general", root)
    await ben.shortcut("use:chat/create", "general", root)
    await form(ben, "Chat")
    await ben.submits({"messages.0.content": "What is my name?"})
    shown = await ben.waits(
        lambda each: "What is my name" in each.plain and each.ts > said.ts, "general", root
    )
    assert "Ben" in (await answer(ben, "general", root, shown.ts)).plain


async def test_pictures_of_a_message_reach_the_model_and_are_not_uploaded_again(house: House) -> None:
    ben = await house.person("ben")
    files = [await ben.uploads("chart.png", png()), await ben.uploads("notes.zip", b"PK\x03\x04 something")]
    root = await ben.says("general", "What is this?", files=files)
    await ben.shortcut("use:chat/create", "general", root)
    view = await form(ben, "Chat")
    assert "📎 chart.png" in view["plain"]
    assert "no place for notes.zip" in view["plain"]
    assert files[0] in view["private_metadata"]
    assert "chart" not in view["private_metadata"]
    await ben.submits()
    await answer(
        ben, "general", root, (await ben.waits(lambda each: "asked" in each.plain, "general", root)).ts
    )
    content = asked(house, "/chat/completions")[-1]["body"]["messages"][-1]["content"]
    assert [each["type"] for each in content] == ["text", "image_url"]


async def test_edit_takes_the_text_as_people_read_it(house: House) -> None:
    ben = await house.person("ben")
    ts = await ben.says("general", "Se https://example.org <@bot> 1 < 2 & done")
    await ben.shortcut("use:edit/create", "general", ts)
    view = await form(ben, "Edit")
    assert re.fullmatch(r"Se https://example\.org @\w+ 1 < 2 & done", value(view, "input"))


async def test_moderate_scores_text_and_pictures_of_a_message_in_the_form_itself(house: House) -> None:
    ben = await house.person("ben")
    ts = await ben.says("general", "I will hurt you.", files=[await ben.uploads("odd.png", png())])
    await ben.shortcut("use:moderate/create", "general", ts)
    view = await form(ben, "Moderate")
    assert value(view, "input.0") == "I will hurt you."
    sent = await ben.submits()
    assert sent["response_action"] == "update", sent
    assert await form_with(ben, "Over threshold")
    kinds = {type(each).__name__ for each in asked(house, "/moderations")[-1]["body"]["input"]}
    assert len(asked(house, "/moderations")) == 2 or kinds == {"dict"}


async def test_transcribe_takes_a_recording_larger_than_a_form_takes(house: House) -> None:
    ben = await house.person("ben")
    talk = speak("Good morning everyone. " * 8, "nova", 1.0, "wav")
    large = talk + b"\x00" * (11 * 2**20)
    ts = await ben.says(
        "general", "", files=[await ben.uploads("memo.wav", large), await ben.uploads("a.txt", b"x")]
    )
    await ben.shortcut("use:audio/transcribe", "general", ts)
    view = await form(ben, "Transcribe")
    assert "memo.wav (1" in view["plain"]
    sent = await ben.submits()
    assert sent.get("errors") is None, sent
    said = await ben.waits(lambda each: each.ts > ts and "Good morning" in each.plain, "general", ts)
    assert said


async def test_the_picker_offers_every_module_that_takes_texts_or_files(house: House) -> None:
    ben = await house.person("ben")
    ts = await ben.says("general", "A red fox", files=[await ben.uploads("fox.png", png())])
    await ben.shortcut("use", "general", ts)
    view = await form(ben, "Use with OpenAI")
    assert "A red fox" in view["plain"]
    assert "📎 fox.png" in view["plain"]
    offered = [each["accessory"]["value"] for each in view["blocks"] if "accessory" in each]
    assert {*offered} == {f"{module.name}/{each.name}" for module, each in takes(ALL)}
    modules = {each.partition("/")[0] for each in offered}
    assert {
        "chat",
        "complete",
        "edit",
        "moderate",
        "embed",
        "image",
        "image-edit",
        "audio",
        "files",
        "finetune",
    } <= modules
    assert offered.index("image-edit/edit") < offered.index("audio/transcribe")
    await ben.clicks("form.use:image-edit/edit")
    view = await form(ben, "Edit pictures")
    assert value(view, "prompt") == "A red fox"
    assert "📎 fox.png" in view["plain"]
    assert (await ben.submits())["response_action"] == "clear"
    said = await ben.waits(lambda each: each.files and each.ts > ts, "general", ts)
    assert said.files[0]["mimetype"].startswith("image/")


async def test_a_message_of_an_app_gives_what_stands_in_its_blocks(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> Tell me of foxes.")
    said = await answer(ben, "general", root)
    await ben.shortcut("use", "general", said.ts)
    await form(ben, "Use with OpenAI")
    await ben.clicks("form.use:complete/create")
    view = await form(ben, "Complete")
    assert value(view, "prompt").split()[:3] == said.plain.split()[:3]


async def test_a_long_message_stands_in_several_inputs(house: House) -> None:
    ben = await house.person("ben")
    text = " ".join(f"word{at}" for at in range(900))
    ts = await ben.says("general", text)
    await ben.shortcut("use:edit/create", "general", ts)
    view = await form(ben, "Edit")
    parts = [value(view, each) for each in blocks(view) if each.partition("~")[0] == "input"]
    assert len(parts) == 3
    assert "".join(parts) == text


async def test_files_that_the_bot_may_not_see_are_named_with_what_helps(house: House) -> None:
    ben = await house.person("ben")
    ts = await ben.says("secrets", "Look", files=[await ben.uploads("plan.png", png())])
    await ben.shortcut("use:moderate/create", "secrets", ts)
    await form(ben, "Moderate")
    sent = await ben.submits()
    assert "Invite me" in sent["errors"]["files"], sent
    await ben.clicks("Leave these files out")
    await form(ben, "Moderate", without="📎")
    assert (await ben.submits())["response_action"] == "update"


async def test_a_message_can_be_used_where_the_bot_is_not(house: House) -> None:
    ben = await house.person("ben")
    ts = await ben.says("random", "Is 17 a prime?")
    await ben.shortcut("use:chat/create", "random", ts)
    await form(ben, "Chat")
    await ben.submits()
    assert await ben.waits(lambda each: "invite" in each.plain, "dm")


async def test_the_global_shortcut_opens_the_list_of_modules(house: House) -> None:
    ben = await house.person("ben")
    await ben.shortcut("modules")
    view = await form(ben, "OpenAI modules")
    assert all(f"/openai {each.name}" in view["plain"] for each in ALL)
    await ben.clicks("form.use:moderate")
    await form(ben, "Moderate")
    assert (await ben.submits({"input.0": "Nice day"}))["response_action"] == "update"
    assert await form_with(ben, "not flagged")


async def test_a_guest_hears_why_not(house: House) -> None:
    gus = await house.person("gus")
    ts = await gus.says("general", "Hello")
    await gus.shortcut("use:chat/create", "general", ts)
    said = await hears(gus, "general", "Guests")
    assert said.ephemeral
    await gus.shortcut("use", "general", ts)
    await form(gus, "Use with OpenAI")
    await gus.clicks("form.use:chat/create")
    assert await form_with(gus, "Guests")


async def test_nobody_uses_a_message_that_somebody_else_brought(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    ts = await ben.says("general", "Mine")
    await ben.shortcut("use", "general", ts)
    view = await form(ben, "Use with OpenAI")
    await cleo.shortcut("modules")
    await form(cleo, "OpenAI modules")
    house.playground.slack.stacks["U0CLEO"][-1].body["private_metadata"] = view["private_metadata"]
    await cleo.clicks("form.use:edit")
    assert await form_with(cleo, "out of date")
