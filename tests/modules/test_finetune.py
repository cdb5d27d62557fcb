"""Fine-tuning jobs: made once from checked files, shown and steered through every state, and their models."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.checking import check
from bot.errors import (
    AccessDenied,
    ApiBroken,
    ApiDown,
    Forbidden,
    Invalid,
    KeyRefused,
    MissingAtApi,
    ModelGone,
    QuotaExhausted,
    RequestRefused,
)
from bot.jobs import CALENDAR, INTENT, OWNER, card, moment, progress
from bot.module import Context, File, Result, Role
from bot.modules.finetune import EXAMPLES, FINETUNE, SPLIT
from bot.tuning import intent
from tests.modules.world import PERSON, World, facts, said, tables

JOBS, FILES = "/v1/fine_tuning/jobs", "/v1/files"
BASE = "gpt-4.1-mini-2025-04-14"
ENDS = f"{CALENDAR}, and on 2027-01-14 {BASE} ends with all that is made of it."
ASKED: dict[str, Any] = {"model": BASE, "training_data": [EXAMPLES]}


def examples(count: int, name: str = "many.jsonl", **more: Any) -> File:
    def one(number: int) -> Any:
        user, answer = {"role": "user", "content": f"Hi {number}"}, {"role": "assistant", "content": "Ahoy"}
        return (
            {"messages": [user, answer]}
            if not more
            else {name: make(user, answer) for name, make in more.items()}
        )

    return File(
        name, b"".join(json.dumps(one(n)).encode() + b"\n" for n in range(count)), "application/jsonl"
    )


OTHERS = examples(5, "others.jsonl")
PAIRS = examples(
    10,
    input=lambda user, _: {"messages": [user]},
    preferred_output=lambda _, answer: [answer],
    non_preferred_output=lambda _, answer: [answer],
)
TASKS = examples(10, messages=lambda user, _: [user], reference=lambda _, __: "Ahoy")


async def as_admin(world: World, operation: str, **raw: Any) -> Result:
    found = FINETUNE.operation(operation)
    assert found is not None
    context = Context(None, world.api, "another person", admin=True)  # type: ignore[arg-type] # no connections
    return await found.call(context, check(found, raw))


async def created(world: World, **more: Any) -> str:
    result = await world.run(FINETUNE, **{**ASKED, **more})
    return facts(result)["Job"]


async def pace(world: World, **seconds: Any) -> None:
    await world.control("fine_tuning/pace", **seconds)


async def advance(world: World, seconds: float) -> None:
    world.stand_in.clock.advance(seconds)


def posted(world: World) -> list[Any]:
    return [each["body"] for each in world.asked(JOBS) if each["method"] == "POST"]


def uploads(world: World) -> list[Mapping[str, Any]]:
    return [dict(each["body"]) for each in world.asked(FILES) if each["method"] == "POST"]


@pytest.fixture(autouse=True)
async def control_by_post(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs stand still unless a test lets time pass."""
    await pace(world, validating=10, queued=10, step=1, finishing=10, pausing=10, steps=20)


async def test_a_job_is_made_of_a_file_that_is_checked_and_uploaded(world: World) -> None:
    result = await world.run(FINETUNE, **ASKED, suffix="ahoy", seed=7, metadata={"team": "support"})
    (upload,) = uploads(world)
    assert upload["purpose"] == "fine-tune"
    assert upload["file"] == {
        "filename": "greetings.jsonl",
        "content_type": "application/jsonl",
        "bytes": len(EXAMPLES.content),
    }
    (body,) = posted(world)
    known = facts(result)
    marks = {INTENT: body["metadata"][INTENT], OWNER: PERSON}
    assert body == {
        "model": BASE,
        "suffix": "ahoy",
        "seed": 7,
        "training_file": known["Training file"],
        "metadata": {"team": "support", **marks},
    }
    assert known["Job"].startswith("ftjob-")
    assert (known["Status"], known["Base model"], known["Suffix"]) == ("validating files", BASE, "ahoy")
    assert (known["Seed"], known["Metadata"], known["Method"]) == ("7", "team: support", "supervised")
    assert known["greetings.jsonl"].startswith("10 examples, about ")
    assert known["Created"].endswith(" UTC")
    assert result.notes == [ENDS, SPLIT]
    assert (result.model, bool(result.request_id)) == (BASE, True)


