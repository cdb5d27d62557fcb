"""Control of fine-tuning for tests and the playground's page: pace, forced failures, added events."""

from dataclasses import asdict, fields
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground.openai import finetuning_machine as machine
from bot.playground.openai.errors import not_found
from bot.playground.openai.finetuning_job import ENDED, Job, Pace
from bot.playground.openai.finetuning_training import fail, log
from bot.playground.openai.state import Api

PACES = {member.name for member in fields(Pace)}


def control_routes(api: Api) -> list[Route]:
    """The routes under /control/fine_tuning."""

    async def pace(request: Request) -> Response:
        """GET the pace; POST some members of Pace to change it."""
        for name, value in (await _json(request)).items():
            if name not in PACES:
                return JSONResponse({"error": f"no such pace: {name}; there are {sorted(PACES)}"}, 400)
            setattr(api.pace, name, value)
        for job in api.jobs.values():
            machine.catch_up(api, job)
            if job.status not in ENDED:
                machine.follow(api, job)
        return JSONResponse(asdict(api.pace))

    async def force_failure(request: Request) -> Response:
        """POST {code?, message?, param?}: the job fails now."""
        job, asked = _job(api, request), await _json(request)
        if job is None or job.status in ENDED:
            return JSONResponse({"error": "no such job, or it has ended"}, 404)
        job.since = api.now()
        text = asked.get("message", "The job failed due to an internal error.")
        fail(api, job, asked.get("code", "server_error"), text, asked.get("param"))
        return JSONResponse(job.json(api.pace))

    async def add_events(request: Request) -> Response:
        """POST {count?, message?, level?}: so many events more, of the same second."""
        job, asked = _job(api, request), await _json(request)
        if job is None:
            return not_found("no such job").response()
        since, job.since = job.since, api.now()
        for number in range(asked.get("count", 1)):
            message = asked.get("message", "Added event {n}").replace("{n}", str(number + 1))
            log(api, job, message, asked.get("level", "info"))
        job.since = since
        return JSONResponse({"events": len(job.events)})

    base = "/control/fine_tuning"
    return [
        Route(f"{base}/pace", pace, methods=["GET", "POST"]),
        Route(f"{base}/jobs/{{job_id}}/fail", force_failure, methods=["POST"]),
        Route(f"{base}/jobs/{{job_id}}/events", add_events, methods=["POST"]),
    ]


def _job(api: Api, request: Request) -> Job | None:
    job = api.jobs.get(request.path_params["job_id"])
    if job is not None:
        machine.catch_up(api, job)
    return job


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    found: dict[str, Any] = orjson.loads(body) if body else {}
    return found
