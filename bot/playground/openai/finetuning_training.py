"""What happens within a fine-tuning job: its files are validated, it trains, and it becomes a model."""

import re
from contextlib import suppress

from bot.playground.openai.errors import ApiError
from bot.playground.openai.files_store import StoredFile
from bot.playground.openai.finetuning_job import Checkpoint, Event, Job
from bot.playground.openai.finetuning_metrics import Metrics, metrics_at, result_file, summary
from bot.playground.openai.jsonl import MIN_EXAMPLES, BadTrainingFile, Examples, read_examples
from bot.playground.openai.state import Api
from bot.playground.openai.webhooks_delivery import announce

KEPT_CHECKPOINTS = 3  # the API keeps those of the last epochs


def log(api: Api, job: Job, message: str, level: str = "info", metrics: Metrics | None = None) -> None:
    """Add an event to the job's log, dated when the present state or step began."""
    kind = "message" if metrics is None else "metrics"
    data = dict(metrics or {})
    job.events.append(Event(api.new_id("ftevent-"), int(job.since), level, message, kind, data))


def fail(api: Api, job: Job, code: str, message: str, param: str | None) -> None:
    """End a job with an error."""
    job.status, job.finished_at = "failed", int(job.since)
    job.error = {"code": code, "message": message, "param": param}
    log(api, job, message, "error")
    end(api, job)


def end(api: Api, job: Job) -> None:
    """Tell whoever subscribed that the job has ended."""
    announce(api, job.project, f"fine_tuning.job.{job.status}", job.id, int(job.since))


def validate(api: Api, job: Job) -> None:
    """Read the job's files: on to the queue, or to failure."""
    examples = {}
    for param in ("training_file", "validation_file"):
        file_id = getattr(job, param)
        if not file_id:
            continue
        what = param.replace("_", " ")
        try:
            file = api.files.find(file_id, job.project, job.since)
            examples[param] = read_examples(file.content, job.method)
        except (BadTrainingFile, ApiError) as problem:
            text = f"The job failed due to an invalid {what}. {problem}"
            fail(api, job, f"invalid_{param}", text, param)
            return
        count = examples[param].count
        if count < (MIN_EXAMPLES if param == "training_file" else 1):
            needed = f"but must have at least {MIN_EXAMPLES} examples"
            fail(
                api, job, "invalid_n_examples", f"{what.capitalize()} has {count} example(s), {needed}", param
            )
            return
    _settle(api, job, examples["training_file"])
    job.status = "queued"
    log(api, job, "Files validated, moving job to queued state")


def _settle(api: Api, job: Job, examples: Examples) -> None:
    """Put numbers where "auto" stood; the rules for epochs and batch size are those of OpenAI's cookbook."""
    count, hyper = examples.count, job.hyperparameters
    epochs = min(25, 100 // count) if count * 3 < 100 else 3
    if count * 3 > 25_000:
        epochs = max(1, 25_000 // count)
    automatic = {
        "n_epochs": epochs,
        "batch_size": min(256, max(1, round(count * 0.002))),
        "learning_rate_multiplier": 1.8 if "mini" in job.model else 2.0,
        "beta": 0.1,
        "compute_multiplier": 1.0,
        "eval_interval": 5,
        "eval_samples": 1,
    }
    for name, value in hyper.items():
        if value == "auto":
            hyper[name] = automatic[name]
    batches = -(-count // hyper["batch_size"])
    job.total_steps = api.pace.steps or batches * hyper["n_epochs"]
    job.tokens = examples.tokens


def train(api: Api, job: Job) -> None:
    """Make one step, with a checkpoint where it ends an epoch."""
    job.step += 1
    epochs = min(job.hyperparameters["n_epochs"], job.total_steps)
    is_epoch = job.step * epochs // job.total_steps > (job.step - 1) * epochs // job.total_steps
    figures = metrics_at(
        job.step, job.total_steps, job.seed, validation=job.validation_file is not None, full=is_epoch
    )
    job.figures.append(figures)
    log(api, job, summary(figures), metrics=figures)
    if is_epoch:
        _checkpoint(api, job, figures)


def _checkpoint(api: Api, job: Job, figures: Metrics) -> None:
    name = f"{_model_name(api, job)}:ckpt-step-{job.step}"
    made = Checkpoint(api.new_id("ftckpt_"), job.id, int(job.since), name, job.step, figures)
    _publish(api, job, name)
    job.checkpoints.append(made)
    for old in job.checkpoints[:-KEPT_CHECKPOINTS]:
        api.models.models.pop(old.model, None)
    del job.checkpoints[:-KEPT_CHECKPOINTS]
    log(api, job, f"Checkpoint created at step {job.step}")


def succeed(api: Api, job: Job) -> None:
    """Publish the model and the result file."""
    job.fine_tuned_model = _model_name(api, job)
    _publish(api, job, job.fine_tuned_model)
    name, content = "step_metrics.csv", result_file(job.figures)
    result = StoredFile(
        api.new_id("file-", 22), job.project, name, "fine-tune-results", content, int(job.since)
    )
    job.result_files.append(api.files.add(result).id)
    job.trained_tokens = job.tokens * job.hyperparameters["n_epochs"]
    log(api, job, f"New fine-tuned model created: {job.fine_tuned_model}")
    log(api, job, "Evaluating model against our usage policies before enabling")
    log(api, job, "Usage policy evaluations completed, model is now enabled for sampling")
    log(api, job, "The job has successfully completed")
    job.status, job.finished_at = "succeeded", int(job.since)
    end(api, job)


def _model_name(api: Api, job: Job) -> str:
    """A name such as ft:gpt-4o-mini-2024-07-18:acme:my-suffix:7p4lURel; of the root when tuned again."""
    base = api.models.models[job.model].base or job.model
    organization = re.sub(r"[^a-z]", "", job.organization.removeprefix("org-").lower())
    suffix = re.sub(r"[^a-z0-9_-]+", "-", (job.suffix or "").lower())
    return f"ft:{base}:{organization}:{suffix}:{api.new_id('', 8)}"


def _publish(api: Api, job: Job, name: str) -> None:
    base = api.models.models[job.model].base or job.model
    with suppress(KeyError):  # the base itself may have been deleted when it was a fine-tuned model
        api.models.add_fine_tuned(name, base, int(job.since), job.organization)
