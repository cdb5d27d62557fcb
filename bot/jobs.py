"""What a fine-tuning job is to people, and how each is made once, even when its answer is lost."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.errors import AccessDenied, ApiBroken, ApiDown, ApiTimeout, MissingAtApi
from bot.module import Facts, Table
from bot.notation import UNKNOWN
from bot.openai import Api

JOBS = "/fine_tuning/jobs"
Job = Mapping[str, Any]
#: Metadata of jobs made here: which request it was, so that none is made twice, and whose it is.
INTENT, OWNER = "patchbay_intent", "patchbay_by"
ENDED = frozenset({"succeeded", "failed", "cancelled"})
#: After these nobody knows whether the request was done.
LOST = (ApiBroken, ApiDown, ApiTimeout)
#: OpenAI's calendar as of November 2026.
LAST_DAY = "2027-01-06"
CALENDAR = f"OpenAI is ending fine-tuning: from {LAST_DAY} nobody can create jobs"


async def made(api: Api, intent: str) -> list[Job]:
    """The jobs that this very request made so far."""
    query = {"limit": 100, "metadata": {INTENT: intent}}
    try:
        found = [job async for job in api.pages(JOBS, query, limit=100)]
    except (AccessDenied, MissingAtApi):  # a key that may create and not list
        return []
    return [job for job in found if (job.get("metadata") or {}).get(INTENT) == intent]


async def ask(api: Api, body: Job, intent: str, before: Sequence[Job]) -> tuple[Job, str | None]:
    """The job and the request's ID; where the answer is lost the job is looked for, never asked for again."""
    try:
        answer = await api.post(JOBS, body)
    except LOST as lost:
        known = {job.get("id") for job in before}
        for job in await made(api, intent):
            if job.get("id") not in known:
                return job, lost.request_id
        lost.text += " No such job is there so far. Try again looks for it first, so none is made twice."
        raise
    return answer.data, answer.request_id


def moment(stamp: Any) -> str:
    """Unix seconds to the minute, in UTC."""
    if not isinstance(stamp, int | float) or not 0 < stamp < 253_402_300_800:  # the year 10000
        return UNKNOWN
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def card(job: Job) -> Facts:
    """What is known of a job; OpenAI leaves out, or fills with nothing, what does not apply yet."""
    chosen = job.get("method") or {}
    kind = str(chosen.get("type") or "supervised")
    hyper = (chosen.get(kind) or {}).get("hyperparameters") or job.get("hyperparameters") or {}
    error = job.get("error") or {}
    own = {name: value for name, value in (job.get("metadata") or {}).items() if name not in {INTENT, OWNER}}
    pairs = [
        ("Job", job.get("id")),
        ("Status", state(job)),
        ("Base model", job.get("model")),
        ("Fine-tuned model", job.get("fine_tuned_model")),
        ("Problem", error.get("message") or error.get("code")),
        ("Method", kind),
        (
            "Hyperparameters",
            ", ".join(f"{name} {value}" for name, value in hyper.items() if value is not None),
        ),
        ("Training file", job.get("training_file")),
        ("Validation file", job.get("validation_file")),
        ("Suffix", job.get("user_provided_suffix")),
        ("Seed", job.get("seed")),
        ("Created", moment(job.get("created_at"))),
        ("Estimated finish", moment(job["estimated_finish"]) if job.get("estimated_finish") else None),
        ("Finished", moment(job["finished_at"]) if job.get("finished_at") else None),
        ("Trained tokens", f"{job['trained_tokens']:,}" if job.get("trained_tokens") else None),
        ("Result files", ", ".join(map(str, job.get("result_files") or []))),
        ("Metadata", ", ".join(f"{name}: {value}" for name, value in own.items())),
    ]
    return Facts([(name, str(value)) for name, value in pairs if value not in (None, "")])


def progress(job: Job, events: Sequence[Job]) -> str:
    """In one line how far a job is; `events` newest first."""
    metrics = (each.get("data") for each in events if each.get("type") == "metrics")
    step = next((each for each in metrics if isinstance(each, dict)), {})
    at, total = step.get("step"), step.get("total_steps")
    ends = job.get("estimated_finish")
    told = [
        f"**{state(job)}**",
        f"step {at:,} of {total:,} ({at / total:.0%})" if at and total else "",
        f"training loss {figure(step, 'train_loss')}" if "train_loss" in step else "",
        f"validation loss {figure(step, 'valid_loss')}" if "valid_loss" in step else "",
        f"done about {moment(ends)}" if ends else "",
        str((job.get("error") or {}).get("message") or ""),
        f"model `{job['fine_tuned_model']}`" if job.get("fine_tuned_model") else "",
    ]
    return " · ".join(filter(None, told))


def checkpoints(found: Sequence[Job]) -> Table:
    """A job's models on its way."""
    losses = ("train_loss", "valid_loss", "full_valid_loss", "train_mean_token_accuracy")
    rows = [
        [str(each.get("step_number")), str(each.get("fine_tuned_model_checkpoint"))]
        + [figure(each.get("metrics") or {}, name) for name in losses]
        for each in found
    ]
    columns = ("Step", "Model", "Training loss", "Validation loss", "Full validation loss", "Accuracy")
    return Table(columns, rows)


def state(job: Job) -> str:
    """The status in plain words."""
    return str(job.get("status") or UNKNOWN).replace("_", " ")


def figure(figures: Job, name: str) -> str:
    """One of the figures of a step."""
    value = figures.get(name)
    return f"{value:.4g}" if isinstance(value, int | float) else UNKNOWN
