"""Chat completions: one question, or a conversation with all of the endpoint's parameters."""

import base64
from collections.abc import Mapping
from typing import Any

from bot.fields import Choice, Files, Flag, Items, Json, Model, Number, Several, Text
from bot.module import Context, File, Module, Opening, Operation, Result, Values
from bot.module import Text as Said
from bot.openai import chat_body

PATH = "/chat/completions"
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
ENDINGS = {
    "length": "The answer stops here because it reached the limit of tokens.",
    "content_filter": "OpenAI's content filter held back a part of the answer.",
    "tool_calls": "The model asks for a tool to be called; this is what it wants.",
}
OWN = ("model", "messages", "files")


async def complete(context: Context, values: Values) -> Result:
    """Ask once and give back every answer."""
    wanted = {name: value for name, value in values.items() if name not in OWN}
    messages = [*values["messages"]]
    if values.get("files"):
        messages[-1] = with_files(messages[-1], values["files"])
    body, notes = chat_body(values["model"], {**wanted, "messages": messages})
    answer = await context.ask.post(PATH, body)
    return read(answer.data, [*notes], answer.request_id)


def read(data: Mapping[str, Any], notes: list[str], request_id: str | None) -> Result:
    """The answers of a chat completion object."""
    choices = data.get("choices") or []
    parts = []
    for choice in choices:
        message = choice.get("message") or {}
        text = message.get("content") or message.get("refusal") or _calls(message) or "_The answer is empty._"
        parts.append(Said(f"**Answer {choice.get('index', 0) + 1}**\n\n{text}" if len(choices) > 1 else text))
        if note := ENDINGS.get(choice.get("finish_reason") or ""):
            notes.append(note)
    usage = data.get("usage") or {}
    return Result(
        parts, tuple(dict.fromkeys(notes)), data.get("model"), usage.get("prompt_tokens"),
        usage.get("completion_tokens"), request_id,
    )  # fmt: skip


def with_files(message: Mapping[str, Any], files: list[File]) -> dict[str, Any]:
    """A message whose content is its text and then its files, as the endpoint takes them."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": message["content"]}]
    for file in files:
        ending = file.name.rpartition(".")[2].lower()
        data = base64.b64encode(file.content).decode()
        if ending in PICTURES:
            parts.append({"type": "image_url", "image_url": {"url": f"data:{PICTURES[ending]};base64,{data}"}})
        else:
            parts.append({"type": "file", "file": {"filename": file.name, "file_data": f"data:{file.media_type};base64,{data}"}})
    return {**message, "content": parts}


def opening(values: Values) -> Opening:
    """How a chat goes on as a conversation: instructions, the turns so far, and the settings that stay."""
    said = values["messages"]
    system = "\n\n".join(each["content"] for each in said if each["role"] in {"system", "developer"})
    turns = [(each["role"], each["content"]) for each in said if each["role"] in {"user", "assistant"}]
    settings = {name: value for name, value in values.items() if name not in OWN}
    return Opening(model=values["model"], system=system or None, turns=turns, settings=settings, files=values.get("files", ()))


def converses(values: Values) -> bool:
    """Whether these values can go on as a thread: one answer, and the person speaks last."""
    return values.get("n", 1) == 1 and values["messages"][-1]["role"] == "user" and "tools" not in values


def _calls(message: Mapping[str, Any]) -> str:
    calls = [each.get("function") or each.get("custom") or {} for each in message.get("tool_calls") or []]
    return "\n".join(f"`{each.get('name')}`\n```\n{each.get('arguments') or each.get('input')}\n```" for each in calls)


def _advanced(kind: Any, name: str, title: str, hint: str = "", **more: Any) -> Any:
    return kind(name=name, title=title, hint=hint, advanced=True, **more)


FIELDS = (
    Model(name="model", title="Model", kind="chat", required=True),
    Items(
        name="messages", title="Messages", required=True, low=1, high=20,
        fields=(
            Choice(name="role", title="Role", options=("user", "assistant", "system", "developer"), default="user",
                   required=True),
            Text(name="content", title="Content", multiline=True, required=True, low=1, words=True),
            Text(name="name", title="Name", pattern=r"[A-Za-z0-9_]{1,64}", high=64,
                 pattern_hint="only letters, digits and _ are allowed, at most 64."),
        ),
    ),
    Files(name="files", title="Images and files", hint="Shown to the model with the last message.", most=10,
          types=(*PICTURES, "pdf", "txt", "md", "csv", "json"), bytes_each=10 * 2**20),
    _advanced(Number, "temperature", "Temperature", "0 is steady, 2 is wild.", low=0, high=2),
    _advanced(Number, "top_p", "Top P", "Only the likeliest words up to this share.", low=0, high=1),
    _advanced(Number, "n", "Number of answers", integer=True, low=1, high=128),
    _advanced(Several, "stop", "Stop sequences", "Up to four; the answer ends before one of them.", low=1, high=4,
              item=Text(name="stop", title="Stop", high=500)),
    _advanced(Number, "max_completion_tokens", "Most tokens", "Thinking counts too.", integer=True, low=1),
    _advanced(Choice, "reasoning_effort", "Reasoning effort",
              options=("none", "minimal", "low", "medium", "high", "xhigh", "max")),
    _advanced(Choice, "verbosity", "Verbosity", options=("low", "medium", "high")),
    _advanced(Number, "presence_penalty", "Presence penalty", low=-2, high=2),
    _advanced(Number, "frequency_penalty", "Frequency penalty", low=-2, high=2),
    _advanced(Json, "logit_bias", "Logit bias", 'Token IDs and −100 to 100, like {"1639": -100}.'),
    _advanced(Flag, "logprobs", "Log probabilities"),
    _advanced(Number, "top_logprobs", "Top log probabilities", integer=True, low=0, high=20),
    _advanced(Number, "seed", "Seed", integer=True),
    _advanced(Json, "response_format", "Response format", 'Like {"type": "json_object"}.'),
    _advanced(Json, "tools", "Tools", "Function or custom tools.", shape="array"),
    _advanced(Json, "tool_choice", "Tool choice", 'Like "none", "auto" or an object.', shape="any"),
    _advanced(Flag, "parallel_tool_calls", "Parallel tool calls"),
    _advanced(Json, "prediction", "Prediction", "Text that much of the answer will repeat."),
    _advanced(Json, "web_search_options", "Web search options", "For search models only."),
    _advanced(Json, "moderation", "Moderation", "Checks the input and the answer in the same request."),
    _advanced(Choice, "service_tier", "Service tier", options=("auto", "default", "flex", "scale", "priority", "fast")),
    _advanced(Flag, "store", "Store at OpenAI", "OpenAI keeps the completion."),
    _advanced(Json, "metadata", "Metadata", "Up to 16 pairs, kept with a stored completion."),
    _advanced(Text, "prompt_cache_key", "Prompt cache key", high=128),
)  # fmt: skip

CHAT = Module(
    name="chat",
    title="Chat",
    summary="Ask a model; in a channel the answer opens a thread that remembers",
    operations=(
        Operation(
            name="create", title="Chat", summary="Creates a chat completion", fields=FIELDS, call=complete,
            example={
                "model": "gpt-6-luna",
                "messages": [{"role": "user", "content": "Say hello in three languages."}],
                "reasoning_effort": "none",
            },
            spends=True, private=False, opening=opening, converses=converses,
        ),
    ),
)  # fmt: skip
