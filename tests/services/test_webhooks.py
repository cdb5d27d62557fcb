"""Webhooks are taken when they are genuine, wake the jobs that they are about, and nothing else."""

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.errors import Invalid, Unavailable
from bot.playground.openai.webhooks_store import sign
from bot.services.desk import Desk
from bot.services.webhooks import Webhooks, checked
from tests.services.conftest import ADA, House

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of a connection...").decode()
NOW = 1_800_000_000


@dataclass
class Door:
    """A connection with a secret, and a job that is followed with it."""

    house: House
    connection: str
    woken: list[str] = field(default_factory=list)

    @property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.house.store, lambda: self.woken.append("woken"), lambda: float(NOW))

    async def deliver(
        self, *, name: str = "evt_1", stamp: int = NOW, secret: str = SECRET, **more: Any
    ) -> int:
        body = more.get("body") or json.dumps(event())
        raw = body if isinstance(body, bytes) else body.encode()
        signature = more.get("signature") or sign(secret, name, stamp, raw)
        headers = {"webhook-id": name, "webhook-timestamp": str(stamp), "webhook-signature": signature}
        headers |= more.get("headers", {})
        workspace, connection = more.get("workspace", "T1"), more.get("connection", self.connection)
        status, _ = await self.webhooks.receive(workspace, connection, headers, raw)
        return status


def event(kind: str = "fine_tuning.job.succeeded", job: Any = "ftjob-1") -> dict[str, Any]:
    return {"id": "evt_1", "object": "event", "created_at": NOW, "type": kind, "data": {"id": job}}


@pytest.fixture
async def door(house: House) -> Door:
    connection = await house.connect()
    linked, path = await Desk(house.connecting, ADA).set_webhook("Main", SECRET)
    assert (linked.id, path) == (connection, f"/openai/webhooks/T1/{connection}")
    async with house.store.begin() as unit:
        job = {"connection": connection, "job": "ftjob-1", "channel": "C1", "thread_ts": None, "by": "U1"}
        await unit.watches.follow("T1", **job)
        (claimed,) = await unit.watches.claim_due("me", 1)
        await unit.watches.checked(claimed, 600.0)
    return Door(house, connection)


async def due(house: House) -> int:
    async with house.store.begin() as unit:
        return len(await unit.watches.claim_due("me", 5))


async def test_a_genuine_delivery_makes_the_job_be_looked_at_now(door: Door) -> None:
    assert await due(door.house) == 0
    assert await door.deliver() == 200
    assert door.woken == ["woken"]
    assert await due(door.house) == 1


async def test_the_same_delivery_again_is_taken_and_wakes_nobody(door: Door) -> None:
    assert await door.deliver() == 200
    assert await door.deliver() == 200
    assert len(door.woken) == 1
    assert await door.deliver(name="evt_2") == 200
    assert len(door.woken) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OTHER},
        {"stamp": NOW - 301},
        {"stamp": NOW + 301},
        {"signature": "v1,bm8="},
        {"signature": "v1,ünicode"},
        {"signature": ""},
        {"headers": {"webhook-id": ""}},
        {"headers": {"webhook-id": "evt_other"}},
        {"headers": {"webhook-timestamp": "soon"}},
        {"headers": {"webhook-timestamp": "-5"}},
        {"headers": {"webhook-timestamp": str(NOW - 1)}},
        {"connection": "none"},
        {"workspace": "T2"},
        {"workspace": "T\0", "connection": "\ud800"},
    ],
)
async def test_what_is_not_genuine_is_refused(door: Door, wrong: dict[str, Any]) -> None:
    if wrong.get("signature") == "":
        wrong = {"headers": {"webhook-signature": ""}}
    assert await door.deliver(**wrong) == 401
    assert door.woken == []


async def test_a_signature_of_another_version_does_not_count(door: Door) -> None:
    body = json.dumps(event()).encode()
    value = sign(SECRET, "evt_1", NOW, body).partition(",")[2]
    assert await door.deliver(signature=f"v2,{value}") == 401
    assert await door.deliver(signature=f"v1,bm8= v1,{value}") == 200


async def test_while_a_secret_is_rotated_one_of_two_signatures_is_enough(door: Door) -> None:
    body = json.dumps(event()).encode()
    both = " ".join(sign(each, "evt_1", NOW, body) for each in (OTHER, SECRET))
    assert await door.deliver(signature=both) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"type": "fine_tuning.job.failed"}',
        json.dumps(event("batch.completed")),
        json.dumps(event(job=7)),
        json.dumps(event(job="ftjob-unknown")),
    ],
)
async def test_what_is_about_no_followed_job_is_taken_and_wakes_nobody(door: Door, body: Any) -> None:
    assert await door.deliver(body=body) == 200
    assert door.woken == []
    assert await due(door.house) == 0


async def test_without_a_secret_nothing_is_taken(door: Door) -> None:
    await Desk(door.house.connecting, ADA).set_webhook("Main", None)
    assert await door.deliver() == 401


async def test_a_store_that_is_down_asks_for_another_delivery(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def down() -> AsyncIterator[None]:
        raise Unavailable
        yield

    monkeypatch.setattr(door.house.store, "begin", down)
    assert await door.deliver() == 503


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!!", "sk-proj-abc", "whsec_" + "YQ=="])
def test_a_secret_that_is_none_is_refused_by_its_field(secret: str) -> None:
    with pytest.raises(Invalid) as wrong:
        checked(secret)
    assert wrong.value.field == "secret"


def test_a_secret_may_have_blanks_around_it() -> None:
    made = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    assert checked(f" {made}\n") == made
