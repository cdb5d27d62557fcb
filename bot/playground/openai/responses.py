"""POST /responses for text and functions (no built-in tools), its stored objects, and token counting."""

from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import answers, chat_rules, check, tokens
from bot.playground.openai.call import Call, route
from bot.playground.openai.chat import check_context, tool_tokens
from bot.playground.openai.errors import invalid, not_found
from bot.playground.openai.registry import Model
from bot.playground.openai.responses_fields import COUNT_RULES, RULES, as_messages, check_sampling
from bot.playground.openai.responses_stream import events
from bot.playground.openai.state import Api
from bot.playground.openai.stream import EventStream
from bot.playground.openai.turns import turns


async def create(call: Call) -> ASGIApp:
    """Answer an input."""
    body, api = await call.json(), call.api
    check.fields(body, RULES, ["model", "input"])
    model = find_model(call, body["model"])
    rules = chat_rules.rules(model)
    effort = check_sampling(rules, model, body)
    messages = conversation(call, body)
    prompt = tokens.of_messages(messages) + tool_tokens(body)
    check_context(rules.context, prompt)
    call.spend(prompt, model.id)
    limit = body.get("max_output_tokens") or rules.output
    wanted = {**body, "response_format": (body.get("text") or {}).get("format")}
    wanted["tools"] = [tool for tool in body.get("tools") or () if tool["type"] in {"function", "custom"}]
    choice = answers.compose(turns(messages), wanted, 0, effort, limit)
    response = {**settings(body, model, effort, api), **outcome(api, choice, prompt)}
    if body.get("store") is not False:
        kept = [*messages, {"role": "assistant", "content": choice.text}]
        api.responses[response["id"]] = {"project": call.key.project, "value": response, "messages": kept}
    if not body.get("stream"):
        return call.answer(response)
    first, rate = api.speed.first_token, api.speed.tokens_per_second
    return EventStream(api.ticker, events(response, choice), b"", first=first, per_second=rate)


def find_model(call: Call, name: str) -> Model:
    """A model that answers text."""
    api = call.api
    model = api.models.find(name, api.now(), call.key.organization)
    if model.kind not in {"chat", "responses"}:
        raise invalid(f"The requested model '{name}' cannot be used with the Responses API.", "model", None)
    return model


def conversation(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The input as messages, after those of the response that it continues."""
    messages = as_messages(body.get("input") or "")
    before = body.get("previous_response_id")
    if before:
        messages = [*find(call, before, "previous_response_id")["messages"], *messages]
    if isinstance(body.get("instructions"), str):
        messages = [{"role": "developer", "content": body["instructions"]}, *messages]
    return messages


def settings(body: dict[str, Any], model: Model, effort: str, api: Api) -> dict[str, Any]:
    """The members of a response that say how it was asked for."""
    text = body.get("text") or {}
    return {
        "id": api.new_id("resp_", 48),
        "object": "response",
        "created_at": api.stamp(),
        "model": model.snapshot,
        "background": False,
        "error": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": body.get("metadata") or {},
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": effort or None, "summary": None},
        "service_tier": "default",
        "store": body.get("store") is not False,
        "temperature": body.get("temperature", 1.0),
        "text": {"format": {"type": "text"}, **text},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": [{"strict": True, "parameters": None, **tool} for tool in body.get("tools") or ()],
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation") or "disabled",
    }


def outcome(api: Api, choice: answers.Choice, prompt: int) -> dict[str, Any]:
    """The members of a response that say what came of it."""
    whole = choice.finish_reason != "length"
    status = "completed" if whole else "incomplete"
    part = {"type": "output_text", "text": choice.text, "annotations": [], "logprobs": []}
    message = {"id": api.new_id("msg_", 48), "type": "message", "status": status, "role": "assistant"}
    calls = [
        {
            "id": api.new_id("fc_", 48),
            "type": "function_call",
            "status": "completed",
            "call_id": api.new_id("call_"),
            "name": one["name"],
            "arguments": one["arguments"],
        }
        for one in choice.calls
    ]
    return {
        "status": status,
        "completed_at": api.stamp() if whole else None,
        "incomplete_details": None if whole else {"reason": "max_output_tokens"},
        "output": calls or [{**message, "content": [part]}],
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": choice.spent,
            "output_tokens_details": {"reasoning_tokens": choice.reasoning},
            "total_tokens": prompt + choice.spent,
        },
    }


async def count(call: Call) -> ASGIApp:
    """How many tokens an input has, by the same rule as a response's usage."""
    body = await call.json()
    check.fields(body, COUNT_RULES)
    if body.get("model"):
        find_model(call, body["model"])
    found = tokens.of_messages(conversation(call, body)) + tool_tokens(body)
    return call.answer({"object": "response.input_tokens", "input_tokens": found})


def find(call: Call, name: str, param: str = "response_id") -> dict[str, Any]:
    """A stored response, or a 404."""
    found = call.api.responses.get(name)
    if found is None or found["project"] != call.key.project:
        raise not_found(f"Response with id '{name}' not found.", param)
    return found


async def get(call: Call) -> ASGIApp:
    """A stored response."""
    return call.answer(find(call, call.path["id"])["value"])


async def delete(call: Call) -> ASGIApp:
    """Forget a stored response."""
    find(call, call.path["id"])
    del call.api.responses[call.path["id"]]
    return call.answer({"id": call.path["id"], "object": "response", "deleted": True})


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/responses/input_tokens", count, "api.responses.write", limited=True),
        route(api, "POST", "/responses", create, "api.responses.write", paid=True),
        route(api, "GET", "/responses/{id}", get, "api.responses.read"),
        route(api, "DELETE", "/responses/{id}", delete, "api.responses.write"),
    ]
