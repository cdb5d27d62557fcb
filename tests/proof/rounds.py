"""The proofs: kills, an outage, a job of 10,000 events, a thousand jobs; each says what it found."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from tests.proof.house import House, Told, seeded, told

Figures = dict[str, Any]
Proof = Callable[[House], Awaitable[tuple[bool, Figures]]]
KILLS, EVENTS, JOBS = 100, 2000, 20
MINUTES = 10
MANY = 10_000
FOLLOWED = 1000
#: What goes wrong now and then, once each time.
FAULTS = (
    ("slack", {"match": "POST /api/chat.postMessage", "do": "drop_after"}),
    ("slack", {"match": "POST /api/chat.postMessage", "do": "drop_before"}),
    ("slack", {"match": "POST /api/chat.postMessage", "do": "status", "status": 500}),
    ("slack", {"match": "POST /api/chat.update", "do": "drop_after"}),
    ("openai", {"match": "GET /v1/fine_tuning", "do": "status", "status": 500}),
    ("openai", {"match": "GET /v1/fine_tuning/jobs/.*/events", "do": "cut", "bytes": 100}),
)


async def all_told(house: House, seconds: float, ends: int = 0) -> float:
    """Wait until everything is told, waking all jobs again and again; how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found = told(house)
        if not found.lost and found.ends >= ends:
            break
        await house.wake(list(house.jobs))
        await asyncio.sleep(2)
    return time.monotonic() - began


def kills(workers: int) -> Proof:
    """So many workers are killed at random while 2,000 events happen, and both worlds have their faults."""

    async def proof(house: House) -> tuple[bool, Figures]:
        dice, began = seeded("kills"), time.monotonic()
        await house.follow(JOBS)
        team = [house.worker("0.3") for _ in range(workers)]
        await asyncio.gather(*(each.start() for each in team))
        left = dict.fromkeys(house.jobs, EVENTS // JOBS)
        for number in range(KILLS):
            for _ in range(3):
                job = dice.choice([job for job, count in left.items() if count] or list(left))
                count = min(left[job], dice.randint(1, 14))
                house.happen(job, count)
                left[job] -= count
                await house.wake([job])
                where, fault = dice.choice(FAULTS)
                rules = house.playground.slack_faults if where == "slack" else house.playground.openai_faults
                rules.add({**fault, "times": 1})
                await asyncio.sleep(dice.uniform(0.05, 0.7))
            victim = team[number % workers]
            await victim.kill()
            await victim.start()
        for job, count in left.items():
            house.happen(job, count)
        after = await all_told(house, 600)
        house.end()
        await all_told(house, 600, ends=JOBS)
        for each in team:
            await each.end()
        found = told(house)
        right = (found.events, found.lost, found.doubled, found.disordered, found.ends)
        figures = {"kills": KILLS, "workers": workers, "jobs": JOBS, **vars(found)}
        figures["seconds after the last kill until all was told"] = round(after)
        figures["seconds in all"] = round(time.monotonic() - began)
        return right == (EVENTS, 0, 0, 0, JOBS), figures

    return proof


async def outage(house: House) -> tuple[bool, Figures]:
    """Slack is down for ten minutes while things happen, then back: the story goes on where it stopped."""
    await house.follow(5)
    worker = house.worker()
    await worker.start()
    for job in house.jobs:
        house.happen(job, 3)
    await all_told(house, 120)
    before = told(house)
    house.playground.slack_faults.add({"match": "POST /api/", "do": "status", "status": 503})
    until = time.monotonic() + MINUTES * 60
    while time.monotonic() < until:
        for job in house.jobs:
            house.happen(job, 2)
        await house.wake(list(house.jobs))
        await asyncio.sleep(10)
    house.playground.slack_faults.rules.clear()
    after = await all_told(house, 900)
    house.end()
    await all_told(house, 300, ends=5)
    await worker.end()
    found = told(house)
    figures = {"minutes": MINUTES, **vars(found), "messages before": before.messages}
    figures["seconds until all was told"] = round(after)
    right = (found.lost, found.doubled, found.disordered, found.ends) == (0, 0, 0, 5)
    return right and before.messages > 0, figures


async def many(house: House) -> tuple[bool, Figures]:
    """One job of 10,000 events: bounded messages, and hardly more memory than for a job of ten."""
    await house.follow(2)
    small, large = house.jobs
    worker = house.worker("0.3")
    await worker.start()
    house.happen(small, 10)
    await all_told(house, 60)
    before = worker.memory
    house.happen(large, MANY)
    seconds = await all_told(house, 120)
    found, after = told(house), worker.memory
    threads = house.threads()
    longest = max(len(str(message.blocks)) for message in threads[large])
    await worker.end()
    figures = {"messages": len(threads[large]), "characters of the longest, with its blocks": longest}
    figures |= {"MiB before": round(before, 1), "MiB after": round(after, 1), "seconds": round(seconds, 1)}
    return found.lost == 0 and len(threads[large]) == 1 and after - before < 16, figures


async def thousand(house: House) -> tuple[bool, Figures]:
    """1,000 jobs are followed by one process as usual: its CPU a tick, and what it asks of both worlds."""
    await house.follow(FOLLOWED)
    worker = house.worker()
    await worker.start()
    playground = house.playground
    while len(house.threads()) < FOLLOWED:  # noqa: ASYNC110 - the worlds tell nobody when it is so far
        await asyncio.sleep(5)
    worker.said.clear()
    playground.slack.log.entries.clear()
    playground.openai_log.entries.clear()
    began = time.monotonic()
    dice = seeded("thousand")
    while time.monotonic() - began < 300:
        for job in dice.sample(list(house.jobs), 10):
            house.happen(job, 1)
        await asyncio.sleep(5)
    minutes = (time.monotonic() - began) / 60
    ticks, memory = [each["cpu"] for each in worker.said], worker.memory
    slack = Counter((each.path, each.status) for each in playground.slack.log.entries)
    openai = Counter(each.status for each in playground.openai_log.entries)
    looked = {each.path.split("/")[4] for each in playground.openai_log.entries if "jobs/" in each.path}
    refused = sum(count for (_, status), count in slack.items() if status == 429)
    await worker.end()
    found = told(house)
    figures = {
        "ticks": len(ticks), "CPU a tick, most": round(max(ticks), 3),
        "CPU a tick, mean": round(sum(ticks) / len(ticks), 3), "jobs looked at in five minutes": len(looked),
        "requests a minute at OpenAI": round(sum(openai.values()) / minutes),
        "refused by OpenAI": openai[429], "refused by Slack": refused,
        "calls a minute at Slack": round(sum(slack.values()) / minutes), "MiB": round(memory, 1),
        "events": found.events, "not told yet": found.lost, "doubled": found.doubled,
    }  # fmt: skip
    right = max(ticks) < 1.0 and not openai[429] and not refused and not found.doubled
    return right and len(looked) == FOLLOWED, figures


PROOFS: dict[str, tuple[str, Proof]] = {
    "kill-postgresql": ("postgresql", kills(2)),
    "kill-sqlite": ("sqlite", kills(1)),
    "outage": ("sqlite", outage),
    "many": ("sqlite", many),
    "thousand": ("postgresql", thousand),
}
__all__ = ["PROOFS", "Told"]
