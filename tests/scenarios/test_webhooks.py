"""OpenAI says by webhook that a job ended, and its channel hears it at once and once."""

import asyncio
import re
from typing import Any

import aiohttp

from bot.openai import Upload
from bot.playground.person import Person
from tests.scenarios.conftest import House

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
MODEL = "gpt-4.1-mini-2025-04-14"
LINE = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy"}]}\n'


async def connected(house: House, person: Person) -> str:
    """The connection's webhook is set as a person does it; the path to which deliveries go."""
    await person.command("/openai", "connect webhook", "general")
    view = await person.view(until=lambda each: "Signing secret" in each["plain"])
    assert view
    assert not (await person.submits({"id": "Default", "secret": SECRET})).get("errors")
    said = await person.view(until=lambda each: "/openai/webhooks/" in each["plain"])
    assert said
    assert SECRET not in str(said)
    path = re.search(r"/openai/webhooks/\w+/\w+", said["plain"])
    assert path
    return path[0]


async def job_of(house: House) -> str:
    """A job that stands still, made at OpenAI itself."""
    pace = house.playground.openai.pace
    pace.validating = pace.queued = pace.finishing = pace.step = 10_000
    assert house.bot
    api = (await house.bot.connecting.line(house.bot.home.workspace)).api
    file = await api.upload(
        "/files", [("purpose", "fine-tune")], [Upload("file", "a.jsonl", LINE * 10, "application/jsonl")]
    )
    made = await api.post("/fine_tuning/jobs", {"model": MODEL, "training_file": file.data["id"]})
    return str(made.data["id"])


async def control(house: House, path: str, body: Any) -> Any:
    url = f"{house.settings.openai_base_url.removesuffix('/v1')}/control/{path}"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_a_webhook_tells_the_end_at_once_and_once(house: House) -> None:
    ada = await house.person("ada")
    path = await connected(house, ada)
    job = await job_of(house)
    await ada.command("/openai", f"finetune follow {job}", "general")
    card = await ada.waits(lambda each: job in each.plain and "validating" in each.plain, "general")
    await ada.waits(lambda each: "Validating training file" in each.plain, "general", card.ts)
    assert house.bot
    async with house.bot.store.begin() as unit:  # no look is due for an hour
        (watch,) = await unit.watches.of(house.bot.home.workspace)
        await unit.watches.due_now(watch.workspace, watch.connection, job, "nobody")
        (claimed,) = await unit.watches.claim_due("test", 1)
        assert await unit.watches.checked(claimed, 3600.0)
    target = f"http://127.0.0.1:{house.settings.port}{path}"
    await control(house, "webhooks", {"url": target, "secret": SECRET})
    await control(house, f"fine_tuning/jobs/{job}/fail", {"code": "server_error", "message": "Out of luck."})
    await ada.waits(lambda each: "The job failed" in each.plain, "general", card.ts)
    await ada.waits(lambda each: each.ts == card.ts and "failed" in each.plain, "general")
    async with house.bot.store.read() as unit:
        assert await unit.watches.of(watch.workspace) == []
    await asyncio.gather(*(house.bot.watches.tick() for _ in range(3)))
    told = [each for each in await ada.sees("general", card.ts) if "The job failed" in each.plain]
    assert len(told) == 1


async def test_a_forged_webhook_is_refused(house: House) -> None:
    ada = await house.person("ada")
    path = await connected(house, ada)
    url = f"http://127.0.0.1:{house.settings.port}{path}"
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1700000000", "webhook-signature": "v1,bm8="}
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{}", headers=headers) as answer:
        assert answer.status == 401
