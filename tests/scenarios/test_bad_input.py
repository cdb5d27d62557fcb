"""What comes to the door that should not, comes too often, or is larger and odder than anybody reckoned."""

import asyncio
import hashlib
import hmac
import random
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import pytest

from bot.playground.openai.prose import essay
from tests.scenarios.conftest import House
from tests.scenarios.test_faults import letters
from tests.scenarios.test_threads import answer, answers

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Body = dict[str, Any]


def sign(secret: str, body: bytes, at: float) -> dict[str, str]:
    stamp = str(int(at))
    signature = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signature}"}


async def knock(
    house: House, body: bytes, kind: str = JSON, *, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Post to the door; signed as by Slack unless other headers are given."""
    secret = house.playground.credentials.signing_secret
    given = headers if headers is not None else sign(secret, body, time.time())
    url = f"http://127.0.0.1:{house.settings.port}/slack/events"
    sent = {"content-type": kind, **given}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=sent) as response:
        return response.status, await response.text()


def event(house: House, event: Body, event_id: str = "Ev1", **more: Any) -> bytes:
    team = house.playground.slack.home
    envelope = {
        "type": "event_callback", "team_id": team, "api_app_id": "A0PATCHBAY", "event_id": event_id,
        "event": event, "event_time": int(time.time()),
        "authorizations": [{"team_id": team, "user_id": house.playground.slack.bot_user_id, "is_bot": True}],
    }  # fmt: skip
    return orjson.dumps(envelope | more)


def mention(house: House, ts: str, text: str, user: str = "U0BEN", **more: Any) -> Body:
    text = f"<@{house.playground.slack.bot_user_id}> {text}"
    told = {"type": "app_mention", "user": user, "text": text, "ts": ts, "channel": "C0GENERAL"}
    return told | {"team": house.playground.slack.home, "event_ts": ts} | more


def command(house: House, text: str, **more: str) -> Body:
    return {
        "command": "/openai", "text": text, "user_id": "U0BEN", "team_id": house.playground.slack.home,
        "channel_id": "C0GENERAL", "trigger_id": f"1.{random.random()}", "api_app_id": "A0PATCHBAY",
        "response_url": house.playground.slack.new_response_url(
            house.playground.slack.home, "C0GENERAL", "U0BEN"
        ),
    } | more  # fmt: skip


def asked(house: House) -> int:
    return sum("chat/completions" in each["path"] for each in house.playground.openai.requests)


async def test_only_what_slack_has_signed_now_gets_in(house: House) -> None:
    secret = house.playground.credentials.signing_secret
    body = event(house, mention(house, "1700000000.000100", "hello"))
    good = sign(secret, body, time.time())
    assert (await knock(house, body, headers={}))[0] == 401
    assert (await knock(house, body, headers={**good, "x-slack-signature": "v0=" + "0" * 64}))[0] == 401
    assert (await knock(house, body, headers=sign("another secret", body, time.time())))[0] == 401
    assert (await knock(house, body, headers=sign(secret, body, time.time() - 301)))[0] == 401
    assert (await knock(house, body, headers=sign(secret, body, time.time() + 302)))[0] == 401
    assert (await knock(house, body + b" ", headers=good))[0] == 401
    assert (await knock(house, b"x" * 1_000_001, headers=good))[0] == 413
    assert asked(house) == 0


async def test_a_chunked_body_without_an_end_is_cut_off(house: House) -> None:
    async def pieces() -> Any:
        for _ in range(40):
            yield b"x" * 65536

    url = f"http://127.0.0.1:{house.settings.port}/slack/events"
    headers = sign(house.playground.credentials.signing_secret, b"", time.time())
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(
                url, data=pieces(), headers={"content-type": JSON, **headers}
            ) as response:
                assert response.status == 413
        except aiohttp.ClientError:
            pass  # hung up on while it was still sending


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"type": "event_callback", "event": 5}',
        b'{"type": 1}',
    ],
)
async def test_signed_nonsense_is_refused_plainly(house: House, body: bytes) -> None:
    assert (await knock(house, body))[0] == 400


async def test_there_is_nothing_else_at_the_door(house: House) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{house.settings.port}") as session:
        for path, status in (("/", 404), ("/slack", 404), ("/slack/events", 405), ("/healthz", 200)):
            async with session.get(path) as response:
                assert response.status == status


async def test_an_event_delivered_four_times_in_any_order_is_answered_once(house: House) -> None:
    ben = await house.person("ben")
    house.playground.slack.app.events_url = None  # this test is the one who delivers
    roots = [await ben.says("general", f"<@bot> Question {number}?") for number in range(5)]
    deliveries = []
    for number, ts in enumerate(roots):
        told = mention(house, ts, f"Question {number}?")
        message = told | {"type": "message", "channel_type": "channel"}
        deliveries += [event(house, told, f"EvA{number}")] * 4 + [event(house, message, f"EvB{number}")] * 4
    random.Random(7).shuffle(deliveries)
    outcomes = await asyncio.gather(*(knock(house, each) for each in deliveries))
    assert {status for status, _ in outcomes} == {200}
    for root in roots:
        await answer(ben, "general", root)
    assert asked(house) == 5
    for root in roots:
        assert len(answers(await ben.sees("general", root), root)) == 1


async def test_a_command_that_is_replayed_does_nothing(house: House) -> None:
    ben = await house.person("ben")
    body = urlencode(command(house, "chat Hello")).encode()
    headers = sign(house.playground.credentials.signing_secret, body, time.time())
    for _ in range(3):
        assert (await knock(house, body, FORM, headers=headers))[0] == 200
    root = await ben.waits(lambda each: "asked:" in each.plain, "general")
    await answer(ben, "general", root.ts)
    assert asked(house) == 1
    assert sum("asked:" in each.plain for each in await ben.sees("general")) == 1


async def test_events_of_a_workspace_that_has_not_installed_the_bot_do_nothing(house: House) -> None:
    told = mention(house, "1700000000.000200", "hello") | {"team": "T0OTHER"}
    elsewhere = [{"team_id": "T0OTHER", "user_id": "U1", "is_bot": True}]
    status, _ = await knock(house, event(house, told, team_id="T0OTHER", authorizations=elsewhere))
    assert status == 200
    assert asked(house) == 0


async def test_events_that_nobody_knows_are_acknowledged(house: House) -> None:
    for told in ({"type": "solar_eclipse"}, {"type": "message", "subtype": "sunrise", "channel": "C1"}):
        assert (await knock(house, event(house, told)))[0] == 200


async def test_fifty_thousand_characters_are_answered_or_refused_in_words(house: House) -> None:
    ben = await house.person("ben")
    house.playground.slack.app.events_url = None
    root = await ben.says("general", "<@bot> A long text follows.")
    text = "Write 60 words about tides. " + "All work and no play. " * 2400
    assert len(text) > 50_000
    assert (await knock(house, event(house, mention(house, root, text))))[0] == 200
    said = await answer(ben, "general", root)
    assert said.plain
    sent = [each["body"] for each in house.playground.openai.requests if "chat" in each["path"]][-1]
    assert sent["messages"][-1]["content"] == text.strip()


async def test_a_command_of_fifty_thousand_characters_quotes_what_fits(house: House) -> None:
    ben = await house.person("ben")
    text = "Write 60 words about tides. " + "All work and no play. " * 2400
    body = urlencode(command(house, f"chat {text}")).encode()
    assert (await knock(house, body, FORM))[0] == 200
    root = await ben.waits(lambda each: "asked:" in each.plain, "general")
    assert len(root.plain) < 4000
    assert (await answer(ben, "general", root.ts)).plain


async def test_a_long_answer_comes_whole_over_several_messages(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> Write 4000 words about clocks.")
    await ben.waits(lambda each: each.ts > root and "Regenerate" in each.plain, "general", root)
    said = answers(await ben.sees("general", root), root)
    assert len(said) > 1
    shown = "".join(each.plain.replace("continued…", "") for each in said)
    assert letters(shown).startswith(letters(essay("clocks", 4000)))


ODD = {
    "right to left": "مرحبا \u202eabc\u202c שלום",
    "joined emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 " + "z" + "\u0301" * 500,
    "controls": "bell \x07 escape \x1b[31m red \x08",
    "markup": "<!channel> <!here> <@U0ADA> <https://evil.example|safe> *b* _i_ ~s~ `c` ```d```",
    "sql": "'; DROP TABLE turns; -- %s %(x)s {0} ${HOME} \\",
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_text_goes_through_as_it_is(house_on_either: House, name: str) -> None:
    house = house_on_either
    ben = await house.person("ben")
    house.playground.slack.app.events_url = None
    root = await ben.says("general", "<@bot> odd")
    assert (await knock(house, event(house, mention(house, root, ODD[name]))))[0] == 200
    await answer(ben, "general", root)
    sent = [each["body"] for each in house.playground.openai.requests if "chat" in each["path"]][-1]
    assert sent["messages"][-1]["content"] == ODD[name].strip()


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud83d"])
async def test_what_no_database_can_hold_is_refused_plainly(house: House, escape: str) -> None:
    body = event(house, mention(house, "1700000000.000300", "XX")).replace(b"XX", escape.encode())
    assert (await knock(house, body))[0] == 400
    assert (await knock(house, event(house, {"type": "app_home_opened", "user": "U0BEN"}, "Ev9")))[0] == 200


async def test_a_models_words_ping_nobody_and_become_no_link(house: House) -> None:
    """The stand-in repeats what it is told to say."""
    ben = await house.person("ben")
    house.playground.slack.app.events_url = None
    evil = "<!channel> <!here> <!subteam^S1> <@U0ADA> <https://evil.example|safe>"
    root = await ben.says("general", "<@bot> repeat")
    await knock(house, event(house, mention(house, root, f"Repeat: {evil}")))
    said = await answer(ben, "general", root)
    stored = house.playground.slack.channels["C0GENERAL"].messages[said.ts]
    sent = said.text + str(said.blocks)
    assert stored
    for token in ("<!", "<@", "<http"):
        assert token not in sent, sent
    assert "channel" in said.plain
