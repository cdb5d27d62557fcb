"""What can be asked of a fine-tuning job, and the request that the answers mean."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bot.errors import Invalid
from bot.fields import Choice, Field, Files, Json, Number, Reference, Text
from bot.jobs import INTENT, OWNER
from bot.module import File, Values

#: An object's metadata at OpenAI: pairs, and characters of keys and values.
PAIRS, KEY, VALUE = 16, 64, 512
COMMON = ("n_epochs", "batch_size", "learning_rate_multiplier")
HYPERPARAMETERS: Mapping[str, Sequence[str]] = {
    "supervised": COMMON,
    "dpo": (*COMMON, "beta"),
    "reinforcement": (*COMMON, "compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort"),
}
#: What has to be more than this: a form's bounds are included.
ABOVE = {"learning_rate_multiplier": 0.0, "beta": 0.0, "compute_multiplier": 0.00001}
MOST_BYTES = 512 * 2**20  # what the files endpoint takes


def _advanced(sort: Any, name: str, title: str, hint: str = "", **more: Any) -> Any:
    return sort(name=name, title=title, hint=hint, advanced=True, **more)


def _file(name: str, title: str, hint: str) -> Files:
    return Files(name=name, title=title, hint=hint, types=("jsonl",), bytes_each=MOST_BYTES)


FIELDS: Sequence[Field] = (
    Reference(name="model", title="Base model", of="model", required=True,
              hint="Such as gpt-4.1-mini-2025-04-14, or a fine-tuned one."),
    _file("training_data", "Training file", "A .jsonl file; checked line by line, then uploaded."),
    Reference(name="training_file", title="Training file ID", of="file",
              purpose="fine-tune", hint="Or one that OpenAI has."),
    _file("validation_data", "Validation file", "A .jsonl file with other examples."),
    _advanced(Reference, "validation_file", "Validation file ID", "Or one that OpenAI has.", of="file",
              purpose="fine-tune"),
    _advanced(Number, "split", "Validation share", "Keeps this percentage of the training file to validate.",
              low=1, high=50),
    Text(name="suffix", title="Suffix", hint="Becomes a part of the new model's name.", low=1, high=64),
    _advanced(Number, "seed", "Seed", integer=True, low=0, high=2_147_483_647),
    _advanced(Choice, "method", "Method", options=tuple(HYPERPARAMETERS)),
    _advanced(Number, "n_epochs", "Epochs", "Without a number OpenAI chooses, here and below.", integer=True,
              low=1, high=50),
    _advanced(Number, "batch_size", "Batch size", integer=True, low=1, high=256),
    _advanced(Number, "learning_rate_multiplier", "Learning rate multiplier", low=0),
    _advanced(Number, "beta", "Beta", "For dpo; more keeps closer to the base.", low=0, high=2),
    _advanced(Json, "grader", "Grader", "For reinforcement: what judges the answers."),
    _advanced(Number, "compute_multiplier", "Compute multiplier", "For reinforcement.", low=0, high=10),
    _advanced(Number, "eval_interval", "Evaluation interval", "For reinforcement; in steps.",
              integer=True, low=1),
    _advanced(Number, "eval_samples", "Evaluation samples", "For reinforcement.", integer=True, low=1),
    _advanced(Choice, "reasoning_effort", "Reasoning effort", "For reinforcement.",
              options=("default", "low", "medium", "high")),
    _advanced(Json, "metadata", "Metadata", 'Kept with the job, like {"team": "support"}.'),
)  # fmt: skip


def method(values: Values) -> dict[str, Any] | None:
    """The method with its hyperparameters, None where nothing of it was set. Raises Invalid."""
    names = list(dict.fromkeys(name for each in HYPERPARAMETERS.values() for name in each))
    given = {name: values[name] for name in names if name in values}
    if not given and "method" not in values and "grader" not in values:
        return None
    kind = values.get("method", "supervised")
    for name, value in given.items():
        if name not in HYPERPARAMETERS[kind]:
            others = " and ".join(each for each, allowed in HYPERPARAMETERS.items() if name in allowed)
            raise Invalid(f"{name}: this is for the method {others}, not for {kind}.", field=name)
        if name in ABOVE and value <= ABOVE[name]:
            raise Invalid(f"{name}: this has to be more than {ABOVE[name]:g}.", field=name)
    settings: dict[str, Any] = {"hyperparameters": given} if given else {}
    if (kind == "reinforcement") is not ("grader" in values):
        why = (
            "is needed for the method reinforcement"
            if kind == "reinforcement"
            else "is for reinforcement only"
        )
        raise Invalid(f"Grader: it {why}.", field="grader")
    if "grader" in values:
        if not isinstance(values["grader"].get("type"), str):
            raise Invalid('Grader: it needs a "type", such as "string_check".', field="grader")
        settings["grader"] = values["grader"]
    return {"type": kind, **({kind: settings} if settings else {})}


def metadata(values: Values, intent: str, person: str) -> dict[str, str]:
    """What the person wants to be kept with the job, and our own marks. Raises Invalid."""
    own = {INTENT: intent, OWNER: person}
    wanted: Mapping[str, Any] = values.get("metadata", {})
    wrong = next(
        (
            f"“{name[:KEY]}”: a key has at most {KEY} characters, a value is text of at most {VALUE}"
            for name, value in wanted.items()
            if len(name) > KEY or not isinstance(value, str) or len(value) > VALUE or name in own
        ),
        None,
    )
    if len(wanted) > PAIRS - len(own):
        wrong = f"at most {PAIRS - len(own)} pairs are possible"
    if wrong:
        raise Invalid(f"Metadata: {wrong}.", field="metadata")
    return {**wanted, **own}


def intent(values: Values, person: str) -> str:
    """32 hexadecimal digits, the same for the same request of the same person whatever files are called."""
    said = {
        name: [hashlib.sha256(file.content).hexdigest() for file in value]
        if isinstance(value, list) and all(isinstance(each, File) for each in value)
        else value
        for name, value in values.items()
    }
    whole = orjson.dumps([person, said], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()[:32]
