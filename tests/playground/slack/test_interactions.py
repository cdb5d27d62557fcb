"""Buttons, choices and shortcuts on messages, and the addresses where an app answers them."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground.person import Person, PersonError
from bot.playground.slack.world import World


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "action_id": "go", "text": words("Go"), "value": "7"}
ROW = {"type": "actions", "block_id": "row", "elements": [BUTTON]}


async def test_a_button_tells_the_message_it_is_on(
    client: AsyncWebClient, ada: Person, app: Any, world: World
) -> None:
    root = await ada.says("general", "root")
    ts = (await client.chat_postMessage(channel="C0GENERAL", thread_ts=root, text="x", blocks=[ROW]))["ts"]
    await ada.clicks("Go", "general", ts)
    (payload,) = app.interactions("block_actions")
    (action,) = payload["actions"]
    assert (action["type"], action["action_id"], action["block_id"], action["value"]) == (
        "button",
        "go",
        "row",
        "7",
    )
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0GENERAL",
        "is_ephemeral": False,
        "thread_ts": root,
    }
    assert (payload["message"]["ts"], payload["channel"]["name"]) == (ts, "general")
    assert payload["user"] == {"id": "U0ADA", "username": "ada", "name": "ada", "team_id": "T0PATCHBAY"}
    assert payload["trigger_id"] in world.triggers


async def test_a_choice_in_a_message_is_kept_in_its_state(
    client: AsyncWebClient, ada: Person, app: Any
) -> None:
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [{"text": words("A"), "value": "a"}]}
    blocks = [{"type": "actions", "block_id": "row", "elements": [boxes, BUTTON]}]
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks))["ts"]
    await ada.clicks("boxes", "general", ts, value=["a"])
    await ada.clicks("go", "general", ts)
    _, payload = app.interactions("block_actions")
    assert payload["state"]["values"]["row"]["boxes"]["selected_options"][0]["value"] == "a"


async def test_feedback_buttons_tell_which_was_pressed(client: AsyncWebClient, ada: Person, app: Any) -> None:
    feedback = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": words("Good"), "value": "good"},
        "negative_button": {"text": words("Bad"), "value": "bad"},
    }
    blocks = [{"type": "context_actions", "elements": [feedback]}]
    await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=blocks)
    await ada.clicks("Bad", "general")
    (payload,) = app.interactions("block_actions")
    assert (payload["actions"][0]["type"], payload["actions"][0]["value"]) == ("feedback_buttons", "bad")


async def test_an_ephemeral_message_is_not_given_back(client: AsyncWebClient, ada: Person, app: Any) -> None:
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="x", blocks=[ROW])
    await ada.clicks("go", "general")
    (payload,) = app.interactions("block_actions")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    hook = AsyncWebhookClient(payload["response_url"])
    await hook.send(replace_original=True, text="done")
    assert [message.plain for message in await ada.sees("general")] == ["done"]
    assert (await hook.send(delete_original=True)).status_code == 200
    assert await ada.sees("general") == []


async def test_shortcuts_tell_the_message_or_nothing(ada: Person, app: Any) -> None:
    ts = await ada.says("random", "text of it")
    await ada.shortcut("use_with", "random", ts)
    await ada.shortcut("ask")
    (on_message,), (alone,) = app.interactions("message_action"), app.interactions("shortcut")
    assert (on_message["message"]["text"], on_message["message_ts"]) == ("text of it", ts)
    assert on_message["response_url"]
    assert alone["callback_id"] == "ask"
    assert {"channel", "response_url"}.isdisjoint(alone)


async def test_slack_itself_refuses_some_commands(ada: Person, meet: Any, app: Any, world: World) -> None:
    assert "not a valid command" in (await ada.command("/other"))["error"]
    assert (
        "not a valid command" in (await (await meet("olga")).command("/openai", channel="partners"))["error"]
    )
    world.install().status = "account_inactive"
    assert "not a valid command" in (await ada.command("/openai"))["error"]
    assert app.got == []


async def test_what_is_not_there_cannot_be_pressed(client: AsyncWebClient, ada: Person) -> None:
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[ROW]))["ts"]
    with pytest.raises(PersonError, match="there are: row/go"):
        await ada.clicks("other", "general", ts)
    with pytest.raises(PersonError, match="has 'other'"):
        await ada.clicks("other", "general")
