"""The webhook endpoints API: create, list, change, delete, rotate the secret, test; and the event types."""

import base64
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai.call import Call, route
from bot.playground.openai.check import array, boolean, fields, integer, one_of, string
from bot.playground.openai.errors import ApiError, invalid, not_found
from bot.playground.openai.files import page
from bot.playground.openai.state import Api
from bot.playground.openai.webhooks_delivery import attempt, event
from bot.playground.openai.webhooks_store import EVENT_TYPES, WebhookEndpoint

DAY = 86_400


def https(name: str, value: Any) -> None:
    """An HTTPS URL."""
    string(1, 2048)(name, value)
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        raise invalid(f"Invalid '{name}': expected an HTTPS URL.", name, "invalid_url")


FIELDS = {"name": string(1, 256), "url": https, "event_types": array(one_of(*EVENT_TYPES), 1)}


def new_secret(api: Api) -> str:
    """A signing secret: whsec_ and the base64 of 32 bytes."""
    return "whsec_" + base64.b64encode(api.dice.randbytes(32)).decode()


def add(
    api: Api, project: str, name: str, url: str, event_types: list[str], secret: str = ""
) -> WebhookEndpoint:
    """Keep an endpoint of a project."""
    now = api.stamp()
    secret = secret or new_secret(api)
    made = WebhookEndpoint(api.new_id("whep_"), project, name, url, event_types, secret, now, now)
    api.webhooks[made.id] = made
    return made


def find(call: Call) -> WebhookEndpoint:
    """The endpoint that the path names."""
    found = call.api.webhooks.get(call.path["endpoint_id"])
    if found is None or found.project != call.key.project:
        raise not_found(f"No such WebhookEndpoint object: {call.path['endpoint_id']}")
    return found


async def create(call: Call) -> ASGIApp:
    """POST /webhook_endpoints; the only answer with the secret, besides rotation."""
    body = await call.json()
    fields(body, FIELDS, required=("name", "url", "event_types"))
    made = add(call.api, call.key.project, body["name"], body["url"], body["event_types"])
    return call.answer(made.json(with_secret=True))


async def list_endpoints(call: Call) -> ASGIApp:
    """GET /webhook_endpoints, newest first."""
    query = call.query({"after": string(), "limit": integer(1, 100)})
    found = [one for one in call.api.webhooks.values() if one.project == call.key.project][::-1]
    shown, more = page(found, query.get("after"), query.get("limit", 20))
    data = [one.json() for one in shown]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return call.answer({"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more})


async def retrieve(call: Call) -> ASGIApp:
    """GET /webhook_endpoints/{id}."""
    return call.answer(find(call).json())


async def update(call: Call) -> ASGIApp:
    """POST /webhook_endpoints/{id}: change what is given."""
    endpoint, body = find(call), await call.json()
    fields(body, FIELDS)
    before = (endpoint.name, endpoint.url, endpoint.event_types)
    endpoint.name = body.get("name") or endpoint.name
    endpoint.url = body.get("url") or endpoint.url
    endpoint.event_types = body.get("event_types") or endpoint.event_types
    if before != (endpoint.name, endpoint.url, endpoint.event_types):
        endpoint.updated_at = call.api.stamp()
    return call.answer(endpoint.json())


async def delete(call: Call) -> ASGIApp:
    """DELETE /webhook_endpoints/{id}."""
    endpoint = find(call)
    del call.api.webhooks[endpoint.id]
    return call.answer({"id": endpoint.id, "object": "webhook_endpoint.deleted", "deleted": True})


async def rotate(call: Call) -> ASGIApp:
    """POST /webhook_endpoints/{id}/rotate_secret: a new secret; the old one may sign along for a day."""
    endpoint, body, api = find(call), await call.json(), call.api
    fields(body, {"keep_old_secret_active_for_24_hours": boolean})
    keep = body.get("keep_old_secret_active_for_24_hours")
    endpoint.old_secret, endpoint.old_until = endpoint.secret, api.now() + DAY if keep else 0.0
    endpoint.secret, endpoint.updated_at = new_secret(api), api.stamp()
    return call.answer(endpoint.json(with_secret=True))


async def try_out(call: Call) -> ASGIApp:
    """POST /webhook_endpoints/{id}/test: one sample delivery, without retries."""
    endpoint, body = find(call), await call.json()
    fields(body, {"event_type": one_of(*EVENT_TYPES)}, required=("event_type",))
    kind = body["event_type"]
    sample, message_id = event(call.api, kind, "sample_object_id", call.api.stamp())
    status = await attempt(call.api, endpoint, message_id, kind, sample)
    if status is None:
        raise ApiError(400, "The endpoint could not be reached.", code="webhook_delivery_failed")
    made = {
        "object": "webhook_endpoint.test",
        "webhook_endpoint_id": endpoint.id,
        "event_type": kind,
        "status_code": status,
        "success": True,
    }
    return call.answer(made)


async def event_types(call: Call) -> ASGIApp:
    """GET /webhook_event_types."""
    return call.answer({"object": "list", "data": list(EVENT_TYPES)})


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    read, write, base = "api.webhooks.read", "api.webhooks.write", "/webhook_endpoints"
    return [
        route(api, "POST", base, create, write),
        route(api, "GET", base, list_endpoints, read),
        route(api, "GET", f"{base}/{{endpoint_id}}", retrieve, read),
        route(api, "POST", f"{base}/{{endpoint_id}}", update, write),
        route(api, "DELETE", f"{base}/{{endpoint_id}}", delete, write),
        route(api, "POST", f"{base}/{{endpoint_id}}/rotate_secret", rotate, write),
        route(api, "POST", f"{base}/{{endpoint_id}}/test", try_out, write),
        route(api, "GET", "/webhook_event_types", event_types, read),
    ]
