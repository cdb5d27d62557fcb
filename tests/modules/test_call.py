"""Custom calls: any path below the base URL and none beside it, pages, headers, bodies of every kind."""

import json
from typing import Any

import pytest

from bot.errors import ApiBroken, Invalid
from bot.module import Effect, File, Role
from bot.modules.call import CALL
from bot.modules.files import FILES
from tests.modules.world import World, as_json, facts, files, said


def shown(result: Any) -> Any:
    """The JSON in the message."""
    return json.loads(said(result).removeprefix("```json\n").removesuffix("\n```"))


async def fill(world: World, count: int) -> list[str]:
    made = []
    for number in range(count):
        file = File(f"{number}.txt", b"text", "text/plain")
        made.append(facts(await world.run(FILES, "upload", file=[file], purpose="evals"))["ID"])
    return made[::-1]


async def test_a_path_is_called_and_the_answer_shown_with_its_headers(world: World) -> None:
    result = await world.run(CALL, url="/v1/models/gpt-6-luna")
    assert shown(result)["id"] == "gpt-6-luna"
    told = facts(result)
    assert told["Status"] == "200 OK"
    assert told["content-type"] == "application/json"
    assert told["openai-version"] == "2020-10-01"
    assert told["Request ID"] == result.request_id
    assert "Pages" not in told
    assert "authorization" not in {name.lower() for name in told}


async def test_method_headers_query_and_body_arrive(world: World) -> None:
    result = await world.run(
        CALL,
        url="chat/completions",
        method="post",
        headers='{"OpenAI-Beta": "x=1", "X-Client-Request-Id": "mine"}',
        body='{"model": "gpt-6-luna", "messages": [{"role": "user", "content": "Say: hi"}]}',
    )
    assert shown(result)["choices"][0]["message"]["content"] == "hi"
    assert any(name.startswith("x-ratelimit-") for name in facts(result))
    (asked,) = world.asked()
    assert asked["method"] == "POST"
    assert asked["headers"]["openai-beta"] == "x=1"
    assert asked["headers"]["x-client-request-id"] == "mine"
    await world.run(CALL, url="fine_tuning/jobs", query='{"limit": 3, "metadata": {"team": "a"}}')
    assert world.asked("/jobs")[0]["query"] == {"limit": "3", "metadata[team]": "a"}


async def test_a_refusal_of_the_api_is_an_answer_too(world: World) -> None:
    result = await world.run(CALL, url="models/gpt-4")
    assert facts(result)["Status"] == "404 Not Found"
    assert shown(result)["error"]["code"] == "model_not_found"
    await world.control("keys", revoked=True)
    refused = await world.run(CALL, url="models")
    assert facts(refused)["Status"] == "401 Unauthorized"
    assert world.api.account.key not in said(refused)


async def test_pages_are_followed_up_to_the_limit_and_joined(world: World) -> None:
    made = await fill(world, 5)
    asked = {"url": "files", "query": '{"limit": 2}'}
    one = await world.run(CALL, **asked)
    assert [each["id"] for each in shown(one)["data"]] == made[:2]
    assert one.notes == ["There is more: a limit above 1 follows the pages further."]
    two = await world.run(CALL, **asked, limit=2)
    assert [each["id"] for each in shown(two)["data"]] == made[:4]
    assert (shown(two)["last_id"], shown(two)["has_more"], facts(two)["Pages"]) == (made[3], True, "2")
    every = await world.run(CALL, **asked, limit=50)
    assert [each["id"] for each in shown(every)["data"]] == made
    assert (shown(every)["has_more"], facts(every)["Pages"], every.notes) == (False, "3", [])
    assert [each["query"] for each in world.asked("/files")[-3:]] == [
        {"limit": "2"}, {"limit": "2", "after": made[1]}, {"limit": "2", "after": made[3]},
    ]  # fmt: skip


async def test_pages_that_name_the_next_one_are_followed_and_never_round_in_a_ring(world: World) -> None:
    page = {"data": [{"n": 1}], "has_more": True, "next_page": "page_2"}
    world.faults.add({"match": "GET /v1/organization", "do": "status", "status": 200, "body": page})
    result = await world.run(CALL, url="organization/costs", limit=9)
    assert len(shown(result)["data"]) == 2, "the second page names itself"


