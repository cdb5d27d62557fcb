"""What a fine-tuning job is refused for, or fails of."""

import json
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError, PermissionDeniedError

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


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (
            lines(7),
            "invalid_n_examples",
            "Training file has 7 example(s), but must have at least 10 examples",
        ),
        (b"hello\n" * 10, "invalid_training_file", "Line 1 is not a dictionary"),
        (lines(9) + b'{"prompt": "x"}\n', "invalid_training_file", 'Line 10: missing key "messages"'),
        (
            lines(9) + json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode(),
            "invalid_training_file",
            "the last message must be from the assistant",
        ),
        (
            lines(10, {"messages": [{"role": "bot", "content": "x"}]}),
            "invalid_training_file",
            "unknown role 'bot'",
        ),
        (b"\xff\xfe" * 40, "invalid_training_file", "not encoded in UTF-8"),
        (lines(10, PREFERENCE), "invalid_training_file", 'missing key "messages"'),
    ],
)
async def test_a_bad_training_file_fails_the_job(
    sdk: AsyncOpenAI, api_server: Any, schema: Any, content: bytes, code: str, text: str
) -> None:
    file = await sdk.files.create(file=("bad.jsonl", content), purpose="fine-tune")
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=file.id)
    assert job.status == "validating_files"
    api_server.api.clock.advance(10)
    failed = await sdk.fine_tuning.jobs.retrieve(job.id)
    assert failed.status == "failed"
    assert failed.error
    assert (failed.error.code, failed.error.param) == (code, "training_file")
    assert text in failed.error.message
    assert failed.fine_tuned_model is None
    newest = (await sdk.fine_tuning.jobs.list_events(job.id)).data[0]
    assert (newest.level, newest.message) == ("error", failed.error.message)
    _, body, _ = await api_server.ask("GET", f"/fine_tuning/jobs/{job.id}")
    schema.response("GET", "/fine_tuning/jobs/{fine_tuning_job_id}", body)


async def test_a_file_deleted_before_validation_fails_the_job(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    await sdk.files.delete(training)
    api_server.api.clock.advance(10)
    error = (await sdk.fine_tuning.jobs.retrieve(job.id)).error
    assert error
    assert "No such File object" in error.message


async def test_reinforcement_has_no_model_left_but_in_compatibility_mode(
    sdk: AsyncOpenAI, api_server: Any
) -> None:
    content = lines(10, {"messages": [{"role": "user", "content": "2+2?"}], "answer": "4"})
    file = await sdk.files.create(file=("r.jsonl", content), purpose="fine-tune")
    asked: Any = {
        "type": "reinforcement",
        "reinforcement": {
            "grader": {
                "type": "string_check",
                "name": "same",
                "operation": "eq",
                "input": "{{sample.output_text}}",
                "reference": "{{item.answer}}",
            },
            "hyperparameters": {"reasoning_effort": "low", "eval_interval": 3},
        },
    }
    with pytest.raises(BadRequestError, match="'reinforcement' is not supported"):
        await sdk.fine_tuning.jobs.create(model=BASE, training_file=file.id, method=asked)
    api_server.api.compat = True
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=file.id, method=asked)
    api_server.api.clock.advance(1000)
    done = await sdk.fine_tuning.jobs.retrieve(job.id)
    assert done.status == "succeeded"
    assert done.method
    assert done.method.reinforcement
    assert done.method.reinforcement.grader.type == "string_check"


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"model": "gpt-6-luna"}, "model_not_available", "model"),
        ({"model": "gpt-4o-2024-11-20"}, "model_not_available", "model"),
        ({"model": "o4-mini-2025-04-16"}, "model_not_available", "model"),
        ({"training_file": "file-nope"}, None, "training_file"),
        ({"validation_file": "file-nope"}, None, "validation_file"),
        ({"suffix": "x" * 65}, "string_above_max_length", "suffix"),
        ({"seed": -1}, "integer_below_min_value", "seed"),
        ({"metadata": {"k": 1}}, "invalid_type", "metadata.k"),
        ({"metadata": {str(n): "" for n in range(17)}}, "object_above_max_properties", "metadata"),
        ({"hyperparameters": {"n_epochs": 51}}, "integer_above_max_value", "hyperparameters.n_epochs"),
        ({"hyperparameters": {"batch_size": 0}}, "integer_below_min_value", "hyperparameters.batch_size"),
        (
            {"hyperparameters": {"learning_rate_multiplier": 0}},
            "decimal_below_min_value",
            "hyperparameters.learning_rate_multiplier",
        ),
        (
            {"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 2.1}}}},
            "decimal_above_max_value",
            "method.dpo.hyperparameters.beta",
        ),
        ({"method": {"type": "magic"}}, "invalid_value", "method.type"),
        ({"method": {"type": "reinforcement"}}, "invalid_value", "method.reinforcement"),
        ({"integrations": [{"type": "wandb"}]}, "missing_required_parameter", "integrations[0].wandb"),
        ({"stream": True}, "unknown_parameter", "stream"),
    ],
)
async def test_a_wrong_job_is_refused(
    api_server: Any, schema: Any, training: str, more: dict[str, Any], code: str | None, param: str
) -> None:
    body = {"model": BASE, "training_file": training, **more}
    status, answer, _ = await api_server.ask("POST", "/fine_tuning/jobs", json=body)
    schema.error(answer)
    assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, code, param)


async def test_a_file_of_another_purpose_is_refused(sdk: AsyncOpenAI) -> None:
    file = await sdk.files.create(file=("a.jsonl", lines()), purpose="batch")
    with pytest.raises(BadRequestError, match="must have 'fine-tune'"):
        await sdk.fine_tuning.jobs.create(model=BASE, training_file=file.id)


async def test_winding_down_refuses_new_jobs_and_leaves_the_old_ones(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    job = await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    await api_server.control("POST", "/fine_tuning/pace", {"winding_down": True})
    with pytest.raises(PermissionDeniedError, match="wound down"):
        await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    assert (await sdk.fine_tuning.jobs.retrieve(job.id)).id == job.id


async def test_nobody_creates_jobs_from_the_announced_day_on(
    sdk: AsyncOpenAI, api_server: Any, training: str
) -> None:
    api_server.api.clock.advance(1_799_193_600 - api_server.api.now() + 1)  # 2027-01-06
    with pytest.raises(APIStatusError) as caught:
        await sdk.fine_tuning.jobs.create(model=BASE, training_file=training)
    assert caught.value.status_code == 403


async def test_an_unknown_job_is_a_404(sdk: AsyncOpenAI, api_server: Any) -> None:
    with pytest.raises(NotFoundError, match="Could not find fine tune: ftjob-nope"):
        await sdk.fine_tuning.jobs.retrieve("ftjob-nope")
    status, _, _ = await api_server.ask("GET", "/fine_tuning/jobs/ftjob-nope/events")
    assert status == 404
