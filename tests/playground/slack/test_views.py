"""Modals and Home tabs: triggers, the stack, hashes, what stays typed in, and what an app may answer."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse

from bot.playground.person import Person
from bot.playground.slack.world import World


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def select(*values: str, **more: Any) -> dict[str, Any]:
    options = [{"text": words(value.title()), "value": value} for value in values]
    element = {"type": "static_select", "action_id": "chosen", "options": options, **more}
    return {"type": "input", "block_id": "choice", "label": words("Choice"), "element": element}


async def why(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


async def test_a_trigger_opens_one_view(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person
) -> None:
    given = await trigger()
    opened = (await client.views_open(trigger_id=given, view=modal()))["view"]
    assert (opened["type"], opened["root_view_id"], opened["previous_view_id"]) == (
        "modal",
        opened["id"],
        None,
    )
    assert opened["state"]["values"] == {"name": {"typed": {"type": "plain_text_input", "value": None}}}
    seen = await ada.view()
    assert seen is not None
    assert seen["plain"] == "# Form\nName: <plain_text_input>\n[Send]"
    assert await why(client.views_open(trigger_id=given, view=modal())) == "exchanged_trigger_id"
    assert await why(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds(
    client: AsyncWebClient, trigger: Any, modal: Any, world: World
) -> None:
    given = await trigger()
    world.clock.advance(3.1)
    assert await why(client.views_open(trigger_id=given, view=modal())) == "expired_trigger_id"


async def test_an_invalid_view_costs_no_trigger(client: AsyncWebClient, trigger: Any, modal: Any) -> None:
    given = await trigger()
    with pytest.raises(SlackApiError) as refusal:
        await client.views_open(trigger_id=given, view=modal(title=words("x" * 25)))
    assert refusal.value.response["error"] == "invalid_arguments"
    assert "/view/title" in refusal.value.response["response_metadata"]["messages"][0]
    home = {"type": "home", "blocks": []}
    assert await why(client.views_open(trigger_id=given, view=home)) == "invalid_arguments"
    await client.views_open(trigger_id=given, view=modal())


async def test_three_views_lie_on_one_another(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person
) -> None:
    root = (await client.views_open(trigger_id=await trigger(), view=modal()))["view"]["id"]
    second = (await client.views_push(trigger_id=await trigger(), view=modal()))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (root, root)
    await client.views_push(trigger_id=await trigger(), view=modal())
    assert await why(client.views_push(trigger_id=await trigger(), view=modal())) == "push_limit_reached"
    await ada.closes()
    top = await ada.view()
    assert top is not None
    assert top["id"] == second["id"]


async def test_a_stale_hash_changes_nothing(client: AsyncWebClient, trigger: Any, modal: Any) -> None:
    view = (await client.views_open(trigger_id=await trigger(), view=modal()))["view"]
    newer = (await client.views_update(view_id=view["id"], hash=view["hash"], view=modal()))["view"]
    assert newer["hash"] != view["hash"]
    assert (
        await why(client.views_update(view_id=view["id"], hash=view["hash"], view=modal())) == "hash_conflict"
    )
    assert await why(client.views_update(view_id="V0", view=modal())) == "not_found"


async def test_an_external_id_names_one_view(client: AsyncWebClient, trigger: Any, modal: Any) -> None:
    await client.views_open(trigger_id=await trigger(), view=modal(external_id="mine"))
    again = client.views_push(trigger_id=await trigger(), view=modal(external_id="mine"))
    assert await why(again) == "duplicate_external_id"
    changed = await client.views_update(
        external_id="mine", view=modal(title=words("New"), external_id="mine")
    )
    assert changed["view"]["title"]["text"] == "New"


async def test_what_was_typed_survives_an_update_of_known_fields(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    option = {"text": words("Two"), "value": "two"}
    view = (await client.views_open(trigger_id=await trigger(), view=modal(select("one", "two"))))["view"]
    app.answers = lambda _payload: JSONResponse({"response_action": "errors", "errors": {"choice": "no"}})
    await ada.submits({"choice": "one"})
    same = await client.views_update(
        view_id=view["id"], view=modal(select("one", "two", initial_option=option))
    )
    assert same["view"]["state"]["values"]["choice"]["chosen"]["selected_option"]["value"] == "one"
    fresh = select("one", "two", initial_option=option) | {"block_id": "other"}
    other = await client.views_update(view_id=view["id"], view=modal(fresh))
    values = other["view"]["state"]["values"]
    assert values["other"]["chosen"]["selected_option"]["value"] == "two"
    assert "choice" not in values


async def test_a_click_in_a_view_tells_what_is_typed_there(
    client: AsyncWebClient, trigger: Any, modal: Any, ada: Person, app: Any
) -> None:
    button = {"type": "button", "action_id": "more", "text": words("Add item"), "value": "1"}
    await client.views_open(
        trigger_id=await trigger(),
        view=modal(select("one"), {"type": "actions", "block_id": "b", "elements": [button]}),
    )
    await ada.clicks("chosen", value="one")
    await ada.clicks("Add item")
    chosen, pressed = app.interactions("block_actions")
    assert chosen["actions"][0]["selected_option"]["value"] == "one"
    assert pressed["view"]["state"]["values"]["choice"]["chosen"]["selected_option"]["value"] == "one"
    assert (pressed["actions"][0]["action_id"], pressed["actions"][0]["value"]) == ("more", "1")
    assert "response_url" not in pressed
    await client.views_push(trigger_id=pressed["trigger_id"], view=modal())


async def test_the_home_tab_is_published_to_one_person(
    client: AsyncWebClient, ada: Person, meet: Any, app: Any, until: Any
) -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": words("Welcome")}]}
    view = (await client.views_publish(user_id="U0ADA", view=home))["view"]
    opened = await ada.opens_home(seconds=0)
    assert opened is not None
    assert opened["plain"] == "Welcome"
    await until(lambda: app.events("app_home_opened"))
    assert app.events("app_home_opened")[0]["view"]["id"] == view["id"]
    ben = await meet("ben")
    assert await ben.opens_home("messages") is None
    await until(lambda: len(app.events("app_home_opened")) == 2)
    assert app.events("app_home_opened")[1]["tab"] == "messages"
    newer = await client.views_publish(user_id="U0ADA", view=home, hash=view["hash"])
    assert newer["view"]["id"] == view["id"]
    assert await why(client.views_publish(user_id="U0ADA", view=home, hash=view["hash"])) == "hash_conflict"
    assert await why(client.views_publish(user_id="U0OTTO", view=home)) == "user_not_found"
