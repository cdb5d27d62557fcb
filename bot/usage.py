"""How an operation is typed as a command: in one line, field by field, and as its worked example."""

from typing import Any, assert_never

import orjson

from bot import fields as f
from bot.kinds import span
from bot.module import Module, Operation
from bot.words import is_plain, quoted, split

#: What stands before the words of every command in Slack.
COMMAND = "/openai"


def flag(kind: f.Field) -> str:
    """A field's flag, without its two hyphens."""
    return kind.name.replace("_", "-")


def words_field(operation: Operation) -> f.Field | None:
    """The field that a command's words go into: the text they are meant for, else the first needed name."""
    fields = operation.fields
    texts = (each for each in fields if _takes_words(each))
    names = (each for each in fields if each.required and isinstance(each, f.Reference | f.Person))
    return next(texts, None) or next(names, None)


def _takes_words(kind: f.Field) -> bool:
    match kind:
        case f.Text():
            return kind.words
        case f.Items():
            return words_of(kind) is not None
        case f.Several():
            return kind.item.words
        case f.Secret() | f.Number() | f.Flag() | f.Choice() | f.Files() | f.Json():
            return False
        case f.Model() | f.Reference() | f.Person():
            return False
        case _:
            assert_never(kind)


def words_of(kind: f.Items) -> f.Text | None:
    """The field of a group that words go into."""
    return next((each for each in kind.fields if isinstance(each, f.Text) and each.words), None)


def usage(module: Module, operation: Operation) -> str:
    """How an operation is typed, in one line."""
    target = words_field(operation)
    named = [module.name, *([operation.name] if operation is not module.operations[0] else [])]
    return " ".join([*named, *([f"{target.title.lower()}…"] if target else [])])


def example(module: Module, operation: Operation) -> str:
    """The worked example as somebody would type it; without secrets and files, which the form asks for."""
    parts = [module.name, *([operation.name] if operation is not module.operations[0] else [])]
    target, flags = words_field(operation), list[str]()
    for each in operation.fields:
        value = operation.example.get(each.name)
        if value is None or isinstance(each, f.Secret | f.Files):
            continue
        text = _as_words(each, value) if each is target else None
        if text is not None:
            parts.append(_phrase(text, module, operation))
        elif isinstance(each, f.Several):
            flags += [f"--{flag(each)} {quoted(one)}" for one in value]
        else:
            flags.append(f"--{flag(each)} {quoted(_written(value))}")
    return " ".join([*parts, *flags])


def _as_words(kind: f.Field, value: Any) -> str | None:
    """The value as plain words, where words alone can say it."""
    if isinstance(kind, f.Several):
        return value[0] if len(value) == 1 else None
    if isinstance(kind, f.Items):
        group: dict[str, Any] = value[0] if len(value) == 1 else {}
        into = words_of(kind)
        usual = {each.name: each.default for each in kind.fields if each.default is not None}
        said = {name: given for name, given in group.items() if usual.get(name) != given}
        return said[into.name] if into and [*said] == [into.name] else None
    return str(value)


def _phrase(text: str, module: Module, operation: Operation) -> str:
    """Words as they are, or in quotes where a part of them would be read as something else."""
    words = split(text)
    plain = " ".join(each.typed for each in words) == text != module.operations[0].name
    if len(module.operations) > 1 and operation is module.operations[0]:
        return quoted(text, always=True)  # the first word could be the name of an operation
    return text if plain and all(map(is_plain, words)) else quoted(text)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def limits(kind: f.Field) -> str:  # noqa: C901, PLR0911, PLR0912 - one line a kind of field
    """What a field takes, in words."""
    match kind:
        case f.Text():
            return f"text of at most {kind.high:,} characters"
        case f.Secret():
            return "a secret"
        case f.Number():
            return f"{'a whole number' if kind.integer else 'a number'} {span(kind)}".strip()
        case f.Flag():
            return "yes or no"
        case f.Choice():
            return f"one of {', '.join(kind.options)}"
        case f.Model():
            return "a model's ID; the usual one where none is given"
        case f.Reference():
            return f"the name or ID of a {kind.of}"
        case f.Person():
            return "a person of this workspace, as a mention"
        case f.Files():
            what = f"up to {kind.most} files" if kind.most > 1 else "a file"
            return f"{what} ({', '.join(kind.types) or 'of any type'})"
        case f.Json():
            return "JSON"
        case f.Several():
            return f"{kind.low} to {kind.high} of them; give the flag several times"
        case f.Items():
            return f"{kind.low} to {kind.high}, each {', '.join(map(_part, kind.fields))}; as a JSON array"
        case _:
            assert_never(kind)


def _part(kind: f.Text | f.Choice) -> str:
    options = f" ({', '.join(kind.options)})" if isinstance(kind, f.Choice) else ""
    return f"{kind.name}{options}"
