"""The parameters of POST /responses and of its token counting, and an input as the messages of a chat."""

from typing import Any

from bot.playground.openai import check
from bot.playground.openai.chat_fields import RULES as CHAT
from bot.playground.openai.chat_fields import SCHEMA
from bot.playground.openai.chat_rules import Rules
from bot.playground.openai.check import listing
from bot.playground.openai.errors import unsupported_parameter, unsupported_value
from bot.playground.openai.registry import Model

ROLES = ("user", "assistant", "system", "developer")
KINDS = ("input_text", "input_image", "input_file", "output_text", "refusal")


def part(name: str, value: Any) -> None:
    """A content part."""
    check.mapping(name, value)
    if "type" not in value:
        raise check.missing(f"{name}.type")
    check.one_of(*KINDS)(f"{name}.type", value["type"])
    if value["type"] in {"input_text", "output_text"}:
        if "text" not in value:
            raise check.missing(f"{name}.text")
        check.string()(f"{name}.text", value["text"])


CONTENT = check.either(check.string(), check.array(part), "one of a string or array of objects")


def item(name: str, value: Any) -> None:
    """An input item: a message, or what went between the model and its tools."""
    check.mapping(name, value)
    if value.get("type", "message") != "message":
        return
    rules = dict.fromkeys(("type", "id", "status", "phase"), check.anything)
    full = {**rules, "role": check.one_of(*ROLES), "content": CONTENT}
    check.fields(value, full, ["role", "content"], f"{name}.")


def tool(name: str, value: Any) -> None:
    """A tool of any type."""
    check.mapping(name, value)
    if "type" not in value:
        raise check.missing(f"{name}.type")
    if value["type"] in {"function", "custom"} and "name" not in value:
        raise check.missing(f"{name}.name")


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
TEXT = check.record(
    {
        "format": check.record(
            {"type": check.one_of("text", "json_object", "json_schema"), **SCHEMA}, ["type"]
        ),
        "verbosity": check.one_of("low", "medium", "high"),
    }
)
REASONING = check.record(
    {
        "effort": check.one_of(*EFFORTS),
        "summary": check.one_of("auto", "concise", "detailed"),
        "mode": check.one_of("standard", "pro"),
        "context": check.anything,
    }
)
INPUT = check.either(check.string(), check.array(item), "one of a string or array")

COUNT_RULES: dict[str, check.Rule] = {
    "model": check.string(1),
    "input": INPUT,
    "instructions": check.string(),
    "conversation": check.anything,
    "parallel_tool_calls": check.boolean,
    "personality": check.string(),
    "previous_response_id": check.string(),
    "reasoning": REASONING,
    "text": TEXT,
    "tool_choice": check.anything,
    "tools": check.array(tool, 0, 128),
    "truncation": check.one_of("auto", "disabled"),
}
SAME_AS_CHAT = (
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "store",
    "stream",
    "temperature",
    "top_logprobs",
    "top_p",
    "user",
)
RULES: dict[str, check.Rule] = {
    **{name: rule for name, rule in COUNT_RULES.items() if name != "personality"},
    **{name: CHAT[name] for name in SAME_AS_CHAT},
    "background": check.boolean,
    "background_options": check.mapping,
    "context_management": check.anything,
    "include": check.array(check.string()),
    "max_output_tokens": check.integer(16),
    "max_tool_calls": check.integer(1),
    "moderation": check.mapping,
    "prompt": check.mapping,
    "service_tier": check.one_of("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
    "stream_options": check.record({"include_obfuscation": check.boolean}),
}


def check_sampling(rules: Rules, model: Model, body: dict[str, Any]) -> str:
    """Refuse what the model does not take; the effort that it runs with."""
    wanted: str | None = (body.get("reasoning") or {}).get("effort")
    efforts = (*rules.efforts, "max") if model.id.startswith(("gpt-6", "gpt-5.6")) else rules.efforts
    if wanted and not rules.efforts:
        raise unsupported_parameter("reasoning.effort")
    if wanted and wanted not in efforts:
        text = f"'{wanted}' is not supported with the '{model.id}' model. Supported values are: "
        raise unsupported_value("reasoning.effort", f"{text}{listing(efforts)}.")
    effort = wanted or rules.effort
    if rules.sampling == "always" or (rules.sampling == "at none" and effort == "none"):
        return effort
    for name in ("temperature", "top_p", "top_logprobs"):
        if body.get(name) is not None:
            raise unsupported_parameter(name)
    return effort


def as_messages(given: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The input as messages: a text is the user's, and a tool's output is a message of the tool."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    messages = []
    for one in given:
        kind = one.get("type", "message")
        if kind == "message":
            messages.append({"role": one["role"], "content": one["content"]})
        elif kind.endswith("_call_output"):
            messages.append({"role": "tool", "content": str(one.get("output", ""))})
    return messages
