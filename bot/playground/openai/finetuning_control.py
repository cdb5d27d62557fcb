"""Control of fine-tuning for tests and the playground's page: pace, forced failures, added events."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.playground.openai import finetuning_machine as machine
from bot.playground.openai.check import Rule, boolean, fields, integer, number, one_of, string
from bot.playground.openai.errors import ApiError, not_found
from bot.playground.openai.finetuning_job import ENDED, Job
from bot.playground.openai.finetuning_training import fail, log
from bot.playground.openai.state import Api

SECONDS = ("validating", "queued", "step", "finishing", "pausing")
PACE: dict[str, Rule] = {**dict.fromkeys(SECONDS, number(0)), "steps": integer(1), "winding_down": boolean}
FAILURE = {"code": string(1), "message": string(1), "param": string(1)}
EVENTS = {"count": integer(1, 10_000), "message": string(1), "level": one_of("info", "warn", "error")}


Work = Callable[[dict[str, Any], Request], object]


def control_routes(api: Api) -> list[Route]:
    """The routes under /control/fine_tuning.

    GET, POST pace                some members of Pace to change
    POST jobs/{id}/fail           {code?, message?, param?}: the job fails now
    POST jobs/{id}/events         {count?, message?, level?}: so many events more, of the same second
    """

    def pace(body: dict[str, Any], _request: Request) -> object:
        fields(body, PACE)
        for name, value in body.items():
            setattr(api.pace, name, value)
        for job in api.jobs.values():
            machine.catch_up(api, job)
            if job.status not in ENDED:
                machine.follow(api, job)
        return asdict(api.pace)

    def force_failure(body: dict[str, Any], request: Request) -> object:
        fields(body, FAILURE)
        job = _job(api, request)
        if job.status in ENDED:
            raise ApiError(400, f"Job has already completed: {job.id}")
        job.since = api.now()
        text = body.get("message", "The job failed due to an internal error.")
        fail(api, job, body.get("code", "server_error"), text, body.get("param"))
        return job.json(api.pace)

    def add_events(body: dict[str, Any], request: Request) -> object:
        fields(body, EVENTS)
        job = _job(api, request)
        since, job.since = job.since, api.now()
        for number_of_it in range(1, body.get("count", 1) + 1):
            message = body.get("message", "Added event {n}").replace("{n}", str(number_of_it))
            log(api, job, message, body.get("level", "info"))
        job.since = since
        return {"events": len(job.events)}

    return [
        _route("pace", pace, ["GET", "POST"]),
        _route("jobs/{job_id}/fail", force_failure, ["POST"]),
        _route("jobs/{job_id}/events", add_events, ["POST"]),
    ]


def _route(path: str, work: Work, methods: list[str]) -> Route:
    async def endpoint(request: Request) -> JSONResponse:
        body = await request.body()
        try:
            return JSONResponse(work(orjson.loads(body) if body else {}, request))
        except ApiError as error:
            return error.response()

    return Route(f"/control/fine_tuning/{path}", endpoint, methods=methods)


def _job(api: Api, request: Request) -> Job:
    job = api.jobs.get(request.path_params["job_id"])
    if job is None:
        raise not_found(f"Could not find fine tune: {request.path_params['job_id']}")
    machine.catch_up(api, job)
    return job
