"""The fine-tuning API: create, list, retrieve, cancel, pause, resume jobs; their events and checkpoints."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import finetuning_machine as machine
from bot.playground.openai.call import Call, Handler, route
from bot.playground.openai.check import anything, integer, string
from bot.playground.openai.errors import not_found
from bot.playground.openai.files import page
from bot.playground.openai.finetuning_job import Job
from bot.playground.openai.finetuning_request import new_job, tunable
from bot.playground.openai.state import Api

LIMITS = {"max_active_jobs": 3, "max_jobs_per_day": 48}  # what a new account's limits page shows


async def create(call: Call) -> ASGIApp:
    """POST /fine_tuning/jobs."""
    job = new_job(call, await call.json())
    machine.begin(call.api, job)
    return call.answer(job.json(call.api.pace))


def find(call: Call) -> Job:
    """The job that the path names, as it is now."""
    job = call.api.jobs.get(call.path["job_id"])
    if job is None or job.project != call.key.project:
        raise not_found(
            f"Could not find fine tune: {call.path['job_id']}", "fine_tune_id", "fine_tune_not_found"
        )
    machine.catch_up(call.api, job)
    return job


async def list_jobs(call: Call) -> ASGIApp:
    """GET /fine_tuning/jobs: newest first, with `metadata[k]=v`, or with none where `metadata=null`."""
    query = call.query({"after": string(), "limit": integer(1, 100), "metadata": anything})
    api = call.api
    found = [job for job in api.jobs.values() if job.project == call.key.project][::-1]
    for name, value in call.request.query_params.multi_items():
        if name == "metadata" and value == "null":
            found = [job for job in found if not job.metadata]
        elif name.startswith("metadata["):
            found = [job for job in found if (job.metadata or {}).get(name[9:-1]) == value]
    for job in found:
        machine.catch_up(api, job)
    shown, more = page(found, query.get("after"), query.get("limit", 20))
    return call.answer({"object": "list", "data": [job.json(api.pace) for job in shown], "has_more": more})


async def retrieve(call: Call) -> ASGIApp:
    """GET /fine_tuning/jobs/{id}."""
    return call.answer(find(call).json(call.api.pace))


def asked(change: Callable[[Api, Job], None]) -> Handler:
    """A handler that changes the job and answers with it."""

    async def handler(call: Call) -> ASGIApp:
        job = find(call)
        change(call.api, job)
        return call.answer(job.json(call.api.pace))

    return handler


def listed(items: list[Any], call: Call, default: int) -> dict[str, Any]:
    """A page of objects, newest first; `after` goes on to older ones."""
    query = call.query({"after": string(), "limit": integer(1, 100)})
    shown, more = page(items[::-1], query.get("after"), query.get("limit", default))
    return {"object": "list", "data": [item.json() for item in shown], "has_more": more}


async def events(call: Call) -> ASGIApp:
    """GET /fine_tuning/jobs/{id}/events."""
    return call.answer(listed(find(call).events, call, 20))


async def checkpoints(call: Call) -> ASGIApp:
    """GET /fine_tuning/jobs/{id}/checkpoints."""
    found = listed(find(call).checkpoints, call, 10)
    data = found["data"]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return call.answer({**found, "first_id": first, "last_id": last})


async def model_limits(call: Call) -> ASGIApp:
    """GET /fine_tuning/model_limits: per model; OpenAI documents the path, but not the answer's members."""
    found = call.api.models.available(call.api.now(), "")
    data = [
        {"object": "fine_tuning.model_limit", "model": one.id, **LIMITS}
        for one in found
        if tunable(one) and one.snapshot == one.id
    ]
    return call.answer({"object": "list", "data": data})


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    read, write, job = "api.fine_tuning.jobs.read", "api.fine_tuning.jobs.write", "/fine_tuning/jobs/{job_id}"
    return [
        route(api, "POST", "/fine_tuning/jobs", create, write, paid=True),
        route(api, "GET", "/fine_tuning/jobs", list_jobs, read),
        route(api, "GET", "/fine_tuning/model_limits", model_limits, read),
        route(api, "GET", job, retrieve, read),
        route(api, "POST", f"{job}/cancel", asked(machine.cancel), write),
        route(api, "POST", f"{job}/pause", asked(machine.pause), write),
        route(api, "POST", f"{job}/resume", asked(machine.resume), write),
        route(api, "GET", f"{job}/events", events, read),
        route(api, "GET", f"{job}/checkpoints", checkpoints, read),
    ]
