"""What people do with results: keep or show them, use them elsewhere, repeat and change them."""

import io
from typing import Any

import pytest
from PIL import Image

from bot.playground.person import Message, Person, PersonError
from tests.scenarios.conftest import House

USE = "run.use"


async def form(person: Person, title: str) -> dict[str, Any]:
    view = await person.view(until=lambda each: each["title"]["text"] == title)
    assert view is not None, (await person.view(0.1) or {}).get("plain")
    return view


def value(view: dict[str, Any], block: str) -> Any:
    held = next(iter(view["state"]["values"][block].values()))
    return (held.get("selected_option") or {}).get("value") or held.get("value")


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "blue").save(made, "PNG")
    return made.getvalue()


async def result(person: Person, word: str, channel: str = "general", after: str = "") -> Message:
    """A message with this word that stands under no command of anybody."""
    return await person.waits(lambda each: word in each.plain and each.ts > after, channel)


def buttons(message: Message) -> list[str]:
    """What can be pressed or chosen under a message, as it is read."""
    elements = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    return [(each.get("text") or each["placeholder"])["text"] for each in elements]


def asked(house: House, path: str) -> list[Any]:
    return [each for each in house.playground.openai.requests if each["path"].endswith(path)]


async def test_what_is_private_is_seen_by_the_one_who_asked_until_they_post_it(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "moderate I will find you and hurt you.")
    seen = await result(ben, "flagged")
    assert seen.ephemeral
    assert buttons(seen) == ["Use in…", "Run again", "Change and run", "Post to channel"]
    assert not [each for each in await cleo.sees("general") if "flagged" in each.plain]
    await ben.clicks("Post to channel", "general", seen.ts)
    posted = await result(cleo, "flagged")
    assert "@ben" in posted.plain
    assert "Post to channel" not in buttons(posted)
    await ben.clicks("Post to channel", "general", seen.ts)
    await result(ben, "in the channel already")
    assert len([each for each in await cleo.sees("general") if "flagged" in each.plain]) == 1


async def test_people_choose_who_sees_a_result(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "models list --public")
    shown = await result(cleo, "models")
    assert not shown.ephemeral
    assert "@ben" in shown.plain
    await ben.command("/openai", "complete --private Once upon a time")
    alone = await result(ben, "tokens in", after=shown.ts)
    assert alone.ephemeral
    assert not [each for each in await cleo.sees("general") if each.ts > shown.ts]
    await ben.command("/openai", "complete --private --public Once")
    assert "give one of them" in (await result(ben, "--private", after=alone.ts)).plain


async def test_the_files_of_a_private_result_are_in_the_direct_messages_and_can_be_posted(
    house: House,
) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "embed An otter swims.")
    seen = await result(ben, "Dimensions")
    assert seen.ephemeral
    assert "in your direct messages with me" in seen.plain
    file = await ben.waits(lambda each: each.files, "dm")
    assert file.files[0]["name"] == "embeddings.json"
    await ben.clicks("Post to channel", "general", seen.ts)
    posted = await cleo.waits(lambda each: each.files, "general")
    assert posted.files[0]["name"] == "embeddings.json"
    assert "direct messages" not in (await result(cleo, "Dimensions")).plain


async def test_a_picture_is_shown_with_its_description_and_becomes_the_source_of_an_edit(
    house: House,
) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "image A lighthouse at dusk --size 1024x1024")
    shown = await cleo.waits(lambda each: each.files, "general")
    assert shown.files[0]["mimetype"] == "image/png"
    assert "lighthouse at dusk" in str(shown.files[0].get("alt_txt"))
    under = await result(cleo, "@ben")
    await cleo.clicks(USE, "general", under.ts, value="Edit pictures")
    view = await form(cleo, "Edit pictures")
    assert shown.files[0]["name"] in view["plain"]
    sent = await cleo.submits({"prompt": "Make the sky green"})
    assert sent["response_action"] == "clear"
    edited = await ben.waits(lambda each: each.files and each.ts > under.ts, "general")
    assert edited.files[0]["id"] != shown.files[0]["id"]
    assert len(asked(house, "/images/edits")) == 1


async def test_a_text_is_used_in_another_module(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "complete Once upon a time there was")
    made = await result(ben, "tokens in")
    text = next(each["text"] for each in made.blocks if each["type"] == "markdown")
    await ben.clicks(USE, "general", made.ts, value="Edit")
    view = await form(ben, "Edit")
    assert value(view, "input") == text
    await ben.submits({"instruction": "Make it shorter."})
    edited = await result(ben, "What changed", after=made.ts)
    assert edited.ephemeral
    await ben.clicks(USE, "general", edited.ts, value="Moderate")
    assert "What changed" not in (await form(ben, "Moderate"))["plain"]


async def test_it_can_be_run_again_and_changed(house: House) -> None:
    ben, cleo = await house.person("ben"), await house.person("cleo")
    await ben.command("/openai", "complete Once upon a time --temperature 0.5 --max-tokens 20")
    first = await result(ben, "tokens in")
    await cleo.clicks("Run again", "general", first.ts)
    second = await result(ben, "tokens in", after=first.ts)
    assert "@cleo" in second.plain
    one, two = (each["body"] for each in asked(house, "chat/completions"))
    assert {**one, "safety_identifier": "", "user": ""} == {**two, "safety_identifier": "", "user": ""}
    await ben.clicks("Change and run", "general", first.ts)
    view = await form(ben, "Complete")
    assert value(view, "prompt") == "Once upon a time"
    assert value(view, "temperature") == "0.5"
    await ben.closes()
    await cleo.clicks("Change and run", "general", first.ts)
    assert "only they can change it" in (await result(cleo, "⚠️")).plain