async def test_a_job_is_made_of_files_that_openai_has(world: World) -> None:
    await created(world)
    (first,) = posted(world)
    file_id = first["training_file"]
    result = await world.run(FINETUNE, model=BASE, training_file=file_id, validation_file=file_id)
    assert posted(world)[1]["training_file"] == posted(world)[1]["validation_file"] == file_id
    assert len(uploads(world)) == 1
    assert result.notes == [ENDS]
    assert facts(result)["Validation file"] == file_id


async def test_a_validation_file_is_checked_and_uploaded_too(world: World) -> None:
    result = await world.run(FINETUNE, **ASKED, validation_data=[OTHERS])
    assert [each["file"]["filename"] for each in uploads(world)] == ["greetings.jsonl", "others.jsonl"]
    assert facts(result)["others.jsonl"].startswith("5 examples")
    assert result.notes == [ENDS]


async def test_a_share_of_the_training_file_is_kept_for_validation(world: World) -> None:
    result = await world.run(FINETUNE, model=BASE, training_data=[examples(40)], split=25)
    names = [each["file"]["filename"] for each in uploads(world)]
    assert names == ["training-many.jsonl", "validation-many.jsonl"]
    known = facts(result)
    assert known["training-many.jsonl"].startswith("30 examples")
    assert known["validation-many.jsonl"].startswith("10 examples")
    assert posted(world)[0]["validation_file"] == known["Validation file"]
    assert result.notes == [ENDS]


HYPER = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5}
GRADER = {"type": "string_check", "name": "same", "input": "a", "reference": "b", "operation": "eq"}


