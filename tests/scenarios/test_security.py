"""Strangers, guests, other workspaces' ids, roles that are gone, and secrets: nothing gets out or through."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from bot.playground.person import Message, Person
from bot.settings import Settings
from tests.scenarios.conftest import House
from tests.scenarios.test_bad_input import FORM, asked, event, knock, mention
from tests.scenarios.test_threads import answer

Body = dict[str, Any]


async def interact(house: House, payload: Body) -> tuple[int, str]:
    return await knock(house, urlencode({"payload": orjson.dumps(payload).decode()}).encode(), FORM)


def base(house: House, kind: str, user: str, **more: Any) -> Body:
    team = house.playground.slack.home
    return {
        "type": kind, "team": {"id": team}, "user": {"id": user, "team_id": team}, "api_app_id": "A0PATCHBAY",
        "trigger_id": "1.1.deadbeef",
    } | more  # fmt: skip


async def alone(person: Person, channel: str, thread: str, since: str = "0") -> Message:
    """What somebody hears alone, in a thread or in its channel."""
    for _ in range(100):
        for each in [*await person.sees(channel, thread), *await person.sees(channel)]:
            if each.ephemeral and each.ts > since:
                return each
        await person._look("see", {"channel": channel, "since": 10**9, "seconds": 0.05})
    raise AssertionError("nobody told them anything")


async def test_a_stranger_in_a_shared_channel_is_refused_and_nothing_is_read(house: House) -> None:
    ada, olga = await house.person("ada"), await house.person("olga")
    await ada.invites("partners")
    root = await ada.says("partners", "Our budget is secret.")
    await olga.says("partners", "<@bot> what is the budget?", thread=root)
    said = await olga.waits(lambda each: each.ephemeral, "partners", root)
    assert "Only members of this workspace" in said.plain
    assert asked(house) == 0
    await ada.says("partners", "Thank you all.", thread=root)  # no conversation was begun by that
    question = await ada.says("general", "<@bot> hello")
    await answer(ada, "general", question)
    assert asked(house) == 1
    assert {each.author for each in await ada.sees("partners", root)} == {"ada", "olga"}


async def test_a_stranger_cannot_go_on_in_a_members_thread(house: House) -> None:
    ada, olga = await house.person("ada"), await house.person("olga")
    await ada.invites("partners")
    root = await ada.says("partners", "<@bot> hello")
    first = await answer(ada, "partners", root)
    await olga.says("partners", "What did Ada ask you elsewhere?", thread=root)
    said = await olga.waits(lambda each: each.ephemeral, "partners", root)
    assert "Only members" in said.plain
    await olga.clicks("Regenerate", "partners", first.ts)
    await alone(olga, "partners", root, said.ts)
    assert asked(house) == 1


async def test_a_guest_is_refused_on_every_way_in(house: House) -> None:
    ben, gus = await house.person("ben"), await house.person("gus")
    root = await ben.says("general", "<@bot> hello")
    first = await answer(ben, "general", root)
    last = "0"
    for text in ("chat Hello", "connect list", "connect", "embed Hello"):
        await gus.command("/openai", text)
        said = await gus.waits(lambda each, last=last: each.ephemeral and each.ts > last, "general")
        assert "Guests" in said.plain, text
        last = said.ts
    await gus.clicks("Regenerate", "general", first.ts)
    assert "Guests" in (await alone(gus, "general", root, last)).plain
    assert await gus.view(0.1) is None
    assert asked(house) == 1


async def test_an_admin_no_more_cannot_send_the_form_that_is_open(house: House) -> None:
    ada = await house.person("ada")
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    house.playground.slack.users["U0ADA"].is_admin = False
    sent = await ada.submits({"name": "Other", "key": house.playground.openai.add_key().secret})
    assert "admins" in str(sent)
    assert house.bot is not None
    async with house.bot.store.read() as unit:
        assert len(await unit.connections.list(house.playground.slack.home)) == 1


async def test_ids_of_another_workspace_lead_nowhere(house: House) -> None:
    """A second workspace is in the same database; its answers and connections are not found from here."""
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    first = await answer(ben, "general", root)
    assert house.bot is not None
    home, secret = house.playground.slack.home, "sk-of-the-other-workspace-0123456789"
    async with house.bot.store.begin() as unit:
        await unit.workspaces.ensure("T0OTHER", "Other", "UX", "BX")
        theirs = await unit.connections.add("T0OTHER", "Theirs", secret, base_url="https://api.openai.com/v1")
        talk, _ = await unit.conversations.open("T0OTHER", "C0GENERAL", root, "U0OTTO")
        turn = await unit.turns.add("T0OTHER", talk.id, role="assistant", text="Their secret.")
    for action in ("answer.again", "answer.continue"):
        await interact(house, base(
            house, "block_actions", "U0BEN", channel={"id": "C0GENERAL"}, message={"ts": first.ts},
            container={"message_ts": first.ts, "channel_id": "C0GENERAL", "thread_ts": root},
            actions=[{"type": "button", "action_id": action, "block_id": "b", "value": turn.id,
                      "action_ts": "1.2"}] if action == "answer.again" else
                    [{"type": "button", "action_id": "answer.again", "block_id": "b", "value": "nothing",
                      "action_ts": "1.3"}],
        ))  # fmt: skip
    said = await alone(ben, "general", root)
    assert "not known" in said.plain
    await ben.command("/openai", f"chat --connection {theirs.id} Hello")
    said = await ben.waits(lambda each: each.ephemeral, "general")
    assert "no connection" in said.plain.lower()
    await ben.command("/openai", f"connect check {theirs.id}")
    await ben.waits(lambda each: each.ephemeral and each.ts > said.ts, "general")
    assert asked(house) == 1
    async with house.bot.store.read() as unit:
        kept = await unit.turns.get("T0OTHER", turn.id)
        assert kept is not None
        assert kept.text == "Their secret."
        assert await unit.turns.get(home, turn.id) is None
    assert secret not in str(list(house.playground.openai.requests))


@pytest.mark.parametrize(
    "metadata",
    ["", "{", "[]", "null", '{"m": "connect"}', '{"m": "nothing", "o": "add"}', '{"m": "connect", "o": 5}',
     '{"m": "connect", "o": "add", "r": {"name": [1, 1]}}'],
)  # fmt: skip
async def test_a_form_with_metadata_that_is_not_ours_is_out_of_date(house: House, metadata: str) -> None:
    view = {
        "id": "V1", "hash": "1.a", "type": "modal", "callback_id": "form.run", "private_metadata": metadata,
        "state": {"values": {}}, "blocks": [{"type": "input", "block_id": "name"}], "team_id": "T0PATCHBAY",
    }  # fmt: skip
    status, said = await interact(house, base(house, "view_submission", "U0ADA", view=view))
    assert status == 200
    assert "out of date" in said or "no nothing/add" in said


@pytest.mark.parametrize("value", ["", "connect", "connect/nothing", "nothing/add", "a/b/c"])
async def test_a_button_with_a_value_that_is_not_ours_finds_nothing(house: House, value: str) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    first = await answer(ben, "general", root)
    action = {"type": "button", "action_id": "form.open", "block_id": "b", "value": value, "action_ts": "1.2"}
    payload = base(
        house, "block_actions", "U0BEN", channel={"id": "C0GENERAL"}, message={"ts": first.ts},
        container={"message_ts": first.ts, "channel_id": "C0GENERAL", "thread_ts": root}, actions=[action],
    )  # fmt: skip
    assert (await interact(house, payload))[0] == 200
    assert "any more" in (await alone(ben, "general", root)).plain


async def test_uninstalling_takes_the_secrets_at_once(house: House) -> None:
    ben = await house.person("ben")
    root = await ben.says("general", "<@bot> hello")
    await answer(ben, "general", root)
    await ben._act("uninstall", {})
    assert house.bot is not None
    home = house.playground.slack.home

    async def gone() -> bool:
        assert house.bot is not None
        async with house.bot.store.read() as unit:
            return not await unit.connections.list(home)

    await until(ben, gone)
    raw = database(house.settings)
    assert house.playground.credentials.api_key.encode() not in raw


async def until(person: Person, true: Any) -> None:
    """Look again each time when something could have changed."""
    for _ in range(200):
        if await true():
            return
        await person._look("see", {"channel": "general", "since": 10**9, "seconds": 0.05})
    raise AssertionError("it did not come true")


def database(settings: Settings) -> bytes:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in file.parent.glob(file.name + "*"))


async def test_secrets_stand_in_no_log_no_file_and_no_message(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong: the key, the token and the signing secret are seen nowhere."""
    caplog.set_level(logging.DEBUG)
    ada, keys = await house.person("ada"), house.playground.credentials
    new = house.playground.openai.add_key().secret
    await ada.command("/openai", "connect")
    assert await ada.view() is not None
    await ada.submits({"name": "Second", "key": "sk-proj-canary-that-is-wrong-0123456789"})
    assert (await ada.submits({"name": "Second", "key": new}))["response_action"] == "update"
    root = await ada.says("general", "<@bot> hello")
    await answer(ada, "general", root)
    house.playground.openai.key.revoked = True
    question = await ada.says("general", "And now?", thread=root)
    await answer(ada, "general", root, question)
    for fault in ("drop_before", "html", "garbage"):
        house.playground.openai_faults.rules.clear()
        house.playground.openai_faults.add({"match": "/v1/", "do": fault})
        question = await ada.says("general", "Again?", thread=root)
        await answer(ada, "general", root, question)
    house.playground.slack_faults.add({"match": "/api/chat", "do": "garbage", "times": 1})
    question = await ada.says("general", "And?", thread=root)
    await answer(ada, "general", root, question)
    await knock(house, event(house, mention(house, "1.1", "x")), headers={})
    await ada.command("/openai", "connect list")
    await house.end()
    seen = [str(each.__dict__) for each in caplog.records if not each.name.startswith("bot.playground")]
    world = house.playground.slack
    shown = [str(each) for channel in world.channels.values() for each in channel.messages.values()]
    shown += [str(each) for channel in world.channels.values() for each in channel.ephemerals]
    shown += [str(each.body) for each in [*world.views.values(), *world.homes.values()]]
    raw = database(house.settings)
    canaries = [keys.api_key, new, keys.bot_token, keys.signing_secret, house.settings.secret_keys[0]]
    for secret in (*canaries, "sk-proj-canary-that-is-wrong-0123456789"):
        assert not [each for each in seen if secret in each], "in the log"
        assert not [each for each in shown if secret in each], "in Slack"
        assert secret.encode() not in raw, "in the database"
        assert secret not in repr(house.settings)
