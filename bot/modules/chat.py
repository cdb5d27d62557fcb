"""Chat completions: one question, or a conversation with all of the endpoint's parameters."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bot.errors import Invalid
from bot.fields import Choice, Files, Flag, Items, Json, Model, Number, Several, Text
from bot.module import Context, File, Module, Opening, Operation, Part, Result, Values
from bot.module import Text as Said
from bot.openai import chat_body

PATH = "/chat/completions"
PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
TEXTS = ("txt", "md", "csv", "json")
ENDINGS = {
    "length": "The answer stops here because it reached the limit of tokens.",
    "content_filter": "OpenAI's content filter held back a part of the answer.",
    "tool_calls": "The model asks for a tool to be called; this is what it wants.",
}
#: What a conversation keeps of its own, in its turns.
OWN = ("model", "messages", "files")
#: What gives more than one text, which a conversation cannot go on with.
BEYOND = ("tools", "modalities", "logprobs", "moderation")


async def complete(context: Context, values: Values) -> Result:
    """Ask once and give back every answer."""
    wanted = {name: value for name, value in values.items() if name not in OWN}
    messages = _with_files(values["messages"], values.get("files", ()))
    body, notes = chat_body(
        values["model"], {**wanted, "messages": messages, "safety_identifier": context.person}
    )
    answer = await context.ask.post(PATH, body)
    sound = (values.get("audio") or {}).get("format", "wav")
    return _read(answer.data, notes, answer.request_id, sound)


def _read(data: Mapping[str, Any], notes: list[str], request_id: str | None, sound: str) -> Result:
    """The answers of a chat completion object; what is no text comes as files."""
    choices = data.get("choices") or []
    parts: list[Part] = []
    for choice in choices:
        message = choice.get("message") or {}
        spoken = message.get("audio") or {}
        text = message.get("content") or message.get("refusal") or spoken.get("transcript") or _calls(message)
        text = text or "_The answer is empty._"
        number = choice.get("index", 0) + 1
        parts.append(Said(f"**Answer {number}**\n\n{text}" if len(choices) > 1 else text))
        if spoken.get("data"):
            content = base64.b64decode(spoken["data"])
            parts.append(File(f"answer-{number}.{sound}", content, f"audio/{sound}", "The answer, spoken"))
        if choice.get("logprobs"):
            parts.append(_json_file(f"logprobs-{number}.json", choice["logprobs"]))
        if note := ENDINGS.get(choice.get("finish_reason") or ""):
            notes.append(note)
    if data.get("moderation"):
        parts.append(_json_file("moderation.json", data["moderation"]))
    usage = data.get("usage") or {}
    return Result(
        parts=parts,
        notes=tuple(dict.fromkeys(notes)),
        model=data.get("model"),
        input_tokens=usage.get("prompt_tokens"),
        output_tokens=usage.get("completion_tokens"),
        request_id=request_id,
    )


def _calls(message: Mapping[str, Any]) -> str:
    calls = [each.get("function") or each.get("custom") or {} for each in message.get("tool_calls") or []]
    return "\n".join(
        f"`{each.get('name')}`\n```\n{each.get('arguments') or each.get('input')}\n```" for each in calls
    )


def _json_file(name: str, value: Any) -> File:
    return File(name, orjson.dumps(value, option=orjson.OPT_INDENT_2), "application/json")


def _with_files(messages: Sequence[Mapping[str, Any]], files: Sequence[File]) -> list[Mapping[str, Any]]:
    """The messages, the last one of the user with the files after its text: no other role may have any."""
    made = list(messages)
    if files:
        at = next((at for at in reversed(range(len(made))) if made[at]["role"] == "user"), None)
        if at is None:
            raise Invalid("Images and files: they need a message of the role “user”.", field="files")
        text = {"type": "text", "text": made[at]["content"]}
        made[at] = {**made[at], "content": [text, *map(_part, files)]}
    return made


def _part(file: File) -> dict[str, Any]:
    ending = file.name.rpartition(".")[2].lower()
    if ending in TEXTS:
        return {"type": "text", "text": f"File {file.name}:\n\n{file.content.decode(errors='replace')}"}
    data = base64.b64encode(file.content).decode()
    if ending in PICTURES:
        return {"type": "image_url", "image_url": {"url": f"data:{PICTURES[ending]};base64,{data}"}}
    return {
        "type": "file",
        "file": {"filename": file.name, "file_data": f"data:application/pdf;base64,{data}"},
    }


def opening(values: Values) -> Opening:
    """How a chat goes on as a conversation: instructions, the turns so far, and the settings that stay."""
    said = values["messages"]
    system = "\n\n".join(each["content"] for each in said if each["role"] in {"system", "developer"})
    return Opening(
        model=values["model"],
        system=system or None,
        turns=[(each["role"], each["content"]) for each in said if each["role"] in {"user", "assistant"}],
        settings={name: value for name, value in values.items() if name not in OWN},
        files=values.get("files", ()),
    )


def converses(values: Values) -> bool:
    """Whether these values can go on as a thread: one answer in text, and the person speaks last."""
    alone = values.get("n", 1) == 1 and not any(values.get(name) for name in BEYOND)
    return alone and values["messages"][-1]["role"] == "user"


def _advanced(kind: Any, name: str, title: str, hint: str = "", **more: Any) -> Any:
    return kind(name=name, title=title, hint=hint, advanced=True, **more)


FIELDS = (
    Model(name="model", title="Model", kind="chat", required=True),
    Items(
        name="messages", title="Messages", required=True, low=1, high=20,
        fields=(
            Choice(name="role", title="Role", options=("user", "assistant", "system", "developer"),
                   default="user", required=True),
            Text(name="content", title="Content", multiline=True, required=True, low=1, words=True),
            Text(name="name", title="Name", pattern=r"[A-Za-z0-9_]{1,64}", high=64,
                 pattern_hint="only letters, digits and _ are allowed, at most 64."),
        ),
    ),
    # 10 MB is what Slack's own file input takes.
    Files(name="files", title="Images and files", hint="Shown to the model with your last message.", most=10,
          types=(*PICTURES, "pdf", *TEXTS), bytes_each=10 * 2**20),
    _advanced(Number, "temperature", "Temperature", "0 is steady, 2 is wild.", low=0, high=2),
    _advanced(Number, "top_p", "Top P", "Only the likeliest words up to this share.", low=0, high=1),
    _advanced(Number, "n", "Number of answers", integer=True, low=1, high=128),
    _advanced(Several, "stop", "Stop sequences", "The answer ends before one of them.", low=1, high=4,
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
    _advanced(Choice, "service_tier", "Service tier",
              options=("auto", "default", "flex", "scale", "priority", "fast")),
    _advanced(Flag, "store", "Store at OpenAI", "OpenAI keeps the completion."),
    _advanced(Json, "metadata", "Metadata", "Up to 16 pairs, kept with a stored completion."),
    _advanced(Text, "prompt_cache_key", "Prompt cache key", high=128),
    _advanced(Json, "prompt_cache_options", "Prompt cache options", 'Like {"mode": "explicit"}.'),
    _advanced(Json, "modalities", "Modalities", 'Like ["text", "audio"], if it speaks.', shape="array"),
    _advanced(Json, "audio", "Audio", 'Like {"voice": "alloy", "format": "mp3"}.'),
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
            spends=True, shortcut="Ask", private=False, opening=opening, converses=converses,
        ),
    ),
)  # fmt: skip