async def test_hyperparameters_arrive_in_their_method(world: World) -> None:
    result = await world.run(FINETUNE, **ASKED, **HYPER)
    assert posted(world)[0]["method"] == {"type": "supervised", "supervised": {"hyperparameters": HYPER}}
    assert "n_epochs 2" in facts(result)["Hyperparameters"]
    await world.run(FINETUNE, model=BASE, training_data=[PAIRS], method="dpo", beta=0.2)
    assert posted(world)[1]["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}
    await world.run(FINETUNE, model=BASE, training_data=[PAIRS], method="dpo")
    assert posted(world)[2]["method"] == {"type": "dpo"}


async def test_reinforcement_takes_a_grader(world: World) -> None:
    await world.control("compat", on=True)
    settings: dict[str, Any] = {
        "compute_multiplier": 1.5,
        "eval_interval": 2,
        "eval_samples": 3,
        "reasoning_effort": "low",
    }
    asked = {"model": BASE, "training_data": [TASKS], "method": "reinforcement", "grader": GRADER}
    result = await world.run(FINETUNE, **asked, **settings)
    method = {"type": "reinforcement", "reinforcement": {"hyperparameters": settings, "grader": GRADER}}
    assert posted(world)[0]["method"] == method
    assert facts(result)["Method"] == "reinforcement"


async def test_the_requests_are_those_of_the_official_client(world: World, sdk: AsyncOpenAI) -> None:
    job = await created(world, **HYPER, suffix="ahoy", metadata={"a": "b"})
    for operation in ("info", "status", "checkpoints"):
        await world.run(FINETUNE, operation, job=job)
    await world.run(FINETUNE, "list", limit=5)
    await advance(world, 21)
    for operation in ("pause", "cancel"):
        await world.run(FINETUNE, operation, job=job)
    ours = [(each["method"], each["path"], each["query"], _plain(each["body"])) for each in world.asked()]
    world.stand_in.requests.clear()
    body = dict(next(body for method, path, _, body in ours if (method, path) == ("POST", JOBS)))
    await sdk.models.retrieve(BASE)
    await sdk.files.create(file=(EXAMPLES.name, EXAMPLES.content, "application/jsonl"), purpose="fine-tune")
    await sdk.fine_tuning.jobs.list(limit=100, metadata={INTENT: body["metadata"][INTENT]})
    await sdk.fine_tuning.jobs.create(**body)
    await sdk.fine_tuning.jobs.retrieve(job)
    await sdk.fine_tuning.jobs.list_events(job, limit=50)
    await sdk.fine_tuning.jobs.checkpoints.list(job, limit=100)
    await sdk.fine_tuning.jobs.list(limit=5)
    for call in (sdk.fine_tuning.jobs.pause, sdk.fine_tuning.jobs.cancel):
        with pytest.raises(Exception, match=r"job|status"):  # it paused and ended before
            await call(job)
    theirs = [(each["method"], each["path"], each["query"], _plain(each["body"])) for each in world.asked()]
    assert {json.dumps(each, sort_keys=True) for each in ours} == {
        json.dumps(each, sort_keys=True) for each in theirs
    }


def _plain(body: Any) -> Any:
    return sorted(body, key=str) if isinstance(body, list) else body


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"model": None}, "model", "missing"),
        ({"training_data": None}, "training_data", "attach a .jsonl file"),
        ({"training_file": "file-1"}, "training_data", "not both"),
        ({"validation_data": [OTHERS], "validation_file": "file-1"}, "validation_data", "not both"),
        ({"training_data": [File("a.txt", b"{}")]}, "training_data", "wrong type"),
        ({"training_data": [File("a.jsonl", b"{}\n" * 12)]}, "training_data", "Line 1: .*missing"),
        ({"training_data": [OTHERS]}, "training_data", "5 examples; at least 10"),
        (
            {"validation_data": [File("v.jsonl", b"[]")]},
            "validation_data",
            "Validation file: nothing was uploaded",
        ),
        ({"validation_data": [File("v.jsonl", b"\n")]}, "validation_data", "0 examples; at least 1"),
        ({"method": "dpo"}, "training_data", '"input" is missing'),
        ({"split": 10}, "split", "9 examples; at least 10"),
        ({"split": 10, "validation_data": [OTHERS]}, "split", "attach that one alone"),
        ({"split": 10, "validation_file": "file-1"}, "split", "attach that one alone"),
        ({"split": 10, "training_data": None, "training_file": "file-1"}, "split", "attach that one alone"),
        ({"split": 51}, "split", "between 1 and 50"),
        ({"suffix": "x" * 65}, "suffix", "at most 64"),
        ({"seed": -1}, "seed", "between"),
        ({"seed": 2**31}, "seed", "between"),
        ({"n_epochs": 51}, "n_epochs", "between 1 and 50"),
        ({"batch_size": 257}, "batch_size", "between 1 and 256"),
        ({"learning_rate_multiplier": 0}, "learning_rate_multiplier", "more than 0"),
        ({"beta": 0.1}, "beta", "for the method dpo, not for supervised"),
        ({"method": "dpo", "training_data": [PAIRS], "beta": 0}, "beta", "more than 0"),
        ({"beta": 2.1}, "beta", "between 0 and 2"),
        ({"eval_samples": 1}, "eval_samples", "for the method reinforcement"),
        (
            {"method": "reinforcement", "grader": GRADER, "compute_multiplier": 1e-5},
            "compute_multiplier",
            "1e-05",
        ),
        ({"method": "reinforcement"}, "grader", "is needed"),
        ({"grader": GRADER}, "grader", "for reinforcement only"),
        ({"method": "reinforcement", "grader": {"name": "x"}}, "grader", 'needs a "type"'),
        ({"method": "lora"}, "method", "none of"),
        ({"metadata": {"a": 1}}, "metadata", "a value is text"),
        ({"metadata": {"a": "x" * 513}}, "metadata", "at most 512"),
        ({"metadata": {"x" * 65: "a"}}, "metadata", "at most 64"),
        ({"metadata": {INTENT: "mine"}}, "metadata", INTENT),
        ({"metadata": {str(n): "x" for n in range(15)}}, "metadata", "at most 14 pairs"),
        ({"metadata": "no"}, "metadata", "JSON"),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_asked(
    world: World, wrong: dict[str, Any], field: str, told: str
) -> None:
    world.stand_in.requests.clear()
    with pytest.raises(Invalid, match=told) as refused:
        await world.run(FINETUNE, **{**ASKED, **wrong})
    assert (refused.value.field, world.asked()) == (field, [])


