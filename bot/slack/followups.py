"""What can be done with a result or a failure: buttons that carry the run's id, and what is handed on."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import fields as f
from bot.errors import BotError, Invalid
from bot.module import Effect, Facts, File, Module, Operation, Result, Table, Text, Values
from bot.slack import ids
from bot.slack.blocks import actions, button
from bot.slack.elements import menu, option, plain
from bot.slack.material import Material, fits, takes
from bot.slack.text import clip, for_mrkdwn

Block = dict[str, Any]
#: Characters of a value in a question; whoever wants to read all of it has typed it.
SHOWN = 200
USE = "Use in…"


def handed_on(result: Result) -> Material:
    """A result as the input of another operation: its text without asides, and its files."""
    held = [each for each in result.parts if isinstance(each, File) and each.source]
    texts = [each.markdown for each in result.parts if isinstance(each, Text) and not each.aside]
    if not texts and not held:
        texts = [_as_text(each) for each in result.parts if isinstance(each, Facts | Table)]
    described = [{"id": each.source, "name": each.name, "mimetype": each.media_type} for each in held]
    return Material("\n\n".join(texts).strip(), described)


def _as_text(part: Facts | Table) -> str:
    if isinstance(part, Facts):
        return "\n".join(f"{name}: {value}" for name, value in part.pairs)
    lines = [" | ".join(map(str, row)) for row in (part.columns, *part.rows)]
    return "\n".join([*([part.title] if part.title else []), *lines])


def row(
    run: str,
    operation: Operation,
    result: Result,
    modules: Sequence[Module],
    *,
    effect: Effect,
    postable: bool,
) -> list[Block]:
    """The row under a result; `postable`: it is private, and there is a channel that it could be shown in."""
    given = handed_on(result)
    options = [
        option(each.title, f"{run}/{module.name}/{each.name}")
        for module, each in takes(modules)
        if fits(each, given)
    ]
    elements: list[Block] = []
    if options:
        elements.append(menu(options, None) | {"action_id": ids.RUN_USE, "placeholder": plain(USE, 75)})
    if effect is not Effect.DESTROY and repeatable(operation):
        elements.append(button("Run again", ids.RUN_AGAIN, run))
    if effect is not Effect.DESTROY and operation.fields:
        elements.append(button("Change and run", ids.RUN_CHANGE, run))
    if postable:
        elements.append(button("Post to channel", ids.RUN_POST, run))
    return [actions(*elements)] if elements else []


def repeatable(operation: Operation) -> bool:
    """Whether what is kept of a run is enough to do the same once more: secrets are not kept."""
    return not any(isinstance(each, f.Secret) and each.required for each in operation.fields)


def after_failure(wrong: BotError, run: str, operation: Operation) -> list[Block]:
    """Buttons under a failure: nothing that was typed is lost."""
    made = [button("Try again", ids.RUN_AGAIN, run)] if wrong.again and repeatable(operation) else []
    title = "Open the form" if isinstance(wrong, Invalid) else "Change and run"
    return [*made, *([button(title, ids.RUN_CHANGE, run)] if operation.fields else [])]


def asks_first(operation: Operation, values: Values) -> bool:
    """Whether to ask before it is done: it destroys, and nothing was typed to say that it is meant."""
    typed = any(each.name == "confirm" for each in operation.fields)
    return not typed and operation.weigh(values)[0] is Effect.DESTROY


def question(run: str, operation: Operation, values: Mapping[str, Any]) -> list[Block]:
    """Asks whether it is meant, with what it is about."""
    lines = [f"*Really {for_mrkdwn(_lowered(operation.title))}?* This cannot be undone."]
    for each in operation.fields:
        if each.name in values and not isinstance(each, f.Secret | f.Files):
            said = for_mrkdwn(clip(" ".join(str(values[each.name]).split()), SHOWN))
            lines.append(f"{for_mrkdwn(each.title)}: {said}")
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)[:3000]}},
        actions(
            button(operation.title, ids.RUN_CONFIRM, run, style="danger"),
            button("Cancel", ids.RUN_DROP, run),
        ),
    ]


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
