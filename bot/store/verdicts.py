"""Verdicts: what people think of answers; they outlive the answers, until they are as old as runs may be."""

from typing import Any, Literal

from sqlalchemy import func, select

from bot.store.tables import verdicts
from bot.store.work import Work

Verdict = Literal["good", "bad"]

_t = verdicts.c


class Verdicts:
    """The verdicts' rows."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def give(self, workspace: str, turn: str, person: str, verdict: Verdict, model: str | None) -> None:
        """What a person thinks of an answer; a later verdict replaces the person's earlier one."""
        work = self._work
        row: dict[str, Any] = {
            "workspace": workspace,
            "id": work.new_id(),
            "turn": turn,
            "person": person,
            "verdict": verdict,
            "model": model,
            "at": work.now(),
        }
        new = {name: row[name] for name in ("verdict", "model", "at")}
        mine = [_t.workspace, _t.turn, _t.person]
        await work.run(
            work.insert(verdicts).values(**row).on_conflict_do_update(index_elements=mine, set_=new)
        )

    async def count(self, workspace: str) -> list[tuple[str | None, Verdict, int]]:
        """How many of each verdict every model has, by model."""
        many = func.count().label("many")
        found = select(_t.model, _t.verdict, many).where(_t.workspace == workspace)
        rows = await self._work.every(found.group_by(_t.model, _t.verdict).order_by(_t.model, _t.verdict))
        return [(row.model, row.verdict, row.many) for row in rows]
