"""Text completions, deprecated by OpenAI: by `/completions` where it has a model, else by a chat model."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson

from bot.errors import ApiError
from bot.fields import Flag, Json, Model, Number, Several, Text
from bot.module import Context, File, Module, Operation, Part, Result, Values
from bot.module import Text as Said
from bot.openai import Answer, Api, chat_body, kind, lightest_effort, newest
from bot.retired import chat_model, is_gone, may_remain

MANNER = (
    "Complete the text of the user as a text completion model does: go on where it ends, or do what it asks. "
    "Write the completion alone, without repeating the text and without comments."
)
SUFFIX = "After the completion follows this text, so lead up to it without repeating it:"
#: What means the same to the chat endpoint; the rest is done here or left out.
SHARED = (
    "temperature", "top_p", "n", "stop", "max_tokens", "presence_penalty", "frequency_penalty", "logit_bias",
    "seed", "user",
)  # fmt: skip
CUT = "The text stops here because it reached the limit of tokens."
FILTERED = "OpenAI's content filter held back a part of the text."


async def create(context: Context, values: Values) -> Result:
    """Complete the prompt by the old endpoint where a model may serve it, else by a chat model."""
    api = context.ask
    model, old = await _choose(api, values.get("model"))
    if old:
        try:
            return _read(await api.post("/completions", {**values, "model": model}), [])
        except ApiError as refusal:
            if not is_gone(refusal):
                raise
    return await _by_chat(api, model, values, context.person)


async def _choose(api: Api, named: str | None) -> tuple[str, bool]:
    """The model, and whether to try `/completions` with it: it is made for it, or the API is another's."""
    if named:
        return named, kind(named) == "completion" or may_remain(api)
    # What an API lists it serves, whatever shutdown date OpenAI once gave it.
    models = await api.models()
    listed = newest(models, "completion", today=date.min)
    return (listed.id, True) if listed else (await chat_model(api, models), may_remain(api))


async def _by_chat(api: Api, model: str, values: Values, person: str) -> Result:
    chosen = await chat_model(api) if kind(model) == "completion" else model
    manner = f"{MANNER} {SUFFIX}\n{values['suffix']}" if "suffix" in values else MANNER
    wanted: dict[str, Any] = {name: values[name] for name in SHARED if name in values}
    messages = [{"role": "system", "content": manner}, {"role": "user", "content": values["prompt"]}]
    if "logprobs" in values:
        wanted |= {"logprobs": True, "top_logprobs": values["logprobs"]}
    # A completion model does not think first; without thinking most models take the temperature too.
    wanted |= {"messages": messages, "reasoning_effort": lightest_effort(chosen), "safety_identifier": person}
    body, left_out = chat_body(chosen, wanted)
    notes = [f"`/completions` has no model for this here, so it ran on the chat model {chosen}.", *left_out]
    if "best_of" in values:
        notes.append("`best_of` was left out: chat models do not take it.")
    return _read(
        await api.post("/chat/completions", body), notes, values["prompt"] if values.get("echo") else ""
    )


def _read(answer: Answer, notes: list[str], before: str = "") -> Result:
    """The texts of either endpoint, `before` put in front of each."""
    choices = [each for each in answer.data.get("choices") or [] if isinstance(each, Mapping)]
    parts: list[Part] = []
    for number, choice in enumerate(choices, 1):
        message = choice.get("message") or {}
        text = before + (choice.get("text") or message.get("content") or message.get("refusal") or "")
        text = text if text.strip() else "_The text is empty._"
        parts.append(Said(f"**Text {number}**\n\n{text}" if len(choices) > 1 else text))
        notes += {"length": [CUT], "content_filter": [FILTERED]}.get(choice.get("finish_reason") or "", [])
    if likely := [each["logprobs"] for each in choices if each.get("logprobs")]:
        content = orjson.dumps(likely, option=orjson.OPT_INDENT_2)
        parts.append(File("logprobs.json", content, "application/json", "Log probabilities of each text"))
    usage = answer.data.get("usage") or {}
    return Result(
        parts, tuple(dict.fromkeys(notes)), answer.data.get("model"), usage.get("prompt_tokens"),
        usage.get("completion_tokens"), answer.request_id,
    )  # fmt: skip


def _advanced(sort: Any, name: str, title: str, hint: str = "", **more: Any) -> Any:
    return sort(name=name, title=title, hint=hint, advanced=True, **more)


FIELDS = (
    Model(name="model", title="Model", kind="completion",
          hint="Without one: the newest completion model of the account, else its newest chat model."),
    Text(name="prompt", title="Prompt", multiline=True, required=True, low=1, words=True),
    Number(name="temperature", title="Temperature", hint="0 is steady, 2 is wild.", low=0, high=2),
    _advanced(Number, "max_tokens", "Most tokens", "`/completions` stops after 16 unless told.",
              integer=True, low=0),
    _advanced(Number, "top_p", "Top P", "Only the likeliest words up to this share.", low=0, high=1),
    _advanced(Number, "n", "Number of texts", integer=True, low=1, high=128),
    _advanced(Number, "best_of", "Best of", "Makes so many and gives the likeliest.", integer=True, low=1,
              high=20),
    _advanced(Several, "stop", "Stop sequences", "Up to four; the text ends before one of them.", low=1,
              high=4, item=Text(name="stop", title="Stop", high=500)),
    _advanced(Text, "suffix", "Suffix", "What comes after the text that is made.", multiline=True),
    _advanced(Flag, "echo", "Echo", "Puts the prompt in front of the text."),
    _advanced(Number, "logprobs", "Log probabilities", "Of so many of the likeliest tokens.", integer=True,
              low=0, high=5),
    _advanced(Number, "presence_penalty", "Presence penalty", low=-2, high=2),
    _advanced(Number, "frequency_penalty", "Frequency penalty", low=-2, high=2),
    _advanced(Json, "logit_bias", "Logit bias", 'Token IDs and −100 to 100, like {"1639": -100}.'),
    _advanced(Number, "seed", "Seed", integer=True),
    _advanced(Text, "user", "User ID", "Tells OpenAI your users apart.", high=128),
)  # fmt: skip

COMPLETE = Module(
    name="complete",
    title="Complete",
    summary="Let a model go on with a text (deprecated by OpenAI)",
    operations=(
        Operation(
            name="create", title="Complete", summary="Creates a completion", fields=FIELDS, call=create,
            example={"prompt": "Once upon a time there was", "max_tokens": 60}, spends=True, private=False,
        ),
    ),
)  # fmt: skip
