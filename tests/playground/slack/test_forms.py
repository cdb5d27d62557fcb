"""Forms as people fill them in and send them, and what an app may answer."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse, Response

from bot.playground.person import Person, PersonError


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def select(*values: str, **more: Any) -> dict[str, Any]:
    options = [{"text": words(value.title()), "value": value} for value in values]
    element = {"type": "static_select", "action_id": "chosen", "options": options, **more}
    return {"type": "input", "block_id": "choice", "label": words("Choice"), "element": element}


async def test_a_submission_carries_values_and_closes(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    await client.views_open(trigger_id=await trigger(), view=modal(private_metadata="id 7"))
    answer = await ada.submits({"name": "Ada"})
    assert (answer["sent"], answer["response_action"]) == (True, None)
    (payload,) = app.interactions("view_submission")
    assert payload["view"]["state"]["values"]["name"]["typed"]["value"] == "Ada"
    assert (payload["view"]["private_metadata"], payload["user"]["id"]) == ("id 7", "U0ADA")
    assert await ada.view(seconds=0) is None


async def test_slacks_own_form_refuses_what_does_not_fit(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "max_value": "5"}
    block = {"type": "input", "block_id": "count", "label": words("Count"), "element": number}
    await client.views_open(trigger_id=await trigger(), view=modal(block, select("one")))
    for values, field in (
        ({}, "count"),
        ({"count": "x"}, "count"),
        ({"count": "6"}, "count"),
        ({"count": "5"}, "choice"),
    ):
        answer = await ada.submits(values)
        assert answer["sent"] is False
        assert field in answer["errors"]
    assert app.interactions("view_submission") == []
    with pytest.raises(PersonError, match="no option 'three'; there are: one"):
        await ada.submits({"choice": "three"})
    with pytest.raises(PersonError, match="no field other"):
        await ada.submits({"other": "x"})


async def test_an_answer_may_update_push_or_clear(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    await client.views_open(trigger_id=await trigger(), view=modal())
    for action, title, height in (("update", "Changed", 1), ("push", "Above", 2)):
        view = modal(title=words(title))
        app.answers = lambda _payload, action=action, view=view: JSONResponse(
            {"response_action": action, "view": view}
        )
        answer = await ada.submits({"name": "x"})
        assert (answer["response_action"], answer["view"]["title"]["text"]) == (action, title)
        assert await height_of(ada) == height
    app.answers = lambda _payload: JSONResponse({"response_action": "clear"})
    await ada.submits({"name": "x"})
    assert await height_of(ada) == 0


async def height_of(person: Person) -> int:
    seen = await person._look("views", {})
    return len(seen["stack"])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"response_action": "errors", "errors": {"nowhere": "x"}}), "invalid_errors"),
        (JSONResponse({"response_action": "odd"}), "invalid_response_action"),
        (JSONResponse({"response_action": "update", "view": {"type": "modal"}}), "invalid_arguments"),
        (Response(status_code=500), "dispatch_failed"),
    ],
)
async def test_a_wrong_answer_leaves_the_form_open(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any, answer: Response, error: str
) -> None:
    await client.views_open(trigger_id=await trigger(), view=modal())
    app.answers = lambda _payload: answer
    told = await ada.submits({"name": "x"})
    assert (told["ok"], told["error"]) == (False, error)
    assert await height_of(ada) == 1
    assert len(app.interactions("view_submission")) == 1


async def test_closing_is_told_when_asked_for(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    await client.views_open(trigger_id=await trigger(), view=modal())
    await ada.closes()
    assert app.interactions("view_closed") == []
    await client.views_open(trigger_id=await trigger(), view=modal(notify_on_close=True))
    await ada.closes()
    assert app.interactions("view_closed")[0]["is_cleared"] is False


async def test_an_external_select_offers_what_the_app_suggests(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    element = {"type": "external_select", "action_id": "model", "min_query_length": 0}
    block = {"type": "input", "block_id": "model", "label": words("Model"), "element": element}
    view = (await client.views_open(trigger_id=await trigger(), view=modal(block)))["view"]

    def answers(payload: dict[str, Any]) -> Response:
        if payload.get("type") != "block_suggestion":
            return Response()
        found = [name for name in ("gpt-a", "gpt-b") if payload["value"] in name]
        return JSONResponse({"options": [{"text": words(name), "value": name} for name in found]})

    app.answers = answers
    assert [o["value"] for o in await ada.suggestions("model", "gpt")] == ["gpt-a", "gpt-b"]
    (asked,) = app.interactions("block_suggestion")
    assert (asked["action_id"], asked["value"], asked["container"]) == (
        "model",
        "gpt",
        {"type": "view", "view_id": view["id"]},
    )
    with pytest.raises(PersonError, match="no option 'other'"):
        await ada.submits({"model": "other"})
    await ada.submits({"model": "gpt-b"})
    (sent,) = app.interactions("view_submission")
    assert sent["view"]["state"]["values"]["model"]["model"]["selected_option"]["value"] == "gpt-b"
