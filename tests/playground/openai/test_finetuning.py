"""Fine-tuning jobs from creation to the model's name, driven by the clock, as the official client sees it."""

import base64
import csv
import io
import json
from typing import Any

import pytest
from openai import AsyncOpenAI

BASE = "gpt-4o-mini-2024-07-18"
EXAMPLE = {
    "messages": [{"role": "user", "content": "What is up?"}, {"role": "assistant", "content": "The sky."}]
}
PREFERENCE = {
    "input": {"messages": [{"role": "user", "content": "Hello?"}], "tools": [], "parallel_tool_calls": True},
    "preferred_output": [{"role": "assistant", "content": "Hello!"}],
    "non_preferred_output": [{"role": "assistant", "content": "No."}],
}


def lines(count: int = 10, example: Any = EXAMPLE) -> bytes:
    return b"".join(json.dumps(example).encode() + b"\n" for _ in range(count))


@pytest.fixture(name="training")
async def uploaded(sdk: AsyncOpenAI) -> str:
    """A training file of ten examples."""
    return (await sdk.files.create(file=("train.jsonl", lines()), purpose="fine-tune")).id


async def test_a_job_walks_from_validation_to_a_model(
    sdk: AsyncOpenAI, api_server: Any, schema: Any, training: str
) -> None:
    api = api_server.api
    api.pace.steps = 9
    job = await sdk.fine_tuning.jobs.create(
        model="gpt-4o-mini",
        training_file=training,
        validation_file=training,
        suffix="My Suffix",
        seed=42,
        metadata={"team": "a"},
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
    )
    assert (job.status, job.model, job.seed, job.error) == ("validating_files", BASE, 42, None)
    assert job.hyperparameters.batch_size == "auto"
    api.clock.advance(api.pace.validating)
    assert (await sdk.fine_tuning.jobs.retrieve(job.id)).status == "queued"
    api.clock.advance(api.pace.queued)
    running = await sdk.fine_tuning.jobs.retrieve(job.id)
    assert running.status == "running"
    assert (running.hyperparameters.n_epochs, running.hyperparameters.batch_size) == (3, 1)
    assert running.estimated_finish
    assert running.estimated_finish >= api.stamp() + 4
    api.clock.advance(9 * api.pace.step + api.pace.finishing)
    _, body, _ = await api_server.ask("GET", f"/fine_tuning/jobs/{job.id}")
    schema.response("GET", "/fine_tuning/jobs/{fine_tuning_job_id}", body)
    done = await sdk.fine_tuning.jobs.retrieve(job.id)
    assert done.status == "succeeded"
    assert done.finished_at
    assert done.finished_at >= job.created_at + 11
    assert done.estimated_finish is None
    assert done.trained_tokens == api.jobs[job.id].tokens * 3 > 0
    name = done.fine_tuned_model
    assert name
    assert name.startswith(f"ft:{BASE}:playgroundacme:my-suffix:")
    assert (await sdk.models.retrieve(name)).owned_by == job.organization_id
    assert name in [model.id async for model in sdk.models.list()]
    said = await sdk.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hello"}])
    assert said.choices[0].message.content
    assert said.model == name
    assert (await sdk.models.delete(name)).deleted


async def test_the_result_file_is_base64_of_a_table_with_falling_loss(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    api_server.api.pace.steps = 20
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    api_server.api.clock.advance(1000)
    [file_id] = (await sdk.fine_tuning.jobs.retrieve(job.id)).result_files
    assert (await sdk.files.retrieve(file_id)).purpose == "fine-tune-results"
    text = base64.b64decode((await sdk.files.content(file_id)).content, validate=True).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == [
        "step",
        "train_loss",
        "train_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
    ]
    assert [row["step"] for row in rows] == [str(n) for n in range(1, 21)]
    assert float(rows[0]["train_loss"]) > 2 * float(rows[-1]["train_loss"])
    assert rows[0]["valid_loss"] == ""  # without a validation file there is no figure


async def test_events_are_newest_first_and_pages_go_on_to_older_ones(
    sdk: AsyncOpenAI, api_server: Any, schema: Any, training: str
) -> None:
    api_server.api.pace.steps = 30
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    api_server.api.clock.advance(1000)
    found = [event async for event in sdk.fine_tuning.jobs.list_events(job.id, limit=7)]
    assert len({event.id for event in found}) == len(found) > 30
    assert found[0].message == "The job has successfully completed"
    assert found[-1].message == f"Created fine-tuning job: {job.id}"
    stamps = [event.created_at for event in found]
    assert stamps == sorted(stamps, reverse=True)
    assert len(set(stamps)) < len(stamps)  # two steps a second: the ids alone tell them apart
    metrics = [event for event in found if event.type == "metrics"]
    assert [event.data["step"] for event in metrics] == list(range(30, 0, -1))  # type: ignore[index]  # object
    assert metrics[-1].message.startswith("Step 1/30: training loss=")
    _, body, _ = await api_server.ask("GET", f"/fine_tuning/jobs/{job.id}/events")
    schema.response("GET", "/fine_tuning/jobs/{fine_tuning_job_id}/events", body)
    assert (len(body["data"]), body["has_more"]) == (20, True)


async def test_the_last_three_epochs_leave_checkpoints(
    sdk: AsyncOpenAI, api_server: Any, schema: Any, training: str
) -> None:
    job = await sdk.fine_tuning.jobs.create(
        model=BASE,
        training_file=training,
        validation_file=training,
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 4, "batch_size": 5}}},
    )
    api_server.api.clock.advance(1000)
    found = [one async for one in sdk.fine_tuning.jobs.checkpoints.list(job.id, limit=2)]
    assert [one.step_number for one in found] == [8, 6, 4]
    assert found[0].fine_tuned_model_checkpoint.endswith(":ckpt-step-8")
    assert found[0].metrics.full_valid_loss
    assert (await sdk.models.retrieve(found[0].fine_tuned_model_checkpoint)).id
    _, body, _ = await api_server.ask("GET", f"/fine_tuning/jobs/{job.id}/checkpoints")
    schema.response("GET", "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints", body)
    assert (body["first_id"], body["last_id"]) == (found[0].id, found[2].id)


