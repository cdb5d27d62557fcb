"""The parameters of POST /chat/completions with their rules, and what they demand of one another."""

from typing import Any

from bot.playground.openai import check
from bot.playground.openai.chat_check import TOOL_NAME, messages
from bot.playground.openai.errors import invalid

FUNCTION = {
    "name": TOOL_NAME,
    "description": check.string(),
    "parameters": check.mapping,
    "strict": check.boolean,
}
CUSTOM = {"name": TOOL_NAME, "description": check.string(), "format": check.mapping}
SCHEMA = {
    "name": TOOL_NAME,
    "description": check.string(),
    "schema": check.mapping,
    "strict": check.boolean,
}
APPROXIMATE = {name: check.string() for name in ("city", "country", "region", "timezone")}
LOCATION = {"type": check.one_of("approximate"), "approximate": check.record(APPROXIMATE)}
SCORE = check.record({"mode": check.one_of("score", "block")})
POLICY = check.record({"input": SCORE, "output": SCORE})


def tool(name: str, value: Any) -> None:
    """A function or a custom tool."""
    rules = {
        "type": check.one_of("function", "custom"),
        "function": check.record(FUNCTION, ["name"]),
        "custom": check.record(CUSTOM, ["name"]),
    }
    check.record(rules, ["type"])(name, value)
    if value.get(value["type"]) is None:
        raise check.missing(f"{name}.{value['type']}")


def tool_choice(name: str, value: Any) -> None:
    """A word, or the tool to call."""
    if isinstance(value, str):
        check.one_of("none", "auto", "required")(name, value)
        return
    named = check.record({"name": TOOL_NAME}, ["name"])
    allowed = {"mode": check.one_of("auto", "required"), "tools": check.array(check.mapping, 1)}
    rules = {
        "type": check.one_of("function", "custom", "allowed_tools"),
        "function": named,
        "custom": named,
        "allowed_tools": check.record(allowed, ["mode", "tools"]),
    }
    check.record(rules, ["type"])(name, value)
    if value.get(value["type"]) is None:
        raise check.missing(f"{name}.{value['type']}")


def response_format(name: str, value: Any) -> None:
    """Text, any JSON, or JSON of a schema."""
    rules = {
        "type": check.one_of("text", "json_object", "json_schema"),
        "json_schema": check.record(SCHEMA, ["name"]),
    }
    check.record(rules, ["type"])(name, value)
    if value["type"] == "json_schema" and value.get("json_schema") is None:
        raise check.missing(f"{name}.json_schema")


def logit_bias(name: str, value: Any) -> None:
    """Token ids with a bias of −100 to 100 each."""
    check.mapping(name, value)
    for token, bias in value.items():
        if not token.isdigit():
            raise invalid(f"Invalid key in '{name}': {token}. You should only be submitting token ids.", name)
        check.number(-100, 100)(f"{name}.{token}", bias)


def function_call(name: str, value: Any) -> None:
    """A word, or the function to call."""
    if isinstance(value, str):
        check.one_of("none", "auto")(name, value)
    else:
        check.record({"name": TOOL_NAME}, ["name"])(name, value)


def voice(name: str, value: Any) -> None:
    """A voice's name, or {"id": …} of an own one."""
    if isinstance(value, str):
        check.string(1)(name, value)
    else:
        check.record({"id": check.string(1)}, ["id"])(name, value)


AUDIO = {"voice": voice, "format": check.one_of("wav", "aac", "mp3", "flac", "opus", "pcm16")}
PREDICTION = {"type": check.one_of("content"), "content": check.anything}
STOP = check.either(check.string(), check.array(check.string(), 1, 4), "a string or an array of strings")

RULES: dict[str, check.Rule] = {
    "model": check.string(1),
    "messages": messages,
    "audio": check.record(AUDIO, ["voice", "format"]),
    "frequency_penalty": check.number(-2, 2),
    "function_call": function_call,
    "functions": check.array(check.record(FUNCTION, ["name"]), 1, 128),
    "logit_bias": logit_bias,
    "logprobs": check.boolean,
    "max_completion_tokens": check.integer(1),
    "max_tokens": check.integer(1),
    "metadata": check.metadata,
    "modalities": check.array(check.one_of("text", "audio"), 1),
    "moderation": check.record({"model": check.string(1), "policy": POLICY}, ["model"]),
    "n": check.integer(1, 128),
    "parallel_tool_calls": check.boolean,
    "prediction": check.record(PREDICTION, ["type", "content"]),
    "presence_penalty": check.number(-2, 2),
    "prompt_cache_key": check.string(),
    "prompt_cache_options": check.record(
        {"mode": check.one_of("implicit", "explicit"), "ttl": check.one_of("30m")}
    ),
    "prompt_cache_retention": check.one_of("in_memory", "24h"),
    "reasoning_effort": check.one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "response_format": response_format,
    "safety_identifier": check.string(0, 128),
    "seed": check.integer(-(2**63), 2**63 - 1),
    "service_tier": check.one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "stop": STOP,
    "store": check.boolean,
    "stream": check.boolean,
    "stream_options": check.record({"include_usage": check.boolean, "include_obfuscation": check.boolean}),
    "temperature": check.number(0, 2),
    "tool_choice": tool_choice,
    "tools": check.array(tool, 1, 128),
    "top_logprobs": check.integer(0, 20),
    "top_p": check.number(0, 1),
    "user": check.string(),
    "verbosity": check.one_of("low", "medium", "high"),
    "web_search_options": check.record(
        {
            "search_context_size": check.one_of("low", "medium", "high"),
            "user_location": check.record(LOCATION),
        }
    ),
}


def check_body(body: dict[str, Any]) -> None:
    """Refuse a body that no model would take."""
    check.fields(body, RULES, ["model", "messages"])
    if body.get("stream_options") is not None and not body.get("stream"):
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise invalid(text, "stream_options", None)
    if body.get("top_logprobs") and not body.get("logprobs"):
        raise invalid("'top_logprobs' is only allowed when 'logprobs' is enabled.", "top_logprobs", None)
    if body.get("tool_choice") not in (None, "none") and not body.get("tools"):
        raise invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", None)
    if body.get("parallel_tool_calls") is not None and not body.get("tools"):
        text = "'parallel_tool_calls' is only allowed when 'tools' are specified."
        raise invalid(text, "parallel_tool_calls", None)
    if "audio" in (body.get("modalities") or ()) and not body.get("audio"):
        raise check.missing("audio")
    if (body.get("response_format") or {}).get("type") == "json_object":
        _needs_the_word_json(body["messages"])


def _needs_the_word_json(said: list[dict[str, Any]]) -> None:
    if not any("json" in str(message.get("content")).lower() for message in said):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type"
        raise invalid(f"{text} 'json_object'.", "messages", None)
