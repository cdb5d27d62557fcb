"""What a form becomes when somebody presses one of its buttons, or chooses another operation in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import fields as f
from bot.module import Operation
from bot.slack import forms
from bot.slack.filling import Open, again
from bot.slack.form import Form

#: How many changes of the operation are looked back upon.
BACK = 6


def pressed_in(opened: Open, action: str, name: str, value: str) -> tuple[Form, Mapping[str, Any]]:
    """The form after one of its buttons: more or fewer groups, advanced settings, files left out."""
    form, operation = opened.form, opened.operation
    if action == forms.ADVANCED:
        return form.unfolded(), opened.values
    if action == forms.LEAVE:
        return form.with_files(name, ()), opened.values
    kind = next((each for each in operation.fields if each.name == name), None)
    if isinstance(kind, f.Several | f.Items):
        if action == forms.ADD and len(form.shown(kind)) < kind.high:
            return form.with_row(kind), opened.values
        if action == forms.REMOVE and len(form.shown(kind)) > kind.low:
            # What stands in a group that was taken away is read no more.
            fewer = form.without_row(kind, int(value))
            return fewer, forms.typed(operation, fewer, opened.state)
    return form, opened.values


def switched(
    chain: Sequence[Open], operation: Operation, item: str
) -> tuple[Form, dict[str, Any], dict[str, str]]:
    """The form of another operation, its values, and its files by name: what both ask for stays, and what
    stood there before comes back.

    `chain` is the form as it was sent, then as it was before each change; `item` the request that changes it.
    """
    now = chain[0]
    other = [each.name for each in operation.fields if _renames(now, each)]
    form = replace(now.form, operation=operation.name, rows={}, parts={}, files={}, advanced=False)
    form = replace(form, earlier=item, other=tuple(other))
    values: dict[str, Any] = {}
    attached: dict[str, str] = {}
    for kind in operation.fields:
        opened = next((each for each in chain if _same(_field(each, kind.name), kind)), None)
        if opened is None:
            continue
        if isinstance(kind, f.Files):
            stays = opened is now and kind.name not in other  # the client keeps what was uploaded there
            before, names = (opened.form, opened.attached) if stays else again(opened)
            if known := before.files.get(kind.name):
                form = form.with_files(kind.name, known)
                attached |= {kind.name: names[kind.name]} if kind.name in names else {}
        elif kind.name in opened.values:
            values[kind.name] = opened.values[kind.name]
    return form, values, attached


def _field(opened: Open, name: str) -> f.Field | None:
    return next((each for each in opened.operation.fields if each.name == name), None)


def _same(was: f.Field | None, now: f.Field) -> bool:
    """Whether what stood in one field can stand in the other."""
    if was is None or type(was) is not type(now):
        return False
    return was == now or not isinstance(now, f.Model | f.Choice | f.Reference | f.Items | f.Several)


def _renames(opened: Open, kind: f.Field) -> bool:
    """Whether the field needs another block: a client keeps what stood in one, though it does not fit."""
    was = _field(opened, kind.name)
    before = kind.name in opened.form.other
    return before if was is None or was == kind else not before
