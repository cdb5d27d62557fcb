"""A run is recorded with what was asked, begins once and ends once."""

import pytest

from bot.errors import NotFound
from bot.store import Run, Store


async def ask(store: Store, workspace: str = "T1") -> Run:
    async with store.begin() as unit:
        return await unit.runs.add(
            workspace, module="chat", operation="create", surface="command", user="U1", channel="C1",
            values={"messages": [{"role": "user", "content": "Hello"}]}, response_url="https://hooks.example/1",
        )  # fmt: skip


async def test_a_run_comes_back_as_it_was_recorded_and_its_repr_shows_no_content(two: Store) -> None:
    asked = await ask(two)
    async with two.read() as unit:
        assert await unit.runs.get("T1", asked.id) == asked
    assert "Hello" not in repr(asked)
    assert "hooks" not in repr(asked)


async def test_a_call_begins_once_and_ends_once(two: Store) -> None:
    run = await ask(two)
    async with two.begin() as unit:
        assert await unit.runs.calling("T1", run.id)
        assert not await unit.runs.calling("T1", run.id)
        assert await unit.runs.finish(
            "T1",
            run.id,
            result={"text": "Hi"},
            request_id="req_1",
            model="m",
            input_tokens=1,
            output_tokens=2,
        )
        assert not await unit.runs.mark_interrupted("T1", run.id)
        done = await unit.runs.get("T1", run.id)
    assert done
    assert done.finished_at
    assert (done.state, done.result, done.request_id) == ("done", {"text": "Hi"}, "req_1")
    assert (done.model, done.input_tokens, done.output_tokens) == ("m", 1, 2)


async def test_a_run_whose_process_died_is_marked_so(two: Store) -> None:
    run = await ask(two)
    async with two.begin() as unit:
        await unit.runs.calling("T1", run.id)
        assert await unit.runs.mark_interrupted("T1", run.id)
        found = await unit.runs.get("T1", run.id)
        assert found
        assert found.state == "interrupted"


async def test_a_run_needs_a_workspace(two: Store) -> None:
    with pytest.raises(NotFound):
        await ask(two, "T9")