async def test_nothing_is_uploaded_for_a_model_that_is_not_there(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(FINETUNE, **{**ASKED, "model": "gpt-4o-2023-01-01"})
    assert uploads(world) == []


async def test_what_was_uploaded_for_a_job_that_is_refused_is_deleted_again(world: World) -> None:
    with pytest.raises(RequestRefused, match="not available for fine-tuning"):
        await world.run(FINETUNE, **{**ASKED, "model": "gpt-6-luna"}, validation_data=[OTHERS])
    assert len(uploads(world)) == 2
    assert world.stand_in.files.by_id == {}
    world.faults.add({"match": "POST /v1/files", "do": "status", "status": 500, "after": 1})
    with pytest.raises(ApiDown):
        await world.run(FINETUNE, **ASKED, validation_data=[OTHERS])
    assert (world.stand_in.files.by_id, posted(world)[1:]) == ({}, [])


async def test_a_refusal_that_is_the_calendars_says_so(world: World) -> None:
    await pace(world, winding_down=True)
    with pytest.raises(AccessDenied, match="wound down") as refused:
        await world.run(FINETUNE, **ASKED)
    assert refused.value.text.endswith(f"{CALENDAR}.")


async def test_a_key_that_may_only_train_makes_a_job_all_the_same(world: World) -> None:
    await world.control("keys", scopes=["api.fine_tuning.jobs.write", "api.files.write"])
    result = await world.run(FINETUNE, **ASKED)
    assert facts(result)["Job"]
    assert result.notes == [f"{CALENDAR}.", SPLIT]


@pytest.mark.parametrize(
    "fault", [{"do": "drop_after"}, {"do": "cut", "bytes": 40}, {"do": "cut", "bytes": 0}]
)
async def test_a_job_whose_answer_is_lost_is_found_and_made_once(world: World, fault: dict[str, Any]) -> None:
    world.faults.add({"match": f"POST {JOBS}$", **fault})
    result = await world.run(FINETUNE, **ASKED)
    assert "is created" in said(result)
    assert list(world.stand_in.jobs) == [facts(result)["Job"]]
    assert len(posted(world)) == 1


async def test_a_job_that_was_lost_and_is_not_found_is_looked_for_before_the_next_try(world: World) -> None:
    world.faults.add({"match": f"POST {JOBS}$", "do": "drop_after", "times": 1})
    world.faults.add(
        {"match": f"GET {JOBS}$", "do": "status", "status": 200, "body": {"data": []}, "times": 2}
    )
    with pytest.raises(ApiBroken) as lost:
        await world.run(FINETUNE, **ASKED)
    assert lost.value.text.endswith("Try again looks for it first, so none is made twice.")
    assert len(world.stand_in.files.by_id) == 1  # the job may need it
    result = await world.run(FINETUNE, **ASKED)
    assert said(result).startswith("**This job is there already.**")
    assert list(world.stand_in.jobs) == [facts(result)["Job"]]
    assert len(uploads(world)) == 1


async def test_a_job_that_was_never_made_is_made_by_the_next_try(world: World) -> None:
    world.faults.add({"match": f"POST {JOBS}$", "do": "drop_before", "times": 1})
    with pytest.raises(ApiBroken):
        await world.run(FINETUNE, **ASKED)
    assert world.stand_in.jobs == {}
    await created(world)
    assert len(world.stand_in.jobs) == 1


async def test_the_same_request_makes_a_second_job_only_after_the_first_has_ended(world: World) -> None:
    job = await created(world)
    assert await created(world) == job
    assert await created(world, suffix="other") != job
    await world.run(FINETUNE, "cancel", job=job)
    again = await created(world)
    assert again != job
    # and the answer that is lost now does not find the job that has ended
    await world.run(FINETUNE, "cancel", job=again)
    world.faults.add({"match": f"POST {JOBS}$", "do": "drop_before", "times": 1})
    with pytest.raises(ApiBroken):
        await world.run(FINETUNE, **ASKED)


def test_a_request_is_the_same_whatever_its_files_are_called() -> None:
    renamed = File("other.jsonl", EXAMPLES.content)
    assert intent(ASKED, "a") == intent({**ASKED, "training_data": [renamed]}, "a")
    assert len({intent(ASKED, "a"), intent(ASKED, "b"), intent({**ASKED, "seed": 1}, "a")}) == 3
    assert intent(ASKED, "a") != intent({**ASKED, "training_data": [OTHERS]}, "a")


async def test_jobs_are_listed_newest_first(world: World) -> None:
    assert said(await world.run(FINETUNE, "list")) == "There are no fine-tuning jobs."
    jobs = [await created(world, seed=seed) for seed in range(3)]
    (table,) = tables(await world.run(FINETUNE, "list", limit=2))
    assert [row[0] for row in table.rows] == jobs[:0:-1]
    assert table.rows[0][1:4] == ["validating files", BASE, "–"]
    (whole,) = tables(await world.run(FINETUNE, "list"))
    assert len(whole.rows) == 3


async def test_a_job_is_shown_through_all_its_states(world: World) -> None:
    job = await created(world, training_data=[examples(20)], split=20, suffix="ahoy")
    seen = []
    for seconds in (0, 11, 10, 5, 30):
        await advance(world, seconds)
        result = await world.run(FINETUNE, "status", job=job)
        seen.append(said(result))
    assert seen[0] == "**validating files**"
    assert seen[1] == "**queued**"
    assert seen[2].startswith("**running**")
    assert "step 6 of 20 (30%) · training loss" in seen[3]
    assert "validation loss" in seen[3]
    assert "done about" in seen[3]
    assert seen[4].startswith("**succeeded**")
    assert f"model `ft:{BASE}:playgroundacme:ahoy:" in seen[4]
    (events,) = tables(result)
    assert len(events.rows) == 10
    assert events.rows[-1][1] == "The job has successfully completed"
    known = facts(await world.run(FINETUNE, "info", job=job))
    assert known["Fine-tuned model"].startswith("ft:")
    assert known["Result files"].startswith("file-")
    assert known["Trained tokens"].replace(",", "").isdigit()
    assert known["Finished"].endswith("UTC")


async def test_checkpoints_are_listed_with_their_losses(world: World) -> None:
    job = await created(world)
    assert "no checkpoints" in said(await world.run(FINETUNE, "checkpoints", job=job))
    await advance(world, 60)
    (table,) = tables(await world.run(FINETUNE, "checkpoints", job=job))
    assert table.rows[0][0] == "20"
    assert all(":ckpt-step-" in str(row[1]) for row in table.rows)
    assert float(table.rows[0][2]) >= 0
    assert table.rows[0][3] == "–"


async def test_a_job_is_paused_resumed_and_cancelled(world: World) -> None:
    job = await created(world)
    with pytest.raises(RequestRefused, match="Cannot pause"):
        await world.run(FINETUNE, "pause", job=job)
    await advance(world, 21)
    assert said(await world.run(FINETUNE, "pause", job=job)) == "**The job is pausing.**"
    await advance(world, 11)
    assert said(await world.run(FINETUNE, "resume", job=job)) == "**The job is queued.**"
    cancelled = await world.run(FINETUNE, "cancel", job=job)
    assert said(cancelled) == "**The job is cancelled.**"
    assert facts(cancelled)["Status"] == "cancelled"
    with pytest.raises(RequestRefused, match="already completed"):
        await world.run(FINETUNE, "cancel", job=job)


@pytest.mark.parametrize("operation", ["cancel", "pause", "resume"])
async def test_another_persons_job_is_for_admins_to_change(
    world: World, sdk: AsyncOpenAI, operation: str
) -> None:
    await created(world)
    made_elsewhere = await sdk.fine_tuning.jobs.create(
        model=BASE, training_file=posted(world)[0]["training_file"]
    )
    with pytest.raises(Forbidden, match="Somebody else made this job"):
        await world.run(FINETUNE, operation, job=made_elsewhere.id)
    await advance(world, 21)
    if operation == "resume":
        await as_admin(world, "pause", job=made_elsewhere.id)
        await advance(world, 11)
    assert said(await as_admin(world, operation, job=made_elsewhere.id)).startswith("**The job is ")


async def test_a_failed_job_says_why(world: World) -> None:
    job = await created(world)
    await world.control(f"fine_tuning/jobs/{job}/fail", code="server_error", message="It broke.")
    assert said(await world.run(FINETUNE, "status", job=job)) == "**failed** · It broke."
    assert facts(await world.run(FINETUNE, "info", job=job))["Problem"] == "It broke."


def test_jobs_with_nothing_in_them_are_shown() -> None:
    bare = {"id": "ftjob-1", "error": {}, "hyperparameters": None, "method": None, "metadata": None}
    assert dict(card(bare).pairs) == {"Job": "ftjob-1", "Status": "–", "Method": "supervised", "Created": "–"}
    assert dict(card({"error": {"code": None}, "result_files": None}).pairs)["Status"] == "–"
    assert (
        progress({}, [{"type": "metrics", "data": None}, {"type": "metrics", "data": {"step": 0}}]) == "**–**"
    )
    assert moment(0) == moment("soon") == "–"
    assert moment(1_795_000_000) == "2026-11-18 11:06 UTC"


async def test_a_fine_tuned_model_is_deleted_once_its_name_is_typed(world: World) -> None:
    model = f"ft:{BASE}:acme:a b/c:1".replace(" ", "")
    await world.control("models", id=model, base=BASE)
    with pytest.raises(Invalid, match="type ft:") as refused:
        await world.run(FINETUNE, "delete-model", model=model, confirm="yes")
    assert refused.value.field == "confirm"
    assert (
        said(await world.run(FINETUNE, "delete-model", model=model, confirm=f" {model} "))
        == f"`{model}` is deleted."
    )
    with pytest.raises(ModelGone):
        await world.run(FINETUNE, "delete-model", model=model, confirm=model)
    with pytest.raises(Invalid, match="OpenAI's own"):
        await world.run(FINETUNE, "delete-model", model=BASE, confirm=BASE)
    operation = FINETUNE.operation("delete-model")
    assert operation is not None
    assert operation.role is Role.ADMIN


async def test_deleting_takes_an_owner_at_openai(world: World) -> None:
    await world.control("models", id="ft:x:acme::1", base=BASE)
    await world.control("keys", owner=False)
    with pytest.raises(AccessDenied, match="Owner"):
        await world.run(FINETUNE, "delete-model", model="ft:x:acme::1", confirm="ft:x:acme::1")


@pytest.mark.parametrize(
    "operation",
    [each for each in FINETUNE.operations if "job" in each.example and each.needs_api],
    ids=lambda each: each.name,
)
async def test_failures_pass_through(world: World, operation: Any) -> None:
    with pytest.raises(MissingAtApi, match="Could not find fine tune"):
        await world.run(FINETUNE, operation.name, **operation.example)
    with pytest.raises(Invalid) as refused:
        await world.run(FINETUNE, operation.name)
    assert refused.value.field == "job"
    await world.control("keys", revoked=True)
    with pytest.raises(KeyRefused):
        await world.run(FINETUNE, operation.name, **operation.example)


async def test_without_credit_no_job_is_made(world: World) -> None:
    await world.control("keys", quota="credit_balance_exhausted")
    with pytest.raises(QuotaExhausted):
        await world.run(FINETUNE, **ASKED)
    assert world.stand_in.files.by_id == {}


async def test_the_example_is_a_right_request(world: World) -> None:
    operation = FINETUNE.operations[0]
    assert facts(await world.run(FINETUNE, **operation.example))["Suffix"] == "ahoy"
    (listed,) = tables(await world.run(FINETUNE, "list", limit=5))
    assert len(listed.rows) == 1
