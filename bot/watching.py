"""The operations by which a channel follows fine-tuning jobs; a part of the finetune module."""

from collections.abc import Sequence

from bot.errors import BotError, Invalid
from bot.fields import Reference
from bot.module import Context, Effect, Operation, Result, Table, Text, Values
from bot.workplace import Jobs

JOB = Reference(name="job", title="Job ID", of="job", required=True)
ID = "ftjob-abc123"  # as such IDs look


def _jobs(context: Context) -> Jobs:
    if context.jobs is None:
        raise Invalid("Jobs are followed by channels in Slack. Here, ask `status` how far one is.")
    return context.jobs


async def begun(context: Context, job: str) -> str | None:
    """Follow a job that was just made; a note on it. What goes wrong with that takes nothing from the job."""
    if context.jobs is None:
        return None
    try:
        await context.jobs.follow(job)
    except BotError as wrong:
        return (
            f"Nobody follows the job: {wrong.text} `/openai finetune follow {job}` follows it in a channel."
        )
    return "Its story is told in this channel. `/openai finetune unfollow` ends that."


async def follow(context: Context, values: Values) -> Result:
    """Let this channel be told what happens to a job."""
    new = await _jobs(context).follow(values["job"])
    said = "This channel follows the job now." if new else "This channel follows the job already."
    return Result([Text(f"**{said}** A message here shows how far it is, and in its thread what happens.")])


async def unfollow(context: Context, values: Values) -> Result:
    """Let it be told no more."""
    count = await _jobs(context).unfollow(values["job"])
    where = "This channel follows" if count == 1 else f"{count} channels follow"
    return Result([Text(f"**{where} the job no more.** The job itself goes on.")])


async def followed(context: Context, _: Values) -> Result:
    """What is followed, where, and by whom."""
    found = await _jobs(context).followed()
    if not found:
        return Result([Text("No job is followed. `/openai finetune follow JOB` follows one in a channel.")])
    columns = ("Job", "Status", "Base model", "Where", "Followed by", "Since", "Connection")
    rows = [
        (
            each.job, each.status.replace("_", " ") + (f", {each.percent}%" if each.percent else ""),
            each.base_model, each.channel, each.by, each.since.strftime("%Y-%m-%d %H:%M UTC"),
            each.connection,
        )
        for each in found
    ]  # fmt: skip
    return Result([Table(columns, rows)])


OPERATIONS: Sequence[Operation] = (
    Operation(
        name="follow", title="Follow a job", summary="Tells this channel what happens to a job",
        fields=(JOB,), call=follow, example={"job": ID}, effect=Effect.CHANGE, needs_api=False,
    ),
    Operation(
        name="unfollow", title="Unfollow a job", summary="Tells this channel no more of a job",
        fields=(JOB,), call=unfollow, example={"job": ID}, effect=Effect.CHANGE, needs_api=False,
    ),
    Operation(
        name="followed", title="Jobs that are followed", summary="Shows what is followed where, by whom",
        fields=(), call=followed, example={}, needs_api=False,
    ),
)  # fmt: skip
