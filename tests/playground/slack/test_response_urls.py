"""The addresses where an app answers an interaction."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.responses import JSONResponse

from bot.playground.person import Person
from bot.playground.slack.world import RESPONSE_URL_SECONDS, World


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "action_id": "go", "text": words("Go"), "value": "7"}
ROW = {"type": "actions", "block_id": "row", "elements": [BUTTON]}


async def answer(url: str, **body: Any) -> tuple[int, str]:
    """Post to a response_url as slack_sdk does."""
    told = await AsyncWebhookClient(url).send_dict(body)
    return told.status_code, told.body


async def test_a_response_url_answers_five_times_for_half_an_hour(
    ada: Person, app: Any, world: World
) -> None:
    await ada.command("/openai", "x")
    url = app.got[-1][1]["response_url"]
    assert (await answer(url, text=""))[0] == 400
    for number in range(5):
        assert await answer(url, text=str(number)) == (200, "ok")
    status, body = await answer(url, text="6")
    assert status == 404
    assert "used_url" in body
    await ada.command("/openai", "x")
    world.clock.advance(RESPONSE_URL_SECONDS + 1)
    status, body = await answer(app.got[-1][1]["response_url"], text="late")
    assert status == 404
    assert "expired_url" in body


async def test_a_response_url_speaks_where_the_bot_is_not(
    ada: Person, meet: Any, app: Any, client: AsyncWebClient
) -> None:
    await ada.command("/openai", "x", channel="random")
    url = app.got[-1][1]["response_url"]
    root = await ada.says("random", "root")
    await answer(url, text="for all", response_type="in_channel", thread_ts=root)
    await answer(url, text="for ada")
    ben = await meet("ben")
    assert [message.plain for message in await ben.sees("random", root)] == ["root", "for all"]
    assert [message.plain for message in await ada.sees("random") if message.ephemeral] == ["for ada"]
    assert (await answer(url, blocks=[{"type": "odd"}]))[0] == 400


async def test_a_button_can_replace_or_delete_its_message(
    client: AsyncWebClient, ada: Person, app: Any, until: Any
) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[ROW])
    await ada.clicks("go", "general")
    url = app.interactions("block_actions")[0]["response_url"]
    await answer(url, replace_original=True, text="pressed")
    assert [(m.plain, m.edited) for m in await ada.sees("general")] == [("pressed", True)]
    await answer(url, delete_original=True)
    assert await ada.sees("general") == []
    await until(lambda: "message_deleted" in [event.get("subtype") for event in app.events("message")])


async def test_a_commands_answer_can_be_for_all(ada: Person, meet: Any, app: Any) -> None:
    app.answers = lambda _payload: JSONResponse({"response_type": "in_channel", "text": "for all"})
    await ada.command("/openai", "x")
    assert [message.plain for message in await (await meet("ben")).sees("general")] == ["for all"]
    payload = app.got[0][1]
    assert (payload["command"], payload["text"], payload["user_name"]) == ("/openai", "x", "ada")
    assert (payload["team_domain"], payload["channel_name"]) == ("patchbay-playground", "general")
