"""What a model is for and what it refuses, told from its ID; and which one to use where nobody chose.

The API has no call that says so. A fine-tuned model (`ft:base:…`) is judged by its base. Nothing is kept from
unknown names: the API's answer wins over these tables, which hold what was known in November 2026.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from bot.openai.values import Model

Kind = Literal[
    "chat",
    "embedding",
    "image",
    "transcription",
    "speech",
    "moderation",
    "completion",
    "realtime",
    "other",
]

KINDS: Sequence[tuple[str, Kind]] = (  # the first that is found counts
    (r"moderation", "moderation"),
    (r"embedding", "embedding"),
    (r"^gpt-image|^dall-e|^chatgpt-image", "image"),
    (r"realtime|^gpt-live", "realtime"),
    (r"^whisper|transcribe", "transcription"),
    (r"^tts-|-tts$|-tts-", "speech"),
    (r"-instruct|^babbage|^davinci", "completion"),
    # only on /responses, or only with sound: not for the chat endpoint as people use it
    (r"-pro$|-pro-|codex|cyber|deep-research|audio|daybreak|rosalind|-law$", "other"),
    (r"^gpt-|^chatgpt-|^o\d", "chat"),
)
DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$|-\d{4}$")
ASIDE = re.compile(r"^o\d|^dall-e|-oss-")  # families whose numbers say nothing against gpt-N
VERSION = re.compile(r"(\d+)(?:\.(\d+))?")

#: Which of a family comes first where nobody chose: small general models, then plain ones, then the costly.
RANKS = {"luna": 0, "mini": 0, "small": 0, "sunburst": 0, "terra": 1, "sol": 2}
RANKS |= {"nano": 3, "large": 3, "hd": 3, "astra": 4, "diarize": 5, "search": 5, "preview": 5}
PLAIN = 1
LEAVING = timedelta(days=120)  # a model that is shut down sooner is chosen last


def base(model_id: str) -> str:
    """The ID that rules are written for: of a fine-tuned model its base."""
    return model_id.split(":")[1] if model_id.startswith("ft:") and model_id.count(":") else model_id


def kind(model_id: str) -> Kind:
    """What a model is for."""
    name = base(model_id)
    return next((kind for pattern, kind in KINDS if re.search(pattern, name)), "other")


def newest(models: Sequence[Model], kind_wanted: Kind, *, today: date | None = None) -> Model | None:
    """The model to use where nobody chose one; None when the account has none of this kind that still works.

    In this order: not about to be shut down; highest major version; small models before plain and costly
    ones; highest minor version; the lasting name before its dated snapshots; the last made.
    Fine-tuned models are never chosen for anyone.
    """
    day = today or datetime.now(UTC).date()

    def rank(model: Model) -> tuple[bool, int, int, int, bool, int]:
        ends = model.shutdown_date
        name = DATED.sub("", model.id)
        version = None if ASIDE.search(name) else VERSION.search(name)
        major, minor = (int(part or 0) for part in version.groups()) if version else (0, 0)
        sizes = [RANKS[word] for word in name.split("-") if word in RANKS]
        leaving = ends is not None and ends - day < LEAVING
        return not leaving, major, -max(sizes, default=PLAIN), minor, name == model.id, model.created

    fit = [
        model
        for model in models
        if not model.id.startswith("ft:")
        and kind(model.id) == kind_wanted
        and (model.shutdown_date is None or model.shutdown_date > day)
    ]
    return max(fit, key=rank, default=None)


@dataclass(frozen=True, slots=True)
class ChatRules:
    """What one family takes on /chat/completions. `efforts` from the lightest; empty: it does not reason."""

    efforts: tuple[str, ...] = ()
    default_effort: str = "medium"
    sampling: Literal["always", "at none", "never"] = "always"  # temperature, top_p, logprobs
    tools: Literal["always", "at none", "never"] = "always"
    verbosity: bool = False


UPPER = ("low", "medium", "high", "xhigh")
CHAT_RULES: Sequence[tuple[str, ChatRules]] = (  # the first that matches counts
    (
        r"gpt-6(\.\d+)?-astra|gpt-6\.1-sol|gpt-6\.2",
        ChatRules(UPPER, "medium", "never", "never", verbosity=True),
    ),
    (r"gpt-5\.[14]|gpt-5\.2", ChatRules(("none", *UPPER), "none", "at none", "at none", verbosity=True)),
    (r"gpt-5\.|gpt-[6-9]", ChatRules(("none", *UPPER), "medium", "at none", "at none", verbosity=True)),
    (r"gpt-5", ChatRules(("minimal", "low", "medium", "high"), "medium", "never", verbosity=True)),
    (r"o\d", ChatRules(("low", "medium", "high"), "medium", "never")),
    (r"gpt-[34]|chatgpt-4o", ChatRules()),
)
SAMPLING = ("temperature", "top_p", "logprobs", "top_logprobs")
TOOLS = ("tools", "tool_choice", "parallel_tool_calls")
NOT_BY_REASONERS = (
    "presence_penalty",
    "frequency_penalty",
    "stop",
    "logit_bias",
    "prediction",
    "modalities",
    "audio",
)


def chat_rules(model_id: str) -> ChatRules | None:
    """The rules of a model's family; None for names that are not OpenAI's chat models."""
    name = base(model_id)
    return next((rules for pattern, rules in CHAT_RULES if re.match(pattern, name)), None)


def lightest_effort(model_id: str) -> str | None:
    """The `reasoning_effort` that answers soonest, "none" where it can be; None: the model takes none."""
    rules = chat_rules(model_id)
    return rules.efforts[0] if rules and rules.efforts else None


def chat_body(model_id: str, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body of a chat completion, and a sentence for each parameter that was renamed or left out."""
    body = {name: value for name, value in wanted.items() if value is not None} | {"model": model_id}
    notes: list[str] = []
    rules = chat_rules(model_id)
    if rules is None:
        return body, notes

    def leave_out(names: Sequence[str], why: str) -> None:
        for name in names:
            if name in body:
                del body[name]
                notes.append(f"`{name}` was left out: {model_id} {why}.")

    if not rules.verbosity:
        leave_out(["verbosity"], "does not take it")
    if not rules.efforts:
        leave_out(["reasoning_effort"], "does not reason")
        return body, notes
    if "max_tokens" in body:
        body.setdefault("max_completion_tokens", body.pop("max_tokens"))
        body.pop("max_tokens", None)
        notes.append(f"`max_tokens` was sent as `max_completion_tokens`: {model_id} takes only that.")
    if body.get("reasoning_effort", rules.default_effort) not in rules.efforts:
        leave_out(["reasoning_effort"], f"takes {', '.join(rules.efforts)}")
    leave_out(NOT_BY_REASONERS, "does not take it")
    at_none = body.get("reasoning_effort", rules.default_effort) == "none"
    for names, allowed in ((SAMPLING, rules.sampling), (TOOLS, rules.tools)):
        if allowed == "never":
            leave_out(names, "does not take it")
        elif allowed == "at none" and not at_none:
            leave_out(names, "takes it only with the reasoning effort “none”")
    return body, notes