async def test_nothing_typed_is_lost_after_a_failure(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "complete A long poem about clocks --model gpt-3.5-turbo-nonsense")
    refused = await result(ben, "⚠️")
    assert buttons(refused) == ["Change and run"]
    await ben.clicks("Change and run", "general", refused.ts)
    view = await form(ben, "Complete")
    assert value(view, "prompt") == "A long poem about clocks"
    assert value(view, "model") == "gpt-3.5-turbo-nonsense"
    await ben.closes()
    await ben.command("/openai", "edit My old text --temperature 9 --instruction Shorten")
    wrong = await result(ben, "between 0 and 2", after=refused.ts)
    await ben.clicks("Open the form", "general", wrong.ts)
    view = await form(ben, "Edit")
    assert (value(view, "input"), value(view, "instruction")) == ("My old text", "Shorten")


async def test_trying_again_helps_where_it_can(house: House) -> None:
    ben = await house.person("ben")
    house.playground.openai_faults.add(
        {"match": "/v1/moderations", "do": "status", "status": 503, "times": 10}
    )
    await ben.command("/openai", "moderate Be kind.")
    failed = await result(ben, "⚠️")
    assert buttons(failed) == ["Try again", "Change and run"]
    house.playground.openai_faults.rules.clear()
    await ben.clicks("Try again", "general", failed.ts)
    assert (await result(ben, "not flagged")).ephemeral


async def test_what_cannot_be_undone_asks_first_and_is_done_once(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "connect remove Default")
    question = await result(ada, "Really")
    assert question.ephemeral
    assert buttons(question)[-1] == "Cancel"
    await ada.clicks("Cancel", "general", question.ts)
    await result(ada, "Nothing was done")
    await ada.command("/openai", "connect remove Default")
    question = await result(ada, "Really", after=question.ts)
    await ada.clicks(buttons(question)[0], "general", question.ts)
    removed = await result(ada, "is removed")
    assert buttons(removed) == ["Use in…", "Post to channel"] or "Run again" not in buttons(removed)
    with pytest.raises(PersonError):  # the question is gone
        await ada.clicks(buttons(question)[0], "general", question.ts)


async def test_an_unfinished_picture_is_shown_until_the_whole_one_is_there(house: House) -> None:
    house.playground.openai.speed.tokens_per_second = 60
    ben = await house.person("ben")
    await ben.command("/openai", "image A harbour --partial-images 2 --size 1024x1024")
    await ben.waits(lambda each: "not finished yet" in each.plain, "general")
    whole = await ben.waits(lambda each: each.files, "general")
    await ben.waits(lambda each: "@ben" in each.plain and each.ts > whole.ts, "general")
    await gone(ben, "not finished yet")
    files = [file for each in await ben.sees("general") for file in each.files]
    assert [each["id"] for each in files] == [whole.files[0]["id"]]


async def gone(person: Person, word: str) -> None:
    """Wait until nothing with this word is to be seen."""
    while [each for each in await person.sees("general") if word in each.plain]:
        marker = await person.says("general", "Is it gone?")
        await person.deletes("general", marker)


async def test_files_go_to_the_one_who_asked_where_the_bot_may_not_put_them(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "image A lonely hut --size 1024x1024", channel="random")
    said = await result(ben, "Use `/invite` for that", "random")
    assert "lonely hut" in said.plain
    assert (await ben.waits(lambda each: each.files, "dm")).files[0]["mimetype"] == "image/png"


async def test_a_result_in_a_form_is_used_on_from_there(house: House) -> None:
    ben = await house.person("ben")
    await ben.command("/openai", "moderate")
    await form(ben, "Moderate")
    await ben.submits({"input.0": "Be kind to otters."})
    view = await ben.view(until=lambda each: "not flagged" in each["plain"])
    assert view is not None
    await ben.clicks("Change and run")
    view = await form(ben, "Moderate")
    assert value(view, "input.0") == "Be kind to otters."


async def test_a_source_picture_goes_along_when_it_is_run_again(house: House) -> None:
    ben = await house.person("ben")
    file = await ben.uploads("hut.png", picture())
    root = await ben.says("general", "A hut", files=[file])
    await ben.shortcut("use", "general", root)
    view = await ben.view()
    assert view is not None
    await ben.clicks("form.use:image-edit/edit")
    await form(ben, "Edit pictures")
    await ben.submits({"prompt": "Paint it red"})
    under = await ben.waits(lambda each: "@ben" in each.plain, "general", root)
    await ben.clicks("Run again", "general", under.ts)
    await ben.waits(lambda each: "@ben" in each.plain and each.ts > under.ts, "general", root)
    assert len(asked(house, "/images/edits")) == 2


async def test_an_answer_of_a_thread_is_used_elsewhere(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> Tell me about otters.")
    said = await ben.waits(lambda each: each.ts > root and "Use in…" in each.plain, "general", root)
    await ben.clicks("Use in…", "general", said.ts)
    await form(ben, "Use with OpenAI")
    await ben.clicks("form.use:edit/create")
    view = await form(ben, "Edit")
    assert value(view, "input")
    assert value(view, "input").split()[0] in said.plain
