"""What a followed job tells its channel, as messages: its card, its events, its end; calls nobody."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.charts import sparkline
from bot.module import Table
from bot.notation import UNKNOWN
from bot.services.stories import Body, Card, Checkpoint, Ending, EndKind, Line
from bot.slack import ids
from bot.slack.blocks import BLOCKS, actions, button
from bot.slack.tables import ROWS, tables
from bot.slack.text import clip, for_mrkdwn

Block = dict[str, Any]
#: Characters of a section, less room for what is beside a text; of a field; of a picture's description.
SECTION, FIELD, ALT = 2900, 1900, 2000
SIGNS = {
    "running": "▶️", "pausing": "⏸️", "paused": "⏸️", "succeeded": "✅", "failed": "❌", "cancelled": "⏹️",
}  # fmt: skip
WAITING = "⏳"
LEVELS = {"info": "", "warn": "⚠️ ", "error": "❌ "}
ENDS: dict[EndKind, str] = {
    "succeeded": "✅ *The model is made.*",
    "failed": "❌ *The job failed.*",
    "cancelled": "⏹️ *The job was cancelled.*",
    "lost": "⚠️ *I cannot follow this job any more.*",
}
REALLY: Block = {
    "title": {"type": "plain_text", "text": "Cancel this job?"},
    "text": {"type": "plain_text", "text": "It ends here for good. What was trained so far is paid for."},
    "confirm": {"type": "plain_text", "text": "Cancel the job"},
    "deny": {"type": "plain_text", "text": "Let it go on"},
    "style": "danger",
}


def card(watch: str, shown: Card) -> Body:
    """The one message of a job; the same card gives the same message. `watch`: what its buttons name."""
    status = shown.status.replace("_", " ")
    sign = SIGNS.get(shown.status, WAITING)
    blocks = [_section(f"{sign} *Fine-tuning: {for_mrkdwn(status)}*   `{_code(shown.job)}`")]
    facts = [f"*{name}*\n{clip(value, FIELD)}" for name, value in _facts(shown)]
    for at in range(0, len(facts), 10):
        fields = [{"type": "mrkdwn", "text": each} for each in facts[at : at + 10]]
        blocks.append({"type": "section", "fields": fields})
    if losses := _losses(shown):
        blocks.append(_section("\n".join(losses)))
    blocks += [_section(f"⚠️ {clip(for_mrkdwn(each), SECTION)}") for each in shown.problems[:3]]
    if not shown.followed and not shown.ended:
        blocks.append(_aside("This channel does not follow the job any more."))
    if buttons := _buttons(watch, shown):
        blocks.append(actions(*buttons))
    percent = "" if shown.percent is None or shown.ended else f", {shown.percent}%"
    return {"text": for_mrkdwn(f"{sign} Fine-tuning {shown.job}: {status}{percent}"), "blocks": blocks}


def _facts(shown: Card) -> Iterator[tuple[str, str]]:
    if shown.base_model:
        yield "Base model", f"`{_code(shown.base_model)}`"
    if shown.result_model:
        yield "Resulting model", f"`{_code(shown.result_model)}`"
    if shown.file:
        other = f"\nvalidation: {for_mrkdwn(shown.validation_file)}" if shown.validation_file else ""
        yield "File", for_mrkdwn(shown.file) + other
    if shown.method:
        hyper = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.hyperparameters)
        yield "Method", for_mrkdwn(f"{shown.method}: {hyper}" if hyper else shown.method)
    if shown.step is not None:
        of = f" of {shown.total_steps:,}" if shown.total_steps else ""
        yield "Step", f"{shown.step:,}{of}" + ("" if shown.percent is None else f" ({shown.percent}%)")
    if shown.trained_tokens:
        yield "Trained tokens", f"{shown.trained_tokens:,}"
    if shown.started and shown.finished:
        yield "Took", _lasted((shown.finished - shown.started).total_seconds())
    elif shown.started:  # Slack's apps say how long ago that is, for as long as it is looked at
        yield "Started", _date(shown.started, "{ago}")
    if shown.finished:
        yield "Finished", _date(shown.finished)
    elif shown.estimated_finish and not shown.ended:
        yield "Estimated finish", _date(shown.estimated_finish)


def _losses(shown: Card) -> list[str]:
    rows = (("Loss", shown.train_losses), ("Validation", shown.valid_losses))
    return [f"{name}  `{sparkline(values)}`  {values[-1]:.4g}" for name, values in rows if values]


def _buttons(watch: str, shown: Card) -> list[Block]:
    made = []
    if shown.status == "running":
        made.append(button("Pause", ids.JOB_PAUSE, watch))
    if shown.status == "paused":
        made.append(button("Resume", ids.JOB_RESUME, watch))
    if not shown.ended and shown.followed:
        made.append(button("Cancel", ids.JOB_CANCEL, watch, style="danger") | {"confirm": REALLY})
    if shown.step is not None or shown.status == "succeeded":
        made.append(button("Checkpoints", ids.JOB_CHECKPOINTS, watch))
    if shown.followed and not shown.ended:
        made.append(button("Unfollow", ids.JOB_UNFOLLOW, watch))
    return made


def told(lines: Sequence[Line], skipped: int) -> Body:
    """Events in one message, in their order; warnings and errors stand out."""
    pages = [""]
    for line in lines:
        text = clip(for_mrkdwn(line.text), SECTION // 2)
        shown = f"{_date(line.at, '{time_secs}')}  {text if line.level == 'info' else _bold(line)}"
        if pages[-1] and len(pages[-1]) + len(shown) > SECTION:
            pages.append("")
        pages[-1] += ("\n" if pages[-1] else "") + shown
    blocks = [_section(each) for each in pages[: BLOCKS - 1] if each]
    if skipped:
        blocks.append(_aside(f"{skipped:,} more between the first and the last of these are not shown."))
    worst = next((each for level in ("error", "warn") for each in lines if each.level == level), lines[-1])
    text = for_mrkdwn(clip(f"{LEVELS[worst.level]}{worst.text}", 300))
    return {"text": text, "blocks": blocks}


def _bold(line: Line) -> str:
    text = clip(for_mrkdwn(line.text), SECTION // 2).replace("*", "∗")
    return f"{LEVELS[line.level]}*{text}*"


def ending(watch: str, by: str, job: str, end: Ending, picture: str | None, alt: str) -> Body:
    """The end, which mentions whoever started it. `picture`: the loss curve's file; `alt`: it in words."""
    blocks = [_section(f"{ENDS[end.kind]} <@{by}>")]
    if end.model:
        blocks.append(_section(f"From now on it can be used as `{_code(end.model)}`."))
    if end.reason:
        blocks.append(_section(f"*Why:* {clip(for_mrkdwn(end.reason), SECTION)}"))
    if end.advice:
        blocks.append(_section(f"*What to do:* {clip(for_mrkdwn(end.advice), SECTION)}"))
    if picture:
        blocks.append({"type": "image", "slack_file": {"id": picture}, "alt_text": clip(alt, ALT)})
    elif alt:
        blocks.append(_section(clip(for_mrkdwn(alt), SECTION)))
    if end.checkpoints:
        rows, _ = tables(_checkpoints(end.checkpoints))
        blocks += [_section("*Checkpoints*"), *rows[:1]]
    if end.kind == "succeeded" and end.model:
        tried = button("Try it", ids.JOB_TRY, watch, style="primary")
        blocks.append(actions(tried, button("Compare", ids.JOB_COMPARE, watch)))
    made = f" {end.model}" if end.model else ""
    return {"text": f"{ENDS[end.kind].replace('*', '')} {for_mrkdwn(job + made)} <@{by}>", "blocks": blocks}


def _checkpoints(found: Sequence[Checkpoint]) -> Table:
    columns = ("Step", "Model", "Training loss", "Validation loss", "Accuracy")
    rows: list[list[str | int | float]] = [
        [each.step, each.model, *map(_figure, (each.train_loss, each.valid_loss, each.accuracy))]
        for each in found[-ROWS:]
    ]
    return Table(columns, rows)


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4g}"


def _date(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A moment as each reader's Slack writes it."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.strftime('%Y-%m-%d %H:%M UTC')}>"


def _lasted(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _code(text: str) -> str:
    return for_mrkdwn(clip(text, 300)).replace("`", "'")


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _aside(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
