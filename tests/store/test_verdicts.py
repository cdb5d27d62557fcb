"""What people think of answers: one verdict a person, counted by model, kept in its workspace."""

from bot.store import Store


async def test_a_later_verdict_of_the_same_person_replaces_the_earlier_one(two: Store) -> None:
    async with two.begin() as unit:
        await unit.verdicts.give("T1", "t1", "U1", "good", "gpt-6-luna")
        await unit.verdicts.give("T1", "t1", "U1", "bad", "gpt-6-luna")
        await unit.verdicts.give("T1", "t1", "U2", "good", "gpt-6-luna")
        await unit.verdicts.give("T1", "t2", "U1", "good", "gpt-6-luna")
        await unit.verdicts.give("T1", "t3", "U1", "good", None)
    async with two.read() as unit:
        assert sorted(await unit.verdicts.count("T1"), key=str) == [
            ("gpt-6-luna", "bad", 1),
            ("gpt-6-luna", "good", 2),
            (None, "good", 1),
        ]


async def test_another_workspace_counts_its_own(two: Store) -> None:
    async with two.begin() as unit:
        await unit.verdicts.give("T1", "t1", "U1", "good", "gpt-6-luna")
        await unit.verdicts.give("T2", "t1", "U1", "bad", "gpt-6-luna")
    async with two.read() as unit:
        assert await unit.verdicts.count("T1") == [("gpt-6-luna", "good", 1)]
        assert await unit.verdicts.count("T2") == [("gpt-6-luna", "bad", 1)]


async def test_verdicts_are_forgotten_when_they_are_old(two: Store) -> None:
    async with two.begin() as unit:
        await unit.verdicts.give("T1", "t1", "U1", "good", "gpt-6-luna")
        assert await unit.retention.verdicts("T1", 1) == 0
        assert await unit.retention.verdicts("T2", 0) == 0
        assert await unit.retention.verdicts("T1", 0) == 1
        assert await unit.verdicts.count("T1") == []
