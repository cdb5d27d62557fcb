"""Turns what was typed, on whatever surface, into checked values; the limits come from the fields."""

from collections.abc import Mapping
from typing import Any

from bot import fields as f
from bot.errors import Invalid
from bot.kinds import Single, checked, empty
from bot.module import Operation
from bot.usage import words_of

#: What is wrong, by its place: a field's name; for groups "name.number" or "name.number.field", from 1 on.
Problems = dict[str, str]


def check(operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values by field name; fields that were not set are left out.

    Raises Invalid with one problem a field, or a group's field. A required model is not missed here: the
    service chooses one.
    """
    values: dict[str, Any] = {}
    known = {each.name for each in operation.fields}
    problems = {
        name: f"There is no field “{name}” in {operation.title}." for name in raw if name not in known
    }
    for each in operation.fields:
        try:
            given = _without_blanks(each, raw.get(each.name))
            if not empty(each, given):
                values[each.name] = _value(each, given, problems)
            elif each.required and not isinstance(each, f.Model):
                problems[each.name] = f"{each.title} is missing."
        except ValueError as wrong:
            problems[each.name] = f"{each.title}: {wrong}"
    if problems:
        raise Invalid("\n".join(problems.values()), field=next(iter(problems)), problems=problems)
    return values


def listed(kind: f.Several | f.Items, given: object) -> list[Any]:
    """What was given for a field of groups as a list of them: one text is one group, JSON may be several.

    Raises ValueError.
    """
    if isinstance(kind, f.Several):
        given = [given] if isinstance(given, str) else given
        if isinstance(given, list | tuple) and all(isinstance(each, str) for each in given):
            return list(given)
        raise ValueError("this has to be one text or several.")
    into = words_of(kind)
    if isinstance(given, str) and into and not given.lstrip().startswith("["):
        return [{into.name: given}]
    groups = checked(f.Json(name=kind.name, title=kind.title, shape="array"), given)
    if all(isinstance(each, dict) for each in groups):
        return list(groups)
    raise ValueError("this has to be a list of groups.")


def _without_blanks(kind: f.Field, given: Any) -> Any:
    """Groups in which nothing was typed are none; where all are, nothing was given."""
    if empty(kind, given) or not isinstance(kind, f.Several | f.Items):
        return given
    groups = listed(kind, given)
    return groups if any(_typed(kind, each) for each in groups) else None


def _typed(kind: f.Several | f.Items, group: Any) -> bool:
    """Whether somebody wrote into a group; what is chosen in it at first is not enough."""
    if isinstance(kind, f.Several):
        return not empty(kind.item, group)
    known = {each.name: each for each in kind.fields}
    return any(
        not isinstance(known.get(name), f.Choice) and given not in (None, "") for name, given in group.items()
    )


def _value(kind: f.Field, given: Any, problems: Problems) -> Any:
    if not isinstance(kind, f.Several | f.Items):
        return checked(kind, given)
    numbered = [(at, each) for at, each in enumerate(given, 1) if _typed(kind, each)]
    if not kind.low <= len(numbered) <= kind.high:
        raise ValueError(f"{len(numbered)} are given; between {kind.low} and {kind.high} are needed.")
    if isinstance(kind, f.Several):
        return [
            _one(kind.item, each, f"{kind.name}.{at}", f"{kind.title} {at}", problems)
            for at, each in numbered
        ]
    return [_group(kind, each, at, problems) for at, each in numbered]


def _group(kind: f.Items, group: Mapping[str, Any], at: int, problems: Problems) -> dict[str, Any]:
    values: dict[str, Any] = {}
    known = {each.name for each in kind.fields}
    place, title = f"{kind.name}.{at}", f"{kind.title} {at}"
    for name in group:
        if name not in known:
            problems[f"{place}.{name}"] = f"{title}: there is no field “{name}”."
    for each in kind.fields:
        given = group.get(each.name)
        given = each.default if empty(each, given) else given
        if given is not None:
            values[each.name] = _one(each, given, f"{place}.{each.name}", f"{title}, {each.title}", problems)
        elif each.required:
            problems[f"{place}.{each.name}"] = f"{title}: {each.title} is missing."
    return values


def _one(kind: Single, given: Any, place: str, title: str, problems: Problems) -> Any:
    try:
        return checked(kind, given)
    except ValueError as wrong:
        problems[place] = f"{title}: {wrong}"
        return None
