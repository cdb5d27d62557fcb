"""No repository gives, changes or removes anything of another workspace, whatever id it is asked with."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import bot.store.unit
from bot.errors import NotFound
from bot.store import Store, Unit
from bot.store.tables import metadata

#: Made under the workspace that is named, of what was asked with: there is no other's row to find.
OWN = {("workspaces", "ensure"), ("watches", "follow"), ("verdicts", "give")}
REPOSITORIES = Unit.__slots__


def methods() -> list[tuple[str, str]]:
    """Every public method whose first argument is the workspace, of every repository, found by looking."""
    found = []
    for name in REPOSITORIES:
        repository = getattr(bot.store.unit, name.capitalize())
        for method, function in inspect.getmembers(repository, inspect.isfunction):
            arguments = list(inspect.signature(function).parameters)[1:]
            if not method.startswith("_") and arguments[:1] == ["workspace"]:
                found.append((name, method))
    return sorted(set(found) - OWN)


async def fill(store: Store) -> dict[str, Any]:
    """Rows of T1; what a stranger could know of them."""
    async with store.begin() as unit:
        connection = await unit.connections.add("T1", "Main", "sk-1", base_url="https://x/v1")
        await unit.workspaces.set_default_connection("T1", connection.id)
        conversation, _ = await unit.conversations.open("T1", "C1", "1.0", "U1", connection=connection.id)
        turn = await unit.turns.add(
            "T1", conversation.id, role="assistant", text="ours", ts="1.1", state="waiting"
        )
        run = await unit.runs.add("T1", module="chat", operation="create", surface="form", values={})
        letter = await unit.outbox.put("T1", dedupe_key="k", stream="s", channel="C1", body={"text": "ours"})
        watch, _ = await unit.watches.follow(
            "T1", connection=connection.id, job="ftjob-1", channel="C1", thread_ts=None, by="ours"
        )
        await unit.watches.add_events("T1", watch.id, ["ours"])
        await unit.webhooks.set_secret("T1", connection.id, "ours")
        await unit.grants.add("T1", "U1", "ours", "U1")
        await unit.audit.add("T1", actor="U1", action="ours", result="done")
        await unit.verdicts.give("T1", turn.id, "U1", "good", "ours")
        return {
            "connection": connection.id, "conversation": conversation.id, "turn": turn.id, "run": run.id,
            "letter": letter.id, "name": "Main", "person": "U1", "what": "ours", "channel": "C1",
            "thread_ts": "1.0", "ts": "1.1", "watch": watch.id, "job": "ftjob-1",
        }  # fmt: skip


def arguments(function: Callable[..., Any], known: dict[str, Any]) -> dict[str, Any]:
    """What a stranger asks with: T1's ids, and something for the rest."""
    more = {
        "key": "sk-theirs", "restricted": True, "at": datetime.now(UTC), "text": "theirs", "state": "done",
        "limit": 10, "role": "user", "token": "xoxb-theirs", "base_url": "https://y/v1", "created_by": "U9",
        "module": "m", "operation": "o", "surface": "s", "values": {}, "dedupe_key": "k", "stream": "s",
        "body": {}, "item": "none", "days": -1, "granted_by": "U9", "actor": "U9", "action": "theirs",
        "result": "done", "by": "U9", "delivery": "d", "events": ["ours"], "secret": "theirs", "notice": "n",
        "seq": 0,
    }  # fmt: skip
    given: dict[str, Any] = {"workspace": "T2"}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD or (parameter.default is not parameter.empty):
            continue
        given.setdefault(name, known.get(name, more.get(name)))
    return given


async def dump(store: Store) -> dict[str, list[Any]]:
    """Everything that T1 has."""
    async with store.read() as unit:
        work = unit.workspaces._work
        return {
            name: list(await work.every(table.select().where(table.c.get("workspace", table.c.id) == "T1")))
            for name, table in metadata.tables.items()
        }


def test_there_are_methods_to_look_at() -> None:
    assert len(methods()) >= 30
    assert {name for name, _ in methods()} == set(REPOSITORIES) - {"ticks"}


@pytest.mark.parametrize(("repository", "method"), methods())
async def test_a_stranger_finds_and_changes_nothing(two: Store, repository: str, method: str) -> None:
    known = await fill(two)
    before = await dump(two)
    given: Any = None

    async def ask() -> Any:
        async with two.begin() as unit:
            function = getattr(getattr(unit, repository), method)
            nonlocal given
            given = arguments(getattr(type(getattr(unit, repository)), method), known)
            return await function(**given)

    try:
        answer = await ask()
    except NotFound:
        answer = None
    assert "ours" not in str(answer)
    assert not any(
        known[name] in str(answer) for name in ("connection", "conversation", "turn", "run", "letter")
    )
    assert await dump(two) == before


async def test_progress_reaches_only_turns_of_the_workspace_that_is_named(two: Store) -> None:
    known = await fill(two)
    before = await dump(two)
    async with two.begin() as unit:
        await unit.turns.save_progress([("T2", known["turn"], "theirs", "9.9")])
        assert await unit.turns.unfinished("T2") == []
    assert await dump(two) == before


async def test_a_conversation_cannot_use_another_workspaces_connection(two: Store) -> None:
    known = await fill(two)

    async def borrow() -> None:
        async with two.begin() as unit:
            await unit.conversations.open("T2", "C2", "1.0", "U9", connection=known["connection"])

    with pytest.raises(NotFound):
        await borrow()
