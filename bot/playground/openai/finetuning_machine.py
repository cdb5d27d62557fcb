"""Moves fine-tuning jobs along: through their states as time passes, and as people ask.

A job's state follows from the clock whenever it is looked at; a task for each live job looks when it is due.
"""

from bot.playground.openai.errors import ApiError
from bot.playground.openai.finetuning_job import ENDED, Job
from bot.playground.openai.finetuning_training import end, log, succeed, train, validate
from bot.playground.openai.state import Api


def begin(api: Api, job: Job) -> None:
    """Take a new job in."""
    api.jobs[job.id] = job
    log(api, job, f"Created fine-tuning job: {job.id}")
    log(api, job, f"Validating training file: {job.training_file}")
    if job.validation_file:
        log(api, job, f"Validating validation file: {job.validation_file}")
    catch_up(api, job)
    follow(api, job)


def catch_up(api: Api, job: Job) -> None:
    """Let everything happen that is due by now."""
    while (moment := job.due(api.pace)) is not None and moment <= api.now():
        job.since = moment
        _happen(api, job)


def follow(api: Api, job: Job) -> None:
    """Have a task look after the job until nothing more will happen by itself."""
    if job.follower is not None:
        job.follower.cancel()
    job.follower = api.spawn(_follow(api, job))


async def _follow(api: Api, job: Job) -> None:
    while (moment := job.due(api.pace)) is not None:
        await api.clock.wait_until(moment)
        catch_up(api, job)


def cancel(api: Api, job: Job) -> None:
    """End a job that has not ended."""
    if job.status in ENDED:
        raise ApiError(400, f"Job has already completed: {job.id}")
    _turn(api, job, "cancelled")
    job.finished_at = int(job.since)
    log(api, job, "Fine-tuning process stopping due to job cancellation", "warn")
    end(api, job)


def pause(api: Api, job: Job) -> None:
    """Ask a running job to pause, which it does after a moment."""
    if job.status != "running":
        raise ApiError(400, f"Cannot pause job {job.id} with status {job.status}")
    _turn(api, job, "pausing")
    log(api, job, "Fine-tuning job pausing")
    catch_up(api, job)


def resume(api: Api, job: Job) -> None:
    """Queue a paused job again; it goes on with the step it was at."""
    if job.status != "paused":
        raise ApiError(400, f"Cannot resume job {job.id} with status {job.status}")
    _turn(api, job, "queued")
    log(api, job, "Fine-tuning job resumed")
    catch_up(api, job)
    follow(api, job)


def _turn(api: Api, job: Job, status: str) -> None:
    job.status, job.since = status, api.now()


def _happen(api: Api, job: Job) -> None:
    if job.status == "validating_files":
        validate(api, job)
    elif job.status == "queued":
        job.status = "running"
        if not job.step:
            log(api, job, "Fine-tuning job started")
    elif job.status == "pausing":
        job.status = "paused"
        log(api, job, f"Fine-tuning job paused at step {job.step}")
    elif job.step < job.total_steps:
        train(api, job)
    else:
        succeed(api, job)
