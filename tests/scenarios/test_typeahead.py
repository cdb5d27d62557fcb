"""Lists as people type into them: what their account has, of the connection chosen in the form."""

import io
import json
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.playground.person import Person
from bot.slack.elements import MOST_VALUE
from tests.scenarios.conftest import House
from tests.scenarios.forms import form, value

Json = dict[str, Any]
EXAMPLES = b"\n".join(
    json.dumps(
        {"messages": [{"role": "user", "content": f"Hi {at}"}, {"role": "assistant", "content": "Hello"}]}
    ).encode()
    for at in range(12)
)


def account(house: House, key: str | None = None) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=house.playground.openai_url,
        api_key=key or house.playground.credentials.api_key,
        max_retries=0,
    )


async def upload(house: House, name: str, purpose: Any = "fine-tune", key: str | None = None) -> str:
    async with account(house, key) as client:
        made = await client.files.create(file=(name, io.BytesIO(EXAMPLES)), purpose=purpose)
    return made.id


async def offered(person: Person, block: str, query: str = "") -> dict[str, str]:
    options = await person.suggestions(block, query)
    return {each["value"]: each["text"]["text"] for each in options}


async def opened(person: Person, command: str, title: str) -> Json:
    await person.command("/openai", command)
    return await form(person, title)


async def test_models_of_the_right_kind_are_offered_newest_first(house: House) -> None:
    ben = await house.person("ben")
    await opened(ben, "embed", "Embed")
    found = await offered(ben, "model")
    assert found
    assert all("embedding" in each for each in found)
    assert [*await offered(ben, "model", "ada")] == ["text-embedding-ada-002", "ada"]
    assert await offered(ben, "model", "my-own-model") == {"my-own-model": "Use “my-own-model”"}


async def test_files_are_offered_by_name_and_by_id(house: House) -> None:
    ben = await house.person("ben")
    greetings = await upload(house, "greetings.jsonl")
    notes = await upload(house, "notes.jsonl", "assistants")
    await opened(ben, "files retrieve", "Show a file")
    assert await offered(ben, "id") == {notes: "notes.jsonl", greetings: "greetings.jsonl"}
    assert next(iter(await offered(ben, "id", "GREET"))) == greetings
    assert next(iter(await offered(ben, "id", greetings[:12]))) == greetings
    sent = await ben.submits({"id": "greetings.jsonl"})
    assert "greetings.jsonl" in sent["view"]["blocks"][0].get("text", {}).get("text", str(sent))


async def test_a_field_offers_files_of_its_purpose_only(house: House) -> None:
    ben = await house.person("ben")
    greetings = await upload(house, "greetings.jsonl")
    await upload(house, "notes.jsonl", "assistants")
    await opened(ben, "finetune", "Create a fine-tuning job")
    assert [*await offered(ben, "training_file")] == [greetings]


async def test_jobs_are_offered_with_their_model_and_state(house: House) -> None:
    ben = await house.person("ben")
    file = await upload(house, "greetings.jsonl")
    async with account(house) as client:
        job = await client.fine_tuning.jobs.create(
            model="gpt-4.1-mini-2025-04-14", training_file=file, suffix="hello"
        )
    await ben.command("/openai", "finetune info")
    view = await ben.view()
    assert view is not None
    found = await offered(ben, "job")
    assert [*found] == [job.id]
    assert "gpt-4.1-mini" in found[job.id]
    assert next(iter(await offered(ben, "job", "hello"))) == job.id


async def test_the_lists_are_those_of_the_connection_chosen_in_the_form(house: House) -> None:
    ada = await house.person("ada")
    other = house.playground.openai.add_key(organization="org-second", project="proj_second").secret
    mine = await upload(house, "mine.jsonl")
    theirs = await upload(house, "theirs.jsonl", key=other)
    await opened(ada, "connect", "Connect OpenAI account")
    assert (await ada.submits({"name": "Second", "key": other}))["response_action"] == "update"
    await ada.closes()
    view = await opened(ada, "files retrieve", "Show a file")
    assert [*await offered(ada, "id")] == [mine]
    second = next(
        each["value"]
        for block in view["blocks"]
        if block["block_id"] == "connection"
        for each in block["element"]["options"]
        if each["text"]["text"] == "Second"
    )
    await ada.clicks("form.connection", value=second)
    await form(ada, "Show a file")
    assert [*await offered(ada, "id")] == [theirs]


async def test_a_list_is_asked_for_once_while_somebody_types(house: House) -> None:
    ben = await house.person("ben")
    await upload(house, "greetings.jsonl")
    await opened(ben, "files retrieve", "Show a file")
    asked = len(house.playground.openai.requests)
    for query in ("", "g", "gr", "gre"):
        assert await offered(ben, "id", query)
    assert [each["path"] for each in list(house.playground.openai.requests)[asked:]] == ["/v1/files"]


async def test_what_no_list_holds_can_be_typed_and_what_no_option_holds_is_left_out(house: House) -> None:
    ben = await house.person("ben")
    house.playground.openai.models.add_fine_tuned(
        "ft:gpt-4.1-mini-2025-04-14:acme:" + "x" * MOST_VALUE, "gpt-4.1-mini-2025-04-14", 2_000_000_000,
        house.playground.openai.key.organization,
    )  # fmt: skip
    await opened(ben, "models retrieve", "Show a model")
    found = await ben.suggestions("id", "")
    assert len(found) == 99 or all(len(each["value"]) <= MOST_VALUE for each in found)
    assert await ben.suggestions("id", "y" * (MOST_VALUE + 1)) == []
    assert [*await offered(ben, "id", "ftjob-unlisted")] == ["ftjob-unlisted"]


@pytest.mark.parametrize("change", [{"revoked": True}, {"scopes": frozenset[str](), "scope_status": 403}])
async def test_a_list_stays_empty_only_as_long_as_the_key_may_not_read_it(house: House, change: Json) -> None:
    ben = await house.person("ben")
    await opened(ben, "files retrieve", "Show a file")
    file = await upload(house, "greetings.jsonl")
    before = {name: getattr(house.playground.openai.key, name) for name in change}
    for name, each in change.items():
        setattr(house.playground.openai.key, name, each)
    assert await offered(ben, "id") == {}
    assert await offered(ben, "id", "file-abc") == {"file-abc": "Use “file-abc”"}
    for name, each in before.items():
        setattr(house.playground.openai.key, name, each)
    assert [*await offered(ben, "id")] == [file]


async def test_the_form_holds_what_was_chosen(house: House) -> None:
    ben = await house.person("ben")
    file = await upload(house, "greetings.jsonl")
    await opened(ben, "files retrieve", "Show a file")
    await ben.types({"id": "greetings.jsonl"})
    view = await ben.view()
    assert view is not None
    assert value(view, "id") == file
