"""Stored chat completions: list, read, change the metadata, delete, and read their messages."""

from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import check
from bot.playground.openai.call import Call, route
from bot.playground.openai.errors import not_found
from bot.playground.openai.pages import QUERY, page
from bot.playground.openai.state import Api


def keep(call: Call, completion: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    """Keep a completion that was asked for with `store`, for its project."""
    metadata = (call.seen["body"] or {}).get("metadata") or {}
    value = {"object": "chat.completion", **completion, "metadata": metadata}
    call.api.completions[completion["id"]] = {
        "project": call.key.project,
        "value": value,
        "messages": messages,
    }


def find(call: Call) -> dict[str, Any]:
    """The stored completion of the URL, with its project and messages, or a 404."""
    found = call.api.completions.get(call.path["id"])
    if found is None or found["project"] != call.key.project:
        raise not_found(f"Chat completion with id {call.path['id']} not found.", "completion_id")
    return found


async def list_stored(call: Call) -> ASGIApp:
    """The project's completions, by model and metadata."""
    query = call.query({**QUERY, "model": check.string(), "metadata": check.anything})
    wanted = {name[9:-1]: value for name, value in query.items() if name.startswith("metadata[")}
    own = [one["value"] for one in call.api.completions.values() if one["project"] == call.key.project]
    found = [
        one
        for one in own
        if query.get("model", one["model"]) == one["model"]
        and all(one["metadata"].get(name) == str(value) for name, value in wanted.items())
    ]
    return call.answer(page(found, query))


async def get_stored(call: Call) -> ASGIApp:
    """One completion."""
    return call.answer(find(call)["value"])


async def change_stored(call: Call) -> ASGIApp:
    """Replace the metadata of a completion."""
    body = await call.json()
    check.fields(body, {"metadata": check.metadata})
    found = find(call)
    found["value"]["metadata"] = body.get("metadata") or {}
    return call.answer(found["value"])


async def delete_stored(call: Call) -> ASGIApp:
    """Forget a completion."""
    find(call)
    del call.api.completions[call.path["id"]]
    return call.answer({"object": "chat.completion.deleted", "id": call.path["id"], "deleted": True})


async def list_messages(call: Call) -> ASGIApp:
    """The messages that a completion answered."""
    query = call.query(QUERY)
    data = []
    for number, message in enumerate(find(call)["messages"]):
        content = message.get("content")
        parts = content if isinstance(content, list) else None
        said = "\n".join(part["text"] for part in parts if part["type"] == "text") if parts else content
        one = {"id": f"{call.path['id']}-{number}", "refusal": None, **message, "content": said}
        data.append({**one, "content_parts": parts})
    return call.answer(page(data, query))


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    one = "/chat/completions/{id}"
    return [
        route(api, "GET", "/chat/completions", list_stored, "model.request"),
        route(api, "GET", one, get_stored, "model.request"),
        route(api, "POST", one, change_stored, "model.request"),
        route(api, "DELETE", one, delete_stored, "model.request"),
        route(api, "GET", f"{one}/messages", list_messages, "model.request"),
    ]
