"""Reads a job, its checkpoints and its result files from OpenAI into the values of its story."""

import base64
import binascii
import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot.errors import ApiError
from bot.jobs import CALENDAR, ENDED, JOBS, Job
from bot.openai import Api, segment
from bot.services.gathering import Gathered, moment, number, thinned
from bot.services.stories import Card, Checkpoint, Ending, Loss

#: Bytes of a result file: 300 bytes for each of 100,000 steps.
MOST_RESULTS = 32 * 2**20
CHECKPOINTS = 100
#: What to change, by the code of a job's error.
ADVICE = {
    "invalid_training_file": "Correct the training file and create the job again; a file that is attached "
    "to the request is checked line by line before it is uploaded.",
    "invalid_validation_file": "Correct the validation file, or leave it out, and create the job again.",
    "invalid_n_examples": "Add examples (at least 10) and create the job again.",
    "exceeded_quota": "Add credit or raise the budget at platform.openai.com, then create the job again.",
    "insufficient_quota": "Add credit or raise the budget at platform.openai.com, then create the job again.",
    "training_file_unsafe": "Take out the examples that break OpenAI's usage policies, then create it again.",
    "server_error": "This was at OpenAI's side: create the job again with the same values.",
}
ANYTHING = f"Change what it says and create the job again. {CALENDAR}."


def carded(job: Job, before: Card | None, found: Gathered, names: Mapping[str, str]) -> Card:
    """What is known of a job now: its object, what the events said, and what was known before."""
    chosen = job.get("method") or {}
    kind = str(chosen.get("type") or "supervised")
    hyper = (chosen.get(kind) or {}).get("hyperparameters") or job.get("hyperparameters") or {}
    known = found.step is not None
    file, other = str(job.get("training_file") or ""), job.get("validation_file")
    return Card(
        job=str(job.get("id") or ""),
        status=str(job.get("status") or "unknown"),
        base_model=str(job.get("model") or ""),
        result_model=job.get("fine_tuned_model") or None,
        file=names.get(file, file),
        validation_file=names.get(str(other), str(other)) if other else None,
        method=kind,
        hyperparameters=[(str(name), str(value)) for name, value in hyper.items() if value is not None],
        step=found.step if known else before.step if before else None,
        total_steps=found.total_steps if known else before.total_steps if before else None,
        trained_tokens=job.get("trained_tokens") or None,
        losses=thinned([*(before.losses if before else ()), *found.points]),
        started=moment(job.get("created_at")),
        estimated_finish=moment(job.get("estimated_finish")),
        finished=moment(job.get("finished_at")),
        problems=_problem(job),
    )


def _problem(job: Job) -> list[str]:
    error = job.get("error") or {}
    said = error.get("message") or error.get("code") if isinstance(error, dict) else None
    return [str(said)] if said else []


async def names(api: Api, job: Job, before: Card | None) -> dict[str, str]:
    """What the job's files are called, by ID; a key that may not look at files tells no names."""
    files = [str(job[name]) for name in ("training_file", "validation_file") if job.get(name)]
    if before is not None:
        return dict(zip(files, (before.file, before.validation_file or ""), strict=False))
    found = {}
    for file in files:
        try:
            answer = await api.get(f"/files/{segment(file)}")
        except ApiError:
            continue
        found[file] = str(answer.data.get("filename") or file)
    return found


async def ended(api: Api, job: Job, card: Card) -> Ending | None:
    """How the job ended, with all that it left; None while it goes on."""
    status = job.get("status")
    if status not in ENDED:
        return None
    if status == "succeeded":
        curve = await _results(api, job) or list(card.losses)
        left = await _checkpoints(api, str(job["id"]))
        return Ending(kind="succeeded", model=card.result_model, checkpoints=left, losses=curve)
    if status == "cancelled":
        left = await _checkpoints(api, str(job["id"]))
        return Ending(kind="cancelled", checkpoints=left, losses=card.losses)
    error = job.get("error") if isinstance(job.get("error"), dict) else {}
    reason = (error or {}).get("message") or "OpenAI does not say why."
    advice = ADVICE.get(str((error or {}).get("code")), ANYTHING)
    return Ending(kind="failed", reason=str(reason), advice=advice, losses=card.losses)


async def _checkpoints(api: Api, job: str) -> list[Checkpoint]:
    path = "/".join([JOBS, segment(job), "checkpoints"])
    try:
        found = [each async for each in api.pages(path, {"limit": CHECKPOINTS}, limit=CHECKPOINTS)]
    except ApiError:
        return []
    return [_checkpoint(each) for each in reversed(found)]


def _checkpoint(found: Mapping[str, Any]) -> Checkpoint:
    figures = found.get("metrics") or {}
    valid = number(figures, "full_valid_loss")
    return Checkpoint(
        int(found.get("step_number") or 0),
        str(found.get("fine_tuned_model_checkpoint") or ""),
        number(figures, "train_loss"),
        number(figures, "valid_loss") if valid is None else valid,
        number(figures, "train_mean_token_accuracy"),
    )


async def _results(api: Api, job: Job) -> list[Loss]:
    """The loss curve of the result files; nothing where they cannot be read."""
    points: list[Loss] = []
    for file in job.get("result_files") or []:
        try:
            answer = await api.download(f"/files/{segment(str(file))}/content", cap=MOST_RESULTS)
        except ApiError:
            continue
        points += curve(answer.content)
    return thinned(points)


def curve(content: bytes) -> list[Loss]:
    """The steps of a result file: CSV, which OpenAI wraps in base64; cells may be empty."""
    try:
        text = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        text = content
    points = []
    for row in csv.DictReader(io.StringIO(text.decode(errors="replace"))):
        figures = {name: _figure(value) for name, value in row.items() if name}
        if (step := figures.get("step")) is not None:
            points.append(Loss(int(step), number(figures, "train_loss"), number(figures, "valid_loss")))
    return points


def _figure(cell: Any) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def kept(card: Card, quiet: int = 0) -> dict[str, Any]:
    """What is kept of a look: the card as JSON, and how many looks in a row found nothing new."""
    points = [[each.step, each.train, each.valid] for each in card.losses]
    return {"card": asdict(replace(card, losses=())) | {"losses": points}, "quiet": quiet}


def opened(kept: Mapping[str, Any] | None) -> Card | None:
    """The card of what was kept of a look."""
    if not kept:
        return None
    card: dict[str, Any] = dict(kept["card"])
    for name in ("started", "estimated_finish", "finished"):
        card[name] = datetime.fromisoformat(card[name]) if card[name] else None
    card["hyperparameters"] = [(name, value) for name, value in card["hyperparameters"]]
    card["losses"] = [Loss(*each) for each in card["losses"]]
    return Card(**card)


def quiet(kept: Mapping[str, Any] | None) -> int:
    """How many looks in a row found nothing new."""
    return int((kept or {}).get("quiet", 0))


def troubled(card: Card, problem: str, *, followed: bool = True) -> Card:
    """The card while something is wrong with following it, or because nobody does any more."""
    return replace(card, problems=[problem], followed=followed)
