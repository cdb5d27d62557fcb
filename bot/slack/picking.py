"""The list of operations that a person picks from, as a modal; a pick becomes a form in its place."""

from collections.abc import Sequence
from typing import Any

import orjson

from bot.module import Module, Operation
from bot.slack.elements import button, mrkdwn, plain
from bot.slack.help import overview
from bot.slack.material import Material, fits, named, takes
from bot.slack.text import clip, for_mrkdwn

Json = dict[str, Any]
#: A button that makes a form of the list. Value: `module/operation`.
USE = "form.use"
PICK = "pick"
#: Characters of a message that remind of it.
REMINDER = 150


def everything(modules: Sequence[Module]) -> Json:
    """The modules in their order."""
    return _modal("OpenAI modules", overview(modules, USE), None)


def picker(modules: Sequence[Module], given: Material, item: str) -> Json:
    """What can be done with a message; `item` is the kept request that brought it."""
    every = takes(modules)
    now = [each for each in every if fits(each[1], given)]
    blocks = [{"type": "context", "elements": [mrkdwn(_reminder(given))]}, *map(_row, now)]
    if others := [each for each in every if each not in now]:
        told = "These take what is not in this message; the form asks for it."
        blocks += [{"type": "divider"}, {"type": "context", "elements": [mrkdwn(told)]}, *map(_row, others)]
    return _modal("Use with OpenAI", blocks, item)


def picked(view: Json) -> str | None:
    """The kept request that brought the message, if there is one. Raises ValueError."""
    said = orjson.loads(view["private_metadata"] or "{}")
    item = said.get("i") if isinstance(said, dict) else None
    return item if isinstance(item, str) else None


def _row(each: tuple[Module, Operation]) -> Json:
    module, operation = each
    text = f"*{for_mrkdwn(operation.title)}*\n{for_mrkdwn(operation.summary)}."
    use = button("Use", f"{USE}:{module.name}/{operation.name}", f"{module.name}/{operation.name}")
    return {"type": "section", "text": mrkdwn(text), "accessory": use}


def _reminder(given: Material) -> str:
    names = [f"📎 {for_mrkdwn(named(each) or 'a file')}" for each in given.files]
    return (
        " · ".join([*([f"“{for_mrkdwn(clip(given.text, REMINDER))}”"] if given.text else []), *names]) or "–"
    )


def _modal(title: str, blocks: Sequence[Json], item: str | None) -> Json:
    return {
        "type": "modal",
        "callback_id": PICK,
        "private_metadata": orjson.dumps({"i": item} if item else {}).decode(),
        "title": plain(title, 24),
        "close": plain("Close", 24),
        "blocks": list(blocks),
    }
