"""The words of a command: MODULE [OPERATION] words… --flag value; knows the declarations and no surface."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from bot import fields as f
from bot.errors import Invalid
from bot.module import Module, Operation

#: Clients make quotes curly and two hyphens a dash while people type.
QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“", "«": "»", "‘": "’"}
DASHES = ("--", "—", "–")
CONNECTION = f.Reference(name="connection", title="Connection", of="connection")


@dataclass(frozen=True, slots=True)
class Request:
    """What a command asks for. `raw` is empty where nothing but the names was given: then a form helps."""

    module: Module
    operation: Operation
    raw: dict[str, Any] = field(default_factory=dict)
    connection: str | None = None
    help: bool = False


def parse(text: str, modules: Sequence[Module], module: Module | None = None) -> Request | None:
    """Read a command; None where it names no module at all. Raises Invalid with the nearest right word."""
    return read(split(text), modules, module)


def read(words: Sequence[str], modules: Sequence[Module], module: Module | None = None) -> Request | None:
    """Read the words of a command, of the given module if the command itself names one."""
    rest = list(words)
    if module is None:
        if not rest:
            return None
        first = rest.pop(0)
        module = next((each for each in modules if each.name == first.lower()), None)
        if module is None:
            names = [each.name for each in modules]
            raise Invalid(f"There is no module “{first}”.{_nearest(first, names)} The modules are {', '.join(names)}.")
    operation = module.operations[0]
    if rest and (named := module.operation(rest[0].lower())):
        operation = named
        rest.pop(0)
    return _request(module, operation, rest)


def _request(module: Module, operation: Operation, rest: list[str]) -> Request:
    known = {each.name.replace("_", "-"): each for each in (*operation.fields, CONNECTION)}
    raw: dict[str, Any] = {}
    words: list[str] = []
    while rest:
        word = rest.pop(0)
        dash = next((each for each in DASHES if word.startswith(each) and len(word) > len(each)), None)
        if dash is None:
            words.append(word)
            continue
        flag, equals, value = word.removeprefix(dash).partition("=")
        if flag == "help":
            return Request(module, operation, help=True)
        kind = known.get(flag.replace("_", "-").lower())
        if kind is None:
            raise Invalid(f"There is no --{flag} in {operation.title}.{_nearest(flag, list(known), '--')}")
        if isinstance(kind, f.Secret):
            raise Invalid(f"{kind.title} is a secret: type it into the form, not into a command, which others may read.")
        if not equals:
            value = _value(kind, rest)
        _put(raw, kind, value)
    connection = raw.pop("connection", None)
    if words:
        _take_words(module, operation, words, raw)
    return Request(module, operation, raw, connection)


def _value(kind: f.Field, rest: list[str]) -> str:
    if isinstance(kind, f.Flag) and (not rest or rest[0].lower() not in {"yes", "no", "true", "false", "on", "off"}):
        return "yes"
    if not rest:
        raise Invalid(f"--{kind.name.replace('_', '-')} needs a value after it.", field=kind.name)
    return rest.pop(0)


def _put(raw: dict[str, Any], kind: f.Field, value: str) -> None:
    if isinstance(kind, f.Several):
        raw.setdefault(kind.name, []).append(value)
    else:
        raw[kind.name] = value


def _take_words(module: Module, operation: Operation, words: list[str], raw: dict[str, Any]) -> None:
    target = next((each for each in operation.fields if takes_words(each) and each.name not in raw), None)
    if target is None:
        others = [each.name for each in module.operations]
        raise Invalid(f"{operation.title} takes no words, but “{words[0]}” is there.{_nearest(words[0], others)}")
    _put(raw, target, " ".join(words))


def takes_words(kind: f.Field) -> bool:
    """Whether a command's words can go into this field."""
    match kind:
        case f.Text():
            return kind.words
        case f.Items():
            return any(isinstance(each, f.Text) and each.words for each in kind.fields)
        case f.Several() | f.Model() | f.Reference():
            return kind.required
        case f.Secret() | f.Number() | f.Flag() | f.Choice() | f.Files() | f.Json():
            return False
        case _:
            assert_never(kind)


def split(text: str) -> list[str]:
    """Words, with quoted ones kept together whatever kind of quotes a client makes of them."""
    words: list[str] = []
    current, quoted, closing = "", False, ""
    for at, sign in enumerate(text):
        if closing:
            if sign in {closing, '"'} if closing == "”" else sign == closing:
                closing = ""
            else:
                current += sign
        elif sign in QUOTES and (not current or current.endswith("=")) and _closes(text, at):
            quoted, closing = True, QUOTES[sign]
        elif sign.isspace():
            if current or quoted:
                words.append(current)
            current, quoted = "", False
        else:
            current += sign
    return [*words, current] if current or quoted else words


def _closes(text: str, at: int) -> bool:
    """Whether a quote that opens here is closed later; an apostrophe is none."""
    return QUOTES[text[at]] in text[at + 1 :] or (QUOTES[text[at]] == "”" and '"' in text[at + 1 :])


def _nearest(word: str, names: list[str], prefix: str = "") -> str:
    found = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    return f" Did you mean {prefix}{found[0]}?" if found else ""


def usage(module: Module, operation: Operation) -> str:
    """How an operation is typed, in one line."""
    name = "" if operation is module.operations[0] else f" {operation.name}"
    words = next((each for each in operation.fields if takes_words(each)), None)
    return f"{module.name}{name}" + (f" {words.title.lower()}…" if words else "")
