"""Deliveries that fail: what is sent again, when, and what is not."""

from typing import Any

import pytest
from starlette.responses import Response

from bot.playground.person import Person
from bot.playground.slack.world import World


def answered(world: World) -> int:
    """How many deliveries have ended, in whatever way."""
    return sum(entry["direction"] == "out" for entry in world.log.since())


@pytest.mark.parametrize(("status", "reason"), [(500, "http_error"), (302, "http_error")])
async def test_a_failed_event_is_sent_three_more_times(
    app: Any, ada: Person, world: World, until: Any, status: int, reason: str
) -> None:
    app.answers = lambda _payload: Response(status_code=status)
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 2)
    world.clock.advance(60)
    await until(lambda: answered(world) == 3)
    world.clock.advance(300)
    await until(lambda: answered(world) == 4)
    world.clock.advance(3600)
    await ada.says("dm", "other")
    await until(lambda: answered(world) == 6)
    first = [pair for pair in app.got if pair[1]["event"]["text"] == "hello"]
    assert [headers.get("x-slack-retry-num") for headers, _ in first] == [None, "1", "2", "3"]
    assert {headers.get("x-slack-retry-reason") for headers, _ in first[1:]} == {reason}
    assert len({payload["event_id"] for _, payload in first}) == 1


async def test_an_app_may_refuse_retries(app: Any, ada: Person, world: World, until: Any) -> None:
    app.answers = lambda _payload: Response(status_code=500, headers={"x-slack-no-retry": "1"})
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 1)
    world.clock.advance(3600)
    await ada.says("dm", "other")
    await until(lambda: len(app.got) == 2)


async def test_three_seconds_are_the_limit(app: Any, ada: Person, world: World, until: Any) -> None:
    async def slowly(_payload: Any) -> Response:
        await world.clock.sleep(30)
        return Response()

    app.answers = slowly
    await ada.says("dm", "hello")
    await until(lambda: app.got)
    world.clock.advance(3.1)
    await until(lambda: len(app.got) == 2)
    assert app.got[1][0]["x-slack-retry-reason"] == "http_timeout"


async def test_an_app_that_is_away_gets_the_event_later(
    app: Any, ada: Person, world: World, until: Any
) -> None:
    url, world.app.events_url = world.app.events_url, "http://127.0.0.1:9/slack/events"
    await ada.says("dm", "hello")
    await until(lambda: answered(world) == 2)
    world.app.events_url = url
    world.clock.advance(60)
    await until(lambda: app.got)
    assert app.got[0][0]["x-slack-retry-reason"] == "connection_failed"
    assert app.got[0][0]["x-slack-retry-num"] == "2"


async def test_a_command_that_fails_is_shown_and_not_repeated(app: Any, ada: Person, world: World) -> None:
    app.answers = lambda _payload: Response(status_code=503)
    answer = await ada.command("/openai", "chat")
    assert (answer["ok"], answer["error"], len(app.got)) == (False, "dispatch_failed", 1)
    world.app.events_url = "http://127.0.0.1:9/"
    assert (await ada.command("/openai", "chat"))["error"] == "dispatch_failed"
    assert [message.plain for message in await ada.sees("general")] == [
        "/openai failed with the error dispatch_failed"
    ] * 2