async def test_a_page_that_fails_ends_the_list_and_is_told(world: World) -> None:
    page = {"data": [{"id": "a"}], "has_more": True}
    world.faults.add({"match": "GET /v1/files", "do": "status", "status": 200, "body": page, "times": 1})
    world.faults.add({"match": "GET /v1/files", "do": "status", "status": 500, "body": "no"})
    result = await world.run(CALL, url="files", limit=3)
    assert shown(result)["data"] == [{"id": "a"}]
    assert result.notes == ["Page 2 was answered with 500 Internal Server Error."]


async def test_a_long_answer_is_a_file_with_its_beginning_in_the_message(world: World) -> None:
    result = await world.run(CALL, url="models")
    (file,) = files(result)
    assert (file.name, file.media_type) == ("response.json", "application/json")
    assert len(as_json(file)["data"]) > 50
    assert said(result).startswith("```json\n{")
    assert said(result).endswith("This is the beginning; all is in the file.")
    assert len(said(result)) < 3100


async def test_bodies_that_are_not_json_come_as_what_they_are(world: World) -> None:
    speech = {"model": "tts-1", "voice": "alloy", "input": "hi", "response_format": "wav"}
    sound = await world.run(CALL, url="audio/speech", method="POST", body=speech)
    (file,) = files(sound)
    assert file.content.startswith(b"RIFF")
    assert file.name.endswith(".wav")
    assert file.media_type == "audio/wav"
    (name,) = await fill(world, 1)
    text = await world.run(CALL, url=f"files/{name}/content")
    assert said(text) == "```\ntext\n```"
    world.faults.add({"match": "GET /v1/empty", "do": "status", "status": 204, "body": ""})
    assert "no body" in said(await world.run(CALL, url="empty"))
    world.faults.add({"match": "GET /v1/page", "do": "html"})
    assert "<html>" in said(await world.run(CALL, url="page"))


async def test_the_key_is_blotted_out_where_the_api_repeats_it(world: World) -> None:
    key = world.api.account.key
    world.faults.add({"match": "GET /v1/echo", "do": "status", "status": 200, "body": {"key": f"x{key}y"}})
    assert shown(await world.run(CALL, url="echo")) == {"key": "x[key]y"}


@pytest.mark.parametrize(
    ("raw", "field", "says"),
    [
        ({}, "url", "missing"),
        ({"url": "https://evil.example/v1/models"}, "url", "not a whole address"),
        ({"url": "//evil.example"}, "url", "cannot be a part"),
        ({"url": "../admin"}, "url", "cannot be a part"),
        ({"url": "models/%2e%2e/x"}, "url", "%"),
        ({"url": "models?limit=1"}, "url", "own field"),
        ({"url": "x" * 1001}, "url", "too many"),
        ({"url": "models", "method": "TRACE"}, "method", "none of"),
        ({"url": "models", "headers": '{"Authorization": "Bearer x"}'}, "headers", "cannot be set"),
        ({"url": "models", "headers": '{"Host": "x"}'}, "headers", "cannot be set"),
        ({"url": "models", "headers": '{"Accept": 1}'}, "headers", "in quotes"),
        ({"url": "models", "headers": "[]"}, "headers", "JSON object"),
        ({"url": "models", "query": '{"limit": 2,\n "after" 3}'}, "query", "line 2, column"),
        ({"url": "models", "method": "POST", "body": '{"a":\n\n  oops}'}, "body", "line 3, column"),
        ({"url": "models", "body": "{}"}, "body", "GET sends none"),
        ({"url": "models", "method": "DELETE", "limit": 2}, "limit", "only GET"),
        ({"url": "models", "limit": 51}, "limit", "between 1 and 50"),
    ],
)
async def test_what_may_not_be_sent_is_refused_with_its_place(
    world: World, raw: Any, field: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        await world.run(CALL, **raw)
    assert caught.value.field == field
    assert world.asked() == []


def test_the_method_decides_what_it_does_and_who_may() -> None:
    (operation,) = CALL.operations
    found = {each: operation.weigh({"method": each}) for each in ("GET", "POST", "PUT", "PATCH", "DELETE")}
    assert found.pop("GET") == operation.weigh({}) == (Effect.READ, Role.MEMBER)
    assert found.pop("DELETE") == (Effect.DESTROY, Role.ADMIN)
    assert set(found.values()) == {(Effect.CHANGE, Role.ADMIN)}
    assert (operation.effect, operation.role) == (Effect.DESTROY, Role.ADMIN)


async def test_an_answer_that_breaks_off_is_said_to(world: World) -> None:
    world.faults.add({"match": "GET /v1/models", "do": "drop_before"})
    with pytest.raises(ApiBroken):
        await world.run(CALL, url="models")
