"""What each model family takes in /chat/completions: efforts, sampling, tools, old parameters, context."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.openai.check import listing
from bot.playground.openai.errors import ApiError, invalid, unsupported_parameter, unsupported_value
from bot.playground.openai.registry import Model, family

When = Literal["always", "at none", "never"]

UP_TO_XHIGH = ("low", "medium", "high", "xhigh")
WITH_NONE = ("none", *UP_TO_XHIGH)
FIVE = ("minimal", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a family; without `efforts` it does not reason, and takes stop, penalties and such."""

    prefix: str
    efforts: tuple[str, ...] = ()
    effort: str = ""
    sampling: When = "always"
    tools: When = "always"
    context: int = 128_000
    output: int = 128_000

    @property
    def classic(self) -> bool:
        """Whether it is a model from before the reasoning ones."""
        return not self.efforts


# The deployment checklist and the model pages, November 2026; the first prefix that fits counts.
FAMILIES = (
    Rules("gpt-6-astra", UP_TO_XHIGH, "medium", "never", "never", 922_000),
    Rules("gpt-6.1-sol", UP_TO_XHIGH, "medium", "never", "never", 922_000),
    Rules("gpt-6.2-", UP_TO_XHIGH, "medium", "never", "never", 922_000),
    Rules("gpt-6", WITH_NONE, "medium", "at none", "at none", 922_000),
    Rules("gpt-5.6", WITH_NONE, "medium", "at none", "at none", 922_000),
    Rules("gpt-5.5", WITH_NONE, "medium", "at none", "at none", 1_050_000),
    Rules("gpt-5.4", WITH_NONE, "none", "at none", "at none", 272_000),
    Rules("gpt-5.2", WITH_NONE, "none", "at none", "always", 272_000),
    Rules("gpt-5.1", WITH_NONE, "none", "at none", "always", 272_000),
    Rules("gpt-5", FIVE, "medium", "never", "always", 272_000),
    Rules("o3", FIVE, "medium", "never", "always", 200_000, 100_000),
    Rules("gpt-4.1", context=1_047_576, output=32_768),
    Rules("gpt-", output=16_384),
)
# What the gpt-5 and gpt-6 series refuse whatever the effort.
REFUSED = ("presence_penalty", "frequency_penalty", "stop", "logit_bias", "prediction")
SAMPLING = ("temperature", "top_p", "logprobs", "top_logprobs")
REASONING_TOKENS = {"minimal": 8, "low": 64, "medium": 192, "high": 512, "xhigh": 1024}


def rules(model: Model) -> Rules:
    """The rules of a model's family."""
    name = family(model)
    return next(found for found in FAMILIES if name.startswith(found.prefix))


def effort(found: Rules, body: Mapping[str, Any]) -> str:
    """The effort that a request runs with; "" for a model that does not reason."""
    return body.get("reasoning_effort") or found.effort


def check(model: Model, body: Mapping[str, Any]) -> None:
    """Refuse what this model does not take."""
    found = rules(model)
    sent = {name for name, value in body.items() if value is not None}
    _check_tokens(found, body, sent)
    if found.classic:
        for name in ("reasoning_effort", "verbosity"):
            if name in sent and not (name == "verbosity" and body[name] == "medium"):
                raise ApiError(400, f"Unrecognized request argument supplied: {name}", param=name)
    else:
        _check_effort(found, model, body)
        for name in REFUSED:
            if name in sent:
                raise unsupported_parameter(name)
        _check_sampling(found, body, sent)
        _check_tools(found, model, body, sent)
    audio = family(model).startswith("gpt-audio")
    if "audio" in (body.get("modalities") or ()) and not audio:
        raise unsupported_value("modalities", "'audio' is not supported with this model.")
    if "web_search_options" in sent and "search" not in model.id:
        raise unsupported_parameter("web_search_options")


def _check_tokens(found: Rules, body: Mapping[str, Any], sent: set[str]) -> None:
    if "max_tokens" in sent and not found.classic:
        raise unsupported_parameter("max_tokens", "Use 'max_completion_tokens' instead.")
    if {"max_tokens", "max_completion_tokens"} <= sent:
        text = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise invalid(text, "max_tokens", "invalid_parameter_combination")
    for name in ("max_tokens", "max_completion_tokens"):
        if name in sent and body[name] > found.output:
            text = (
                f"{name} is too large: {body[name]}. This model supports at most {found.output} completion "
                f"tokens, whereas you provided {body[name]}."
            )
            raise invalid(text, name)


def _check_effort(found: Rules, model: Model, body: Mapping[str, Any]) -> None:
    wanted = body.get("reasoning_effort")
    if wanted and wanted not in found.efforts:
        text = (
            f"'reasoning_effort' does not support '{wanted}' with the '{model.id}' model. "
            f"Supported values are: {listing(found.efforts)}."
        )
        raise unsupported_value("reasoning_effort", text)


def _check_sampling(found: Rules, body: Mapping[str, Any], sent: set[str]) -> None:
    if found.sampling == "at none" and effort(found, body) == "none":
        return
    for name in SAMPLING:
        if name not in sent or (name == "logprobs" and body[name] is False):
            continue
        if name != "temperature":
            raise unsupported_parameter(name)
        if body[name] != 1:
            text = f"'temperature' does not support {body[name]} with this model."
            raise unsupported_value("temperature", f"{text} Only the default (1) value is supported.")


def _check_tools(found: Rules, model: Model, body: Mapping[str, Any], sent: set[str]) -> None:
    if not {"tools", "functions"} & sent or found.tools == "always":
        return
    if found.tools == "at none" and effort(found, body) == "none":
        return
    text = (
        f"Function tools with reasoning_effort are not supported for {model.id} in /v1/chat/completions. "
        "To use function tools, use /v1/responses"
    )
    hint = " or set reasoning_effort to 'none'." if found.tools == "at none" else "."
    raise invalid(text + hint, "reasoning_effort", None)
