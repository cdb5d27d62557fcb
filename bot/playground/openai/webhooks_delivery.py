"""Sends events to webhook endpoints: signed, without redirects, and again after failures for three days."""

import asyncio

import aiohttp
import orjson

from bot.playground.openai.state import Api
from bot.playground.openai.webhooks_store import WebhookEndpoint

# Seconds between attempts: the schedule that Standard Webhooks recommends, which ends after about 72 hours.
RETRIES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000)
TIMEOUT = aiohttp.ClientTimeout(total=15)


def announce(api: Api, project: str, event_type: str, object_id: str, at: int) -> None:
    """Send an event to every endpoint of the project that wants it."""
    for endpoint in list(api.webhooks.values()):
        if endpoint.project == project and event_type in endpoint.event_types:
            body, message_id = event(api, event_type, object_id, at)
            api.spawn(_deliver(api, endpoint, message_id, event_type, body))


def event(api: Api, event_type: str, object_id: str, at: int) -> tuple[bytes, str]:
    """The body of an event and its id."""
    message_id = api.new_id("evt_", 32)
    value = {
        "id": message_id,
        "object": "event",
        "created_at": at,
        "type": event_type,
        "data": {"id": object_id},
    }
    return orjson.dumps(value), message_id


async def attempt(
    api: Api, endpoint: WebhookEndpoint, message_id: str, event_type: str, body: bytes
) -> int | None:
    """One POST: the status of the answer, or None when there was none."""
    stamp = api.stamp()
    headers = {
        "content-type": "application/json",
        "user-agent": "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": endpoint.signatures(message_id, stamp, body),
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as http,
            http.post(endpoint.url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status: int | None = answer.status
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError):
        status = None
    endpoint.deliveries.append({"id": message_id, "type": event_type, "at": stamp, "status": status})
    return status


async def _deliver(
    api: Api, endpoint: WebhookEndpoint, message_id: str, event_type: str, body: bytes
) -> None:
    for wait in (*RETRIES, None):
        status = await attempt(api, endpoint, message_id, event_type, body)
        if (status is not None and 200 <= status < 300) or wait is None:
            return
        await api.clock.sleep(wait)
        if endpoint.id not in api.webhooks:
            return
