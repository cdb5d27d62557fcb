"""Webhook endpoints, and deliveries judged by the official client's own check of signatures."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from openai import AsyncOpenAI, BadRequestError, InvalidWebhookSignatureError, NotFoundError

from bot.playground.openai.webhooks_delivery import RETRIES

KINDS: Any = ["fine_tuning.job.succeeded", "fine_tuning.job.failed", "fine_tuning.job.cancelled"]
SECRET = "whsec_" + base64.b64encode(b"a secret of a test, 32 bytes....").decode()
URL = "https://bot.example/openai/events"


@dataclass
class Receiver:
    """A server that keeps what it gets and answers with the statuses in turn, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: asyncio.Queue[tuple[bytes, dict[str, str]]] = field(default_factory=asyncio.Queue)

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.put_nowait((await request.read(), headers))
        status = self.statuses.pop(0) if self.statuses else 200
        location = {"location": self.url} if 300 <= status < 400 else {}
        return web.Response(status=status, headers=location)

    async def next(self) -> tuple[bytes, dict[str, str]]:
        async with asyncio.timeout(10):
            return await self.got.get()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}/hook"
    yield made
    await runner.cleanup()


async def start_job(sdk: AsyncOpenAI, examples: int = 10) -> str:
    line = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
    file = await sdk.files.create(file=("t.jsonl", line * examples), purpose="fine-tune")
    job = await sdk.fine_tuning.jobs.create(model="gpt-4o-mini-2024-07-18", training_file=file.id)
    return job.id