async def test_jobs_are_listed_in_pages_and_by_metadata(
    sdk: AsyncOpenAI, api_server: Any, schema: Any, training: str
) -> None:
    jobs = sdk.fine_tuning.jobs
    marks: tuple[Any, ...] = ({"team": "01"}, {"team": "b"}, None)
    made = [(await jobs.create(model=BASE, training_file=training, metadata=mark)).id for mark in marks]
    assert [job.id async for job in sdk.fine_tuning.jobs.list(limit=1)] == made[::-1]
    assert [job.id async for job in sdk.fine_tuning.jobs.list(metadata={"team": "01"})] == made[:1]
    _, body, _ = await api_server.ask("GET", "/fine_tuning/jobs", params={"metadata": "null"})
    assert [job["id"] for job in body["data"]] == made[2:]
    schema.response("GET", "/fine_tuning/jobs", body)


async def test_a_running_job_can_be_paused_resumed_and_cancelled(api_server: Any, training: str) -> None:
    api = api_server.api

    async def now(change: str = "", method: str = "GET") -> str:
        _, body, _ = await api_server.ask(method, f"/fine_tuning/jobs/{job}{change}")
        return body["status"] if "status" in body else body["error"]["message"]

    body = {"model": BASE, "training_file": training}
    job = (await api_server.ask("POST", "/fine_tuning/jobs", json=body))[1]["id"]
    assert "Cannot pause" in await now("/pause", "POST")
    api.clock.advance(api.pace.validating + api.pace.queued + 3.2 * api.pace.step)
    assert await now() == "running"
    assert "Cannot resume" in await now("/resume", "POST")
    assert await now("/pause", "POST") == "pausing"
    api.clock.advance(api.pace.pausing)
    assert await now() == "paused"
    step = api.jobs[job].step
    assert step == 3
    api.clock.advance(1000)
    assert await now() == "paused"
    assert await now("/resume", "POST") == "queued"
    api.clock.advance(api.pace.queued + api.pace.step)
    assert await now() == "running"
    assert api.jobs[job].step == step + 1
    assert await now("/cancel", "POST") == "cancelled"
    assert "Job has already completed" in await now("/cancel", "POST")
    api.clock.advance(1000)
    assert await now() == "cancelled"
    assert api.jobs[job].events[-1].level == "warn"


async def test_preferences_train_with_dpo(sdk: AsyncOpenAI, api_server: Any) -> None:
    file = await sdk.files.create(file=("p.jsonl", lines(10, PREFERENCE)), purpose="fine-tune")
    job = await sdk.fine_tuning.jobs.create(
        model="gpt-4.1-2025-04-14",
        training_file=file.id,
        method={"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}},
    )
    api_server.api.clock.advance(1000)
    done = await sdk.fine_tuning.jobs.retrieve(job.id)
    assert done.status == "succeeded"
    assert done.method
    assert done.method.dpo
    assert done.method.dpo.hyperparameters
    assert (done.method.dpo.hyperparameters.beta, done.method.dpo.hyperparameters.n_epochs) == (0.2, 10)


async def test_a_fine_tuned_model_can_be_tuned_again(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    first = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    api_server.api.clock.advance(1000)
    name = (await sdk.fine_tuning.jobs.retrieve(first.id)).fine_tuned_model
    assert name
    second = await sdk.fine_tuning.jobs.create(model=name, training_file=training, suffix="v2")
    api_server.api.clock.advance(1000)
    again = (await sdk.fine_tuning.jobs.retrieve(second.id)).fine_tuned_model
    assert again
    assert again.startswith(f"ft:{BASE}:playgroundacme:v2:")


async def test_the_model_limits_name_the_models_that_can_be_tuned(api_server: Any) -> None:
    _, body, _ = await api_server.ask("GET", "/fine_tuning/model_limits")
    assert {one["model"] for one in body["data"]} == {
        "gpt-4.1-2025-04-14",
        "gpt-4.1-mini-2025-04-14",
        "gpt-4o-2024-08-06",
        BASE,
    }


async def test_control_fails_a_job_adds_events_and_sets_the_pace(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    await api_server.control(
        "POST", f"/fine_tuning/jobs/{job.id}/events", {"count": 150, "message": "Line {n}"}
    )
    found = [event.message async for event in sdk.fine_tuning.jobs.list_events(job.id, limit=100)]
    assert found[0] == "Line 150"
    assert len(found) == 152
    path = f"/fine_tuning/jobs/{job.id}/fail"
    failed = await api_server.control("POST", path, {"code": "exceeded_quota", "message": "No quota."})
    assert failed["error"] == {"code": "exceeded_quota", "message": "No quota.", "param": None}
    instant = {"validating": 0, "queued": 0, "step": 0, "finishing": 0}
    assert (await api_server.control("POST", "/fine_tuning/pace", instant))["step"] == 0
    assert (await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)).status == "succeeded"
    wrong = await api_server.control("POST", "/fine_tuning/pace", {"x": 1})
    assert wrong["error"]["code"] == "unknown_parameter"
