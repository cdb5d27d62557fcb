"""POST /completions: no model serves it since September 2026, unless the API runs in its compatible mode."""

from typing import Any

import orjson
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import answers, check, text, tokens
from bot.playground.openai.answers import Choice
from bot.playground.openai.call import Call, route
from bot.playground.openai.chat_fields import STOP, logit_bias
from bot.playground.openai.errors import invalid
from bot.playground.openai.state import Api
from bot.playground.openai.stream import EventStream
from bot.playground.openai.turns import Turn

CONTEXT = {"gpt-3.5-turbo-instruct": 4097}
OTHER_CONTEXT = 16_384


def prompt(name: str, value: Any) -> None:
    """A text, texts, token ids, or lists of them."""
    if isinstance(value, str):
        return
    if not isinstance(value, list):
        raise check.wrong_type(name, "one of a string or array", value)
    item = check.string() if value and isinstance(value[0], str) else check.integer(0)
    nested = bool(value) and isinstance(value[0], list)
    check.array(check.array(item, 1) if nested else item, 1)(name, value)


RULES: dict[str, check.Rule] = {
    "model": check.string(1),
    "prompt": prompt,
    "best_of": check.integer(0, 20),
    "echo": check.boolean,
    "frequency_penalty": check.number(-2, 2),
    "logit_bias": logit_bias,
    "logprobs": check.integer(0, 5),
    "max_tokens": check.integer(0),
    "n": check.integer(1, 128),
    "presence_penalty": check.number(-2, 2),
    "seed": check.integer(),
    "stop": STOP,
    "stream": check.boolean,
    "stream_options": check.record({"include_usage": check.boolean, "include_obfuscation": check.boolean}),
    "suffix": check.string(),
    "temperature": check.number(0, 2),
    "top_p": check.number(0, 1),
    "user": check.string(),
}


async def create(call: Call) -> ASGIApp:
    """Complete each prompt."""
    body, api = await call.json(), call.api
    check.fields(body, RULES, ["model"])
    now, organization = api.now(), call.key.organization
    model = api.models.serving(body["model"], "completion", now, organization, compat=api.compat)
    check_together(body)
    prompts = each_prompt(body.get("prompt"))
    limit = 16 if body.get("max_tokens") is None else body["max_tokens"]
    counts = [tokens.count(one) for one in prompts]
    check_context(CONTEXT.get(model.id, OTHER_CONTEXT), max(counts), limit)
    call.spend(sum(counts) + limit, model.id)
    many = body.get("n") or 1
    choices = [
        complete(one, body, place * many + index, limit)
        for place, one in enumerate(prompts)
        for index in range(many)
    ]
    spent = sum(len(choice.pieces) for choice in choices)
    usage = {"prompt_tokens": sum(counts), "completion_tokens": spent, "total_tokens": sum(counts) + spent}
    fixed = {
        "id": api.new_id("cmpl-", 29),
        "object": "text_completion",
        "created": api.stamp(),
        "model": model.snapshot,
    }
    if not body.get("stream"):
        data = [whole(choice, prompts[choice.index // many], body) for choice in choices]
        return call.answer({**fixed, "choices": data, "usage": usage})
    wants_usage = (body.get("stream_options") or {}).get("include_usage")
    events = [event for choice in choices for event in stream(choice, fixed, wants_usage=wants_usage)]
    if wants_usage:
        events.append(b"data: " + orjson.dumps({**fixed, "choices": [], "usage": usage}) + b"\n\n")
    first, rate = api.speed.first_token, api.speed.tokens_per_second
    return EventStream(api.ticker, events, b"data: [DONE]\n\n", first=first, per_second=rate)


def check_together(body: dict[str, Any]) -> None:
    """Refuse parameters that do not go together."""
    best_of, many = body.get("best_of") or 1, body.get("n") or 1
    if body.get("best_of") and best_of < many:
        raise invalid(f"best_of ({best_of}) must be greater than or equal to n ({many})", "best_of", None)
    if body.get("stream") and best_of > many:
        raise invalid("Cannot stream results with best_of greater than n", "best_of", None)
    if body.get("stream_options") is not None and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise invalid(message, "stream_options", None)
    if body.get("suffix") and body["model"] != "gpt-3.5-turbo-instruct":
        raise invalid("suffix is not supported with this model.", "suffix", None)


def each_prompt(value: Any) -> list[str]:
    """The prompts as texts; token ids are written as such, since their vocabulary is not kept here."""
    if value is None:
        return [""]
    if isinstance(value, str):
        return [value]
    if isinstance(value[0], int):
        return [" ".join(map(str, value))]
    return [one if isinstance(one, str) else " ".join(map(str, one)) for one in value]


def check_context(context: int, asked: int, limit: int) -> None:
    """Refuse what the model cannot hold, prompt and answer together."""
    if asked + limit > context:
        message = (
            f"This model's maximum context length is {context} tokens, however you requested {asked + limit} "
            f"tokens ({asked} in your prompt; {limit} for the completion). Please reduce your prompt; or "
            "completion length."
        )
        raise invalid(message, "prompt", "context_length_exceeded")


def complete(asked: str, body: dict[str, Any], index: int, limit: int) -> Choice:
    """One completion of a prompt."""
    made = "\n\n" + text.answer([Turn("user", asked)], index)
    stops = body.get("stop") or []
    for stop in [stops] if isinstance(stops, str) else stops:
        made = made.partition(stop)[0] if stop else made
    pieces = tokens.split(made)
    finish = "length" if len(pieces) > limit else "stop"
    pieces = pieces[:limit]
    if body.get("echo"):
        pieces = tokens.split(asked) + pieces
    return Choice(index, pieces, finish)


def whole(choice: Choice, asked: str, body: dict[str, Any]) -> dict[str, Any]:
    """A choice of a whole answer."""
    start = 0 if body.get("echo") else len(asked)
    probabilities = (
        logprobs(choice.pieces, body["logprobs"], start) if body.get("logprobs") is not None else None
    )
    return {
        "text": choice.text,
        "index": choice.index,
        "logprobs": probabilities,
        "finish_reason": choice.finish_reason,
    }


def logprobs(pieces: list[str], most: int, start: int) -> dict[str, Any]:
    """The log probabilities as this endpoint writes them."""
    content = answers.logprobs(pieces, most)["content"]
    offsets = [start]
    for piece in pieces[:-1]:
        offsets.append(offsets[-1] + len(piece))
    return {
        "tokens": pieces,
        "token_logprobs": [one["logprob"] for one in content],
        "top_logprobs": [{top["token"]: top["logprob"] for top in one["top_logprobs"]} for one in content],
        "text_offset": offsets[: len(pieces)],
    }


def stream(choice: Choice, fixed: dict[str, Any], *, wants_usage: bool | None) -> list[bytes]:
    """The events of a choice."""
    members = {**fixed, **({"usage": None} if wants_usage else {})}
    start = b"data: " + orjson.dumps(members)[:-1] + b',"choices":['
    shape = start + b'{"text":%b,"index":%d,"logprobs":null,"finish_reason":%b}]}\n\n'
    index = choice.index
    made = [shape % (orjson.dumps(piece), index, b"null") for piece in choice.pieces]
    return [*made, shape % (b'""', index, orjson.dumps(choice.finish_reason))]


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [route(api, "POST", "/completions", create, "model.request", paid=True)]
