"""How the same values are given on each surface: typed as a command, put into a form, typed at a terminal."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot import fields as f
from bot import grammar, terminal
from bot.grammar import Request
from bot.module import File, Module, Operation
from bot.modules import ALL
from bot.slack import forms
from bot.slack.elements import ACTION, MOST_TYPED
from bot.slack.forms import Form
from bot.slack.inputs import inputs
from bot.usage import flag
from bot.words import quoted

#: What no command holds: the form asks for it.
APART = (f.Secret, f.Files)


def command(module: Module, operation: Operation, values: Mapping[str, Any], _: Path) -> dict[str, Any]:
    """As a slash command; what a command cannot hold is added as a form would add it."""
    flags = {each.name: each for each in operation.fields if not isinstance(each, APART)}
    words = [f"{word}{quoted(text)}" for word, text in _flags(flags.values(), values)]
    request = grammar.parse(" ".join([*_named(module, operation), *words]), ALL)
    assert request
    assert (request.module, request.operation) == (module, operation)
    return request.raw | {name: value for name, value in values.items() if name not in flags}


def form(module: Module, operation: Operation, values: Mapping[str, Any], _: Path) -> dict[str, Any]:
    """As the state of a form, every advanced setting in sight."""
    texts = {
        name: value
        for name, value in values.items()
        if not any(isinstance(each, f.Files) and each.name == name for each in operation.fields)
    }
    shown = forms.filled(Form(module.name, operation.name).unfolded(), operation, texts)
    state: dict[str, Any] = {}
    for each in operation.fields:
        for block, kind, value in inputs(shown, each, values.get(each.name)):
            for at, piece in enumerate(_pieces(value, shown.parts.get(block, 1))):
                state[f"{block}~{at}" if at else block] = {ACTION: _held(kind, piece)}
    raw = forms.typed(operation, Form.unpacked(shown.packed()), state)
    # What Slack tells of files is fetched before it is checked.
    fetched = {each.name for each in operation.fields if isinstance(each, f.Files) and each.name in raw}
    return raw | {name: values[name] for name in fetched}


def _pieces(value: Any, parts: int) -> list[Any]:
    """A value as a client holds it: in text, and a long one in several inputs."""
    if not (value is None or isinstance(value, list)):
        value = _written(value)
    if parts == 1:
        return [value]
    return [value[at * MOST_TYPED : (at + 1) * MOST_TYPED] for at in range(parts)]


def _held(kind: f.Field, value: Any) -> dict[str, Any]:
    """What Slack says that an element holds."""
    match kind:
        case f.Choice() | f.Flag() | f.Model() | f.Reference():
            return {"selected_option": None if value is None else {"value": value}}
        case f.Person():
            return {"selected_user": value}
        case f.Files():
            return {"files": [{"id": f"F{at}"} for at, _ in enumerate(value or ())]}
        case _:
            return {"value": value}


def shell(module: Module, operation: Operation, values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """As words of `python -m bot run`: files by their paths, a secret over stdin."""
    words = _named(module, operation)
    words += [f"{word}{text}" for word, text in _flags(operation.fields, values, folder)]
    request = grammar.read(words, ALL)
    assert isinstance(request, Request)
    secret = next((values.get(each.name, "") for each in operation.fields if isinstance(each, f.Secret)), "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        return terminal._complete(request)


def _named(module: Module, operation: Operation) -> list[str]:
    """An only operation is not named: its name would be the first of its words."""
    return [module.name, *([operation.name] if len(module.operations) > 1 else [])]


def _flags(kinds: Any, values: Mapping[str, Any], folder: Path | None = None) -> list[tuple[str, str]]:
    """Each flag and its equals sign, and its value as text."""
    made: list[tuple[str, str]] = []
    for each in kinds:
        value = values.get(each.name)
        if value is None or isinstance(each, f.Secret):
            continue
        if isinstance(each, f.Files):
            assert folder
            many = [_path(file, folder) for file in value]
        else:
            many = value if isinstance(each, f.Several) else [value]
        made += [(f"--{flag(each)}=", _written(one)) for one in many]
    return made


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _path(file: File, folder: Path) -> str:
    path = folder / file.name
    with path.open("wb") as opened:
        opened.write(file.content)
        opened.truncate(len(file.content))  # a large one takes no room on the disk
    return str(path)


SURFACES = {"command": command, "form": form, "terminal": shell}
