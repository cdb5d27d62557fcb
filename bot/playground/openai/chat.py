"""POST /chat/completions: checks the request against the model, answers it whole or as a stream."""

import base64
from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import (
    answers,
    audio_sound,
    chat_rules,
    chat_stored,
    chat_stream,
    check,
    moderations,
    tokens,
)
from bot.playground.openai.answers import Choice
from bot.playground.openai.call import Call, route
from bot.playground.openai.chat_fields import check_body
from bot.playground.openai.errors import invalid
from bot.playground.openai.registry import Model
from bot.playground.openai.state import Api
from bot.playground.openai.stream import EventStream
from bot.playground.openai.turns import turns

FINGERPRINT = "fp_playground0"
TIERS = {"flex": "flex", "scale": "scale", "priority": "priority", "fast": "priority"}


async def create(call: Call) -> ASGIApp:
    """Answer a conversation."""
    body, api = await call.json(), call.api
    check_body(body)
    model = api.models.serving(body["model"], "chat", api.now(), call.key.organization)
    chat_rules.check(model, body)
    messages = heard_and_read(call, body["messages"])
    rules = chat_rules.rules(model)
    prompt = tokens.of_messages(messages) + tool_tokens(body)
    check_context(rules.context, prompt)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or rules.output
    call.spend(prompt + min(limit, 1000), model.id)
    effort = chat_rules.effort(rules, body)
    said = turns(messages)
    choices = [answers.compose(said, body, index, effort, limit) for index in range(body.get("n") or 1)]
    completion = head(api, model, body)
    completion["usage"] = answers.usage(prompt, choices, body.get("prediction"))
    if body.get("moderation"):
        completion["moderation"] = moderation(body, choices)
    completion["choices"] = [whole(api, choice, body) for choice in choices]
    if body.get("store"):
        chat_stored.keep(call, completion, body["messages"])
    if not body.get("stream"):
        return call.answer({"object": "chat.completion", **completion})
    events = chat_stream.events(completion, choices, body)
    last = b"data: [DONE]\n\n"
    speed = api.speed
    first, rate = speed.first_token, speed.tokens_per_second
    return EventStream(api.ticker, events, last, first=first, per_second=rate)


def head(api: Api, model: Model, body: dict[str, Any]) -> dict[str, Any]:
    """The members that a completion and each of its chunks share."""
    return {
        "id": api.new_id("chatcmpl-", 29),
        "created": api.stamp(),
        "model": model.snapshot,
        "service_tier": TIERS.get(body.get("service_tier") or "", "default"),
        "system_fingerprint": FINGERPRINT,
    }


def check_context(context: int, prompt: int) -> None:
    """Refuse a prompt that the model cannot hold."""
    if prompt > context:
        text = (
            f"This model's maximum context length is {context} tokens. However, your messages resulted in "
            f"{prompt} tokens. Please reduce the length of the messages."
        )
        raise invalid(text, "messages", "context_length_exceeded")


def tool_tokens(body: dict[str, Any]) -> int:
    """The tokens that the descriptions of tools take in the prompt."""
    tools = [*(body.get("tools") or ()), *(body.get("functions") or ())]
    return sum(tokens.count(str(tool)) for tool in tools)


def heard_and_read(call: Call, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages with the names of their files and the words of their recordings."""
    found = []
    for place, message in enumerate(messages):
        content = message.get("content")
        if not isinstance(content, list):
            found.append(message)
            continue
        parts = [_known(call, part, f"messages[{place}].content[{n}]") for n, part in enumerate(content)]
        found.append({**message, "content": parts})
    return found


def _known(call: Call, part: dict[str, Any], name: str) -> dict[str, Any]:
    if part["type"] == "input_audio":
        heard = audio_sound.listen(base64.b64decode(part["input_audio"]["data"]))
        if heard is None:
            raise invalid("The audio data provided is not in a supported format.", name)
        return {**part, "text": heard.text or ""}
    if part["type"] != "file":
        return part
    file = part["file"]
    if file.get("file_id"):
        stored = call.api.files.find(file["file_id"], call.key.project, call.api.now())
        return {**part, "file": {"filename": stored.filename, **file}}
    if not file.get("file_data"):
        raise check.missing(f"{name}.file.file_id")
    return part


def whole(api: Api, choice: Choice, body: dict[str, Any]) -> dict[str, Any]:
    """A choice as a whole completion has it."""
    probabilities = (
        answers.logprobs(choice.pieces, body.get("top_logprobs") or 0) if body.get("logprobs") else None
    )
    message: dict[str, Any] = {
        "role": "assistant",
        "content": choice.text,
        "refusal": None,
        "annotations": [],
    }
    finish = choice.finish_reason
    if choice.calls:
        message["content"] = None
        if body.get("functions"):
            first, finish = choice.calls[0], "function_call"
            message["function_call"] = {"name": first["name"], "arguments": first["arguments"]}
        else:
            message["tool_calls"] = [_tool_call(api, one) for one in choice.calls]
    elif "audio" in (body.get("modalities") or ()):
        message |= {"content": None, "audio": spoken(api, choice.text, body["audio"])}
    return {"index": choice.index, "message": message, "logprobs": probabilities, "finish_reason": finish}


def _tool_call(api: Api, one: dict[str, Any]) -> dict[str, Any]:
    given = "input" if one["kind"] == "custom" else "arguments"
    called = {"name": one["name"], given: one["arguments"]}
    return {"id": api.new_id("call_"), "type": one["kind"], one["kind"]: called}


def spoken(api: Api, text: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The answer as sound."""
    voice = wanted["voice"] if isinstance(wanted["voice"], str) else wanted["voice"]["id"]
    kind = "pcm" if wanted["format"] == "pcm16" else wanted["format"]
    sound = base64.b64encode(audio_sound.speak(text, voice, 1.0, kind)).decode()
    return {"id": api.new_id("audio_"), "data": sound, "expires_at": api.stamp() + 3600, "transcript": text}


def moderation(body: dict[str, Any], choices: list[Choice]) -> dict[str, Any]:
    """What inline moderation says about the prompt and the answers."""
    model = body["moderation"]["model"]
    asked = "\n".join(turn.text for turn in turns(body["messages"]) if turn.role == "user")
    said = "\n".join(choice.text for choice in choices)
    return {"input": moderations.inline(model, asked), "output": moderations.inline(model, said)}


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/chat/completions", create, "model.request", paid=True),
        *chat_stored.routes(api),
    ]
