"""Fine-tuning: makes jobs from checked files, each once, and shows and steers them while OpenAI offers it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot import jobs, training, tuning, watching
from bot.errors import AccessDenied, ApiError, Forbidden, Invalid
from bot.fields import Flag, Number, Reference, Text
from bot.jobs import JOBS, Job
from bot.module import Context, Effect, Facts, File, Module, Operation, Part, Result, Role, Table, Values
from bot.module import Text as Said
from bot.notation import UNKNOWN
from bot.openai import Api, segment
from bot.watching import ID, JOB

SPLIT = "No examples are kept for validation; `--split 10` keeps a tenth of an attached file for it."
EVENTS = 10  # that a status shows


async def create(context: Context, values: Values) -> Result:
    """Make a job; its files are uploaded once they are right, and the same request makes no second job."""
    api = context.ask
    intent = await asyncio.to_thread(tuning.intent, values, context.person)  # files may be large
    body = {name: values[name] for name in ("model", "suffix", "seed") if name in values}
    body["metadata"] = tuning.metadata(values, intent, context.person)
    if chosen := tuning.method(values):
        body["method"] = chosen
    sources = await training.sources(values)
    notes = await _calendar(api, values["model"])
    before = await jobs.made(api, intent)
    if running := next((job for job in before if job.get("status") not in jobs.ENDED), None):
        said = Said(
            "**This job is there already.** You asked for the same before, so nothing new was started."
        )
        notes += [note] if (note := await watching.begun(context, str(running.get("id")))) else []
        return Result([said, jobs.card(running)], notes, values["model"])
    uploaded = await training.upload(api, sources)
    ids = {name: values[name] for name in ("training_file", "validation_file") if name in values} | uploaded
    try:
        job, request_id = await jobs.ask(api, {**body, **ids}, intent, before)
    except ApiError as wrong:
        if not isinstance(wrong, jobs.LOST):
            await training.forget(api, uploaded)
        if isinstance(wrong, AccessDenied):
            wrong.text += f" {jobs.CALENDAR}."
        raise
    counts = [(each.file.name, each.found.told()) for each in sources]
    parts: list[Part] = [Said("**The fine-tuning job is created.**"), jobs.card(job)]
    parts += [Facts(counts)] if counts else []
    notes += [] if "validation_file" in ids else [SPLIT]
    notes += [note] if (note := await watching.begun(context, str(job.get("id")))) else []
    return Result(parts, notes, values["model"], request_id=request_id)


async def _calendar(api: Api, model: str) -> list[str]:
    """What OpenAI's calendar says of the base model. Raises ModelGone before anything is uploaded."""
    try:
        ends = (await api.get(f"/models/{segment(model)}")).data.get("shutdown_date")
    except AccessDenied:  # a restricted key may train and still not look at models
        return [f"{jobs.CALENDAR}."]
    return [f"{jobs.CALENDAR}, and on {ends} {model} ends with all that is made of it."] if ends else []


async def everything(context: Context, values: Values) -> Result:
    """The latest jobs, newest first."""
    most = values.get("limit", 20)
    found = [job async for job in context.ask.pages(JOBS, {"limit": most}, limit=most)]
    if not found:
        return Result([Said("There are no fine-tuning jobs.")])
    columns = ("Job", "Status", "Base model", "Fine-tuned model", "Created")
    return Result([Table(columns, [_row(job) for job in found])])


def _row(job: Job) -> list[str]:
    told = (job.get("id"), jobs.state(job), job.get("model"), job.get("fine_tuned_model"))
    return [*(str(each or UNKNOWN) for each in told), jobs.moment(job.get("created_at"))]


def _path(values: Values, *more: str) -> str:
    return "/".join([JOBS, segment(values["job"]), *more])


async def info(context: Context, values: Values) -> Result:
    """All that is known of a job."""
    answer = await context.ask.get(_path(values))
    return Result([jobs.card(answer.data)], model=answer.data.get("model"), request_id=answer.request_id)


async def status(context: Context, values: Values) -> Result:
    """How far a job is, and what happened last."""
    answer = await context.ask.get(_path(values))
    listed = (await context.ask.get(_path(values, "events"), {"limit": 50})).data.get("data") or []
    events = [each for each in listed if isinstance(each, dict)]  # newest first
    rows = [(jobs.moment(each.get("created_at")), str(each.get("message"))) for each in events[:EVENTS]]
    parts: list[Part] = [
        Said(jobs.progress(answer.data, events)),
        *([Table(("When", "What"), rows[::-1])] if rows else []),
    ]
    note = await watching.begun(context, values["job"]) if values.get("follow") else None
    notes = [note] if note else []
    return Result(parts, notes, answer.data.get("model"), request_id=answer.request_id)