async def until(condition: Any) -> None:
    """Wait for what another task is about to do."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the delivery's log is a list, not an event
            await asyncio.sleep(0.005)


async def test_endpoints_are_made_listed_changed_and_deleted(sdk: AsyncOpenAI, api_server: Any) -> None:
    made = await sdk.webhooks.create(name="bot", url=URL, event_types=KINDS)
    assert made.signing_secret.startswith("whsec_")
    assert made.signing_secret_hint == f"whsec_...{made.signing_secret[-4:]}"
    found = await sdk.webhooks.retrieve(made.id)
    assert "signing_secret" not in (found.model_extra or {})
    api_server.api.clock.advance(60)
    same = await sdk.webhooks.update(made.id, name="bot")
    assert same.updated_at == made.updated_at
    changed = await sdk.webhooks.update(made.id, name="other", event_types=KINDS[:1])
    assert (changed.name, changed.event_types, changed.url) == ("other", KINDS[:1], URL)
    assert changed.updated_at
    assert made.updated_at
    assert changed.updated_at >= made.updated_at + 60
    second = await sdk.webhooks.create(name="b", url=URL, event_types=KINDS)
    assert [one.id async for one in sdk.webhooks.list(limit=1)] == [second.id, made.id]
    assert (await sdk.webhooks.delete(made.id)).deleted
    with pytest.raises(NotFoundError):
        await sdk.webhooks.retrieve(made.id)
    assert set(KINDS) <= set((await sdk.webhooks.event_types.list()).data)


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"url": "http://bot.example/events"}, "invalid_url", "url"),
        ({"event_types": []}, "empty_array", "event_types"),
        ({"event_types": ["moon.landed"]}, "invalid_value", "event_types[0]"),
        ({"name": None}, "missing_required_parameter", "name"),
    ],
)
async def test_a_wrong_endpoint_is_refused(
    sdk: AsyncOpenAI, more: dict[str, Any], code: str, param: str
) -> None:
    body: Any = {"name": "bot", "url": URL, "event_types": KINDS, **more}
    with pytest.raises(BadRequestError) as caught:
        await sdk.webhooks.create(**body)
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_a_finished_job_is_announced_with_a_signature_that_the_client_accepts(
    sdk: AsyncOpenAI, api_server: Any, receiver: Receiver
) -> None:
    await api_server.control("POST", "/webhooks", {"url": receiver.url, "secret": SECRET})
    job = await start_job(sdk)
    for pace in ("validating", "queued"):  # nobody reads the job: its own task moves it on
        api_server.api.clock.advance(getattr(api_server.api.pace, pace))
    api_server.api.clock.advance(100)
    body, headers = await receiver.next()
    # the client's tolerance is five minutes of real time, and the world's clock is ahead by less
    event = sdk.webhooks.unwrap(body, headers, secret=SECRET)
    assert event.type == "fine_tuning.job.succeeded"
    assert (event.data.id, event.id) == (job, headers["webhook-id"])
    with pytest.raises(InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(body.replace(b"succeeded", b"cancelled"), headers, secret=SECRET)
    [endpoint] = api_server.api.webhooks.values()
    await until(lambda: endpoint.deliveries)
    shown = await api_server.control("GET", "/webhooks")
    assert [one["status"] for one in shown["webhooks"][0]["deliveries"]] == [200]


async def test_failed_and_cancelled_jobs_are_announced_too(
    sdk: AsyncOpenAI, api_server: Any, receiver: Receiver
) -> None:
    await api_server.control("POST", "/webhooks", {"url": receiver.url, "secret": SECRET})
    await sdk.fine_tuning.jobs.cancel(await start_job(sdk))
    await start_job(sdk, examples=3)
    api_server.api.clock.advance(10)
    kinds = {sdk.webhooks.unwrap(*(await receiver.next()), secret=SECRET).type for _ in range(2)}
    assert kinds == {"fine_tuning.job.cancelled", "fine_tuning.job.failed"}


async def test_only_wanted_events_of_the_own_project_are_sent(
    sdk: AsyncOpenAI, api_server: Any, receiver: Receiver
) -> None:
    wanted = {"url": receiver.url, "event_types": KINDS[2:]}
    await api_server.control("POST", "/webhooks", {**wanted, "project": "proj_Other"})
    await api_server.control("POST", "/webhooks", wanted)
    await start_job(sdk, examples=3)
    api_server.api.clock.advance(10)
    await sdk.fine_tuning.jobs.cancel(job := await start_job(sdk))
    body, _ = await receiver.next()
    assert job.encode() in body
    assert receiver.got.empty()


async def test_a_refused_delivery_is_tried_again_with_the_same_id(
    sdk: AsyncOpenAI, api_server: Any, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]  # a redirect is a failure, too
    made = await api_server.control("POST", "/webhooks", {"url": receiver.url, "secret": SECRET})
    await sdk.fine_tuning.jobs.cancel(await start_job(sdk))
    log = api_server.api.webhooks[made["id"]].deliveries
    seen = [await receiver.next()]
    for count, wait in enumerate(RETRIES[:2], 1):
        await until(lambda count=count: len(log) == count)
        assert receiver.got.empty()
        api_server.api.clock.advance(wait)
        seen.append(await receiver.next())
    assert len({headers["webhook-id"] for _, headers in seen}) == 1
    assert len({headers["webhook-timestamp"] for _, headers in seen}) == 3
    await until(lambda: len(log) == 3)
    assert [one["status"] for one in log] == [500, 302, 200]


async def test_an_unreachable_endpoint_is_given_up_after_three_days(
    sdk: AsyncOpenAI, api_server: Any
) -> None:
    made = await api_server.control("POST", "/webhooks", {"url": "http://127.0.0.1:9/hook"})
    await sdk.fine_tuning.jobs.cancel(await start_job(sdk))
    log = api_server.api.webhooks[made["id"]].deliveries
    for count, wait in enumerate(RETRIES, 1):
        await until(lambda count=count: len(log) == count)
        api_server.api.clock.advance(wait)
    await until(lambda: len(log) == len(RETRIES) + 1)
    assert {one["status"] for one in log} == {None}
    assert sum(RETRIES) >= 72 * 3600 - 3600


async def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(
    sdk: AsyncOpenAI, api_server: Any, receiver: Receiver
) -> None:
    made = await api_server.control("POST", "/webhooks", {"url": receiver.url, "secret": SECRET})
    new = await sdk.webhooks.rotate_secret(made["id"], keep_old_secret_active_for_24_hours=True)
    result = await sdk.webhooks.test(made["id"], event_type="fine_tuning.job.failed")
    assert (result.status_code, result.event_type) == (200, "fine_tuning.job.failed")
    body, headers = await receiver.next()
    for secret in (SECRET, new.signing_secret):
        assert sdk.webhooks.unwrap(body, headers, secret=secret).type == "fine_tuning.job.failed"
    await sdk.webhooks.rotate_secret(made["id"])
    await sdk.webhooks.test(made["id"], event_type="fine_tuning.job.failed")
    body, headers = await receiver.next()
    with pytest.raises(InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(body, headers, secret=new.signing_secret)


async def test_testing_an_endpoint_that_is_not_there_says_so(sdk: AsyncOpenAI, api_server: Any) -> None:
    made = await api_server.control("POST", "/webhooks", {"url": "http://127.0.0.1:9/hook"})
    with pytest.raises(BadRequestError, match="could not be reached"):
        await sdk.webhooks.test(made["id"], event_type="fine_tuning.job.failed")
    assert await api_server.control("DELETE", "/webhooks") == {"webhooks": []}
