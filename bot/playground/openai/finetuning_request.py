"""Checks the body that creates a fine-tuning job and makes the job of it."""

from typing import Any

from bot.playground.openai.call import Call
from bot.playground.openai.check import (
    Rule,
    array,
    fields,
    integer,
    mapping,
    metadata,
    number,
    one_of,
    record,
    string,
)
from bot.playground.openai.errors import ApiError, invalid
from bot.playground.openai.finetuning_job import Job
from bot.playground.openai.registry import Model, family, seconds

LAST_DAY = seconds("2027-01-06")  # from here on nobody can create a job
TUNABLE = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini")
NEWEST_TUNABLE = "gpt-4o-2024-11-20"  # shares its family with a tunable snapshot, but is none
GRADERS = ("string_check", "text_similarity", "score_model", "label_model", "python", "multi", "endpoint")


def auto_or(rule: Rule) -> Rule:
    """The word "auto", or what the rule takes."""

    def check(name: str, value: Any) -> None:
        if value != "auto":
            rule(name, value)

    return check


def above(bound: float, maximum: float | None = None) -> Rule:
    """A number greater than the bound and at most the maximum."""

    def check(name: str, value: Any) -> None:
        number(bound, maximum)(name, value)
        if value == bound:
            text = f"decimal below minimum value. Expected a value > {bound}, but got {value} instead."
            raise invalid(f"Invalid '{name}': {text}", name, "decimal_below_min_value")

    return check


SUPERVISED = {
    "batch_size": auto_or(integer(1, 256)),
    "learning_rate_multiplier": auto_or(above(0)),
    "n_epochs": auto_or(integer(1, 50)),
}
HYPERPARAMETERS = {
    "supervised": SUPERVISED,
    "dpo": {**SUPERVISED, "beta": auto_or(above(0, 2))},
    "reinforcement": {
        **SUPERVISED,
        "compute_multiplier": auto_or(above(0.00001, 10)),
        "eval_interval": auto_or(integer(1)),
        "eval_samples": auto_or(integer(1)),
        "reasoning_effort": one_of("default", "low", "medium", "high"),
    },
}


def grader(name: str, value: Any) -> None:
    """A grader of a known type; what else it holds is its own."""
    mapping(name, value)
    one_of(*GRADERS)(f"{name}.type", value.get("type"))


METHOD = {
    "type": one_of(*HYPERPARAMETERS),
    "supervised": record({"hyperparameters": record(HYPERPARAMETERS["supervised"])}),
    "dpo": record({"hyperparameters": record(HYPERPARAMETERS["dpo"])}),
    "reinforcement": record(
        {
            "hyperparameters": record(HYPERPARAMETERS["reinforcement"]),
            "grader": grader,
            "response_format": mapping,
        },
        required=("grader",),
    ),
}
WANDB = record(
    {"project": string(1), "name": string(), "entity": string(), "tags": array(string())}, ("project",)
)
BODY: dict[str, Rule] = {
    "model": string(1),
    "training_file": string(1),
    "validation_file": string(1),
    "suffix": string(1, 64),
    "seed": integer(0, 2_147_483_647),
    "metadata": metadata,
    "hyperparameters": record(SUPERVISED),
    "method": record(METHOD, required=("type",)),
    "integrations": array(
        record({"type": one_of("wandb"), "wandb": WANDB}, ("type", "wandb")),
        0,
        5,
    ),
}


def new_job(call: Call, body: dict[str, Any]) -> Job:
    """The job that a valid body asks for; raises the API's refusal for any other."""
    api = call.api
    fields(body, BODY, required=("model", "training_file"))
    if api.pace.winding_down or api.now() >= LAST_DAY:
        text = (
            "Your organization cannot create fine-tuning jobs: the fine-tuning platform is being wound down. "
            "See https://platform.openai.com/docs/deprecations."
        )
        raise ApiError(403, text)
    method: dict[str, Any] = body.get("method") or {"type": "supervised"}
    for param in ("training_file", "validation_file"):
        if body.get(param):
            _check_file(call, param, body[param])
    kind: str = method["type"]
    settings: dict[str, Any] = method.get(kind) or {}
    if kind == "reinforcement" and not settings:
        raise invalid("Missing required parameter: 'method.reinforcement'.", "method.reinforcement")
    if body.get("hyperparameters") and body.get("method"):
        raise invalid("'hyperparameters' is deprecated: set them in 'method' only.", "hyperparameters")
    chosen = settings.get("hyperparameters") or body.get("hyperparameters") or {}
    rules = HYPERPARAMETERS[kind]
    defaults = {name: "default" if name == "reasoning_effort" else "auto" for name in rules}
    return Job(
        id=api.new_id("ftjob-"),
        project=call.key.project,
        organization=call.key.organization,
        created_at=api.stamp(),
        since=api.now(),
        model=_tunable(call, body["model"], kind),
        training_file=body["training_file"],
        validation_file=body.get("validation_file"),
        suffix=body.get("suffix"),
        seed=api.dice.randrange(2_147_483_648) if body.get("seed") is None else body["seed"],
        method=kind,
        hyperparameters={**defaults, **{name: value for name, value in chosen.items() if value is not None}},
        grader=settings.get("grader"),
        metadata=body.get("metadata"),
        integrations=body.get("integrations") or [],
    )


def tunable(model: Model) -> bool:
    """Whether jobs can be based on the model: some snapshots, and what was tuned from them."""
    return family(model) in TUNABLE and model.snapshot != NEWEST_TUNABLE


def _tunable(call: Call, name: str, method: str) -> str:
    api = call.api
    known = api.models.models.get(name)
    present = known is not None and known in api.models.available(api.now(), call.key.organization)
    if known is None or not present or not tunable(known):
        text = f"Model {name} is not available for fine-tuning or does not exist."
        raise invalid(text, "model", "model_not_available")
    # Reinforcement needs a reasoning model, and o4-mini, the only one, was shut down on 2026-10-23.
    if method == "reinforcement" and not api.compat:
        raise invalid(f"Method 'reinforcement' is not supported for model {name}.", "method.type")
    return known.snapshot


def _check_file(call: Call, param: str, file_id: str) -> None:
    try:
        file = call.api.files.find(file_id, call.key.project, call.api.now())
    except ApiError:
        raise invalid(f"invalid {param}: {file_id}", param, None) from None
    if file.purpose != "fine-tune":
        text = f"invalid {param}: {file_id} has the purpose '{file.purpose}', but must have 'fine-tune'"
        raise invalid(text, param, None)