async def checkpoints(context: Context, values: Values) -> Result:
    """The models that a job left behind on its way."""
    path = _path(values, "checkpoints")
    found = [each async for each in context.ask.pages(path, {"limit": 100}, limit=100)]
    return Result(
        [jobs.checkpoints(found) if found else Said("There are no checkpoints of this job so far.")]
    )


def _changing(verb: str) -> Callable[[Context, Values], Awaitable[Result]]:
    async def change(context: Context, values: Values) -> Result:
        job = (await context.ask.get(_path(values))).data
        if not context.admin and (job.get("metadata") or {}).get(jobs.OWNER) != context.person:
            raise Forbidden("Somebody else made this job. They, or a workspace admin, can change it.")
        answer = await context.ask.post(_path(values, verb))
        said = Said(f"**The job is {jobs.state(answer.data)}.**")
        return Result([said, jobs.card(answer.data)], model=job.get("model"), request_id=answer.request_id)

    return change


async def delete_model(context: Context, values: Values) -> Result:
    """Delete a fine-tuned model or a checkpoint for good."""
    name = values["model"]
    if not name.startswith("ft:"):
        text = f"Model: “{name}” is OpenAI's own. Only fine-tuned models (ft:…) can be deleted."
        raise Invalid(text, field="model")
    if values["confirm"].strip() != name:
        raise Invalid(f"Confirm: type {name} here, exactly as it is, to delete this model.", field="confirm")
    answer = await context.ask.delete(f"/models/{segment(name)}")
    gone = answer.data.get("deleted") is True
    said = f"`{name}` is deleted." if gone else f"OpenAI did not say that `{name}` is deleted."
    return Result([Said(said)], request_id=answer.request_id)


MODEL = "ft:gpt-4o-mini-2024-07-18:acme::abc123"  # as such IDs look
EXAMPLES = File(
    "greetings.jsonl",
    b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy!"}]}\n' * 10,
    "application/jsonl",
)


def _of_job(name: str, title: str, summary: str, call: Any, effect: Effect = Effect.READ) -> Operation:
    return Operation(
        name=name, title=title, summary=summary, fields=(JOB,), call=call, example={"job": ID}, effect=effect
    )


FINETUNE = Module(
    name="finetune",
    title="Fine-tune",
    summary="Train a model on your own examples and follow its jobs",
    operations=(
        Operation(
            name="create", title="Create a fine-tuning job", summary="Trains a model on a file of examples",
            fields=tuning.FIELDS, call=create,
            example={"model": "gpt-4.1-mini-2025-04-14", "training_data": [EXAMPLES], "suffix": "ahoy"},
            effect=Effect.CHANGE, spends=True,
        ),
        Operation(
            name="list", title="List fine-tuning jobs", summary="Lists the latest jobs",
            fields=(Number(name="limit", title="Limit", integer=True, low=1, high=100),), call=everything,
            example={"limit": 5},
        ),
        _of_job("info", "Show a fine-tuning job", "Shows all that is known of a job", info),
        Operation(
            name="status", title="Status of a job", summary="Shows how far a job is",
            fields=(JOB, Flag(name="follow", title="Follow it here", hint="Tells this channel all.")),
            call=status, example={"job": ID},
        ),
        _of_job("checkpoints", "Checkpoints of a job", "Lists a job's models on its way", checkpoints),
        _of_job("cancel", "Cancel a fine-tuning job", "Ends a job before it is done", _changing("cancel"),
                Effect.CHANGE),
        _of_job("pause", "Pause a fine-tuning job", "Lets a running job rest", _changing("pause"),
                Effect.CHANGE),
        _of_job("resume", "Resume a fine-tuning job", "Lets a paused job go on", _changing("resume"),
                Effect.CHANGE),
        *watching.OPERATIONS,
        Operation(
            name="delete-model", title="Delete a tuned model",
            summary="Deletes a fine-tuned model for good",
            fields=(
                Reference(name="model", title="Model", of="model", required=True),
                Text(name="confirm", title="Confirm", required=True, high=256,
                     hint="Type the model's ID again. This cannot be undone."),
            ),
            call=delete_model, example={"model": MODEL, "confirm": MODEL},
            effect=Effect.DESTROY, role=Role.ADMIN,
        ),
    ),
)  # fmt: skip
