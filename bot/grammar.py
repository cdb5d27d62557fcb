"""Reads a command, MODULE [OPERATION] words… --flag value, by the declarations alone."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import fields as f
from bot.errors import Invalid
from bot.module import Module, Operation
from bot.openai import redacted
from bot.usage import COMMAND, example, flag, words_field, words_of
from bot.words import LONGEST, Word, joined, shown, split

CONNECTION = f.Reference(name="connection", title="Connection", of="connection")
SWITCH = {"yes", "no", "true", "false", "on", "off"}
#: How alike a word has to be to one that is meant; to one that may be a text of its own, more.
ALIKE, VERY_ALIKE = 0.6, 0.75


@dataclass(frozen=True, slots=True)
class Request:
    """What a command asks for. `raw` is empty where nothing but the names was given: then a form helps."""

    module: Module
    operation: Operation
    raw: dict[str, Any] = field(default_factory=dict)
    connection: str | None = None
    help: bool = False
    #: Whether the result is for the person alone, where they say so.
    private: bool | None = None
    #: Whether the operation was named: "files list" is complete, "files" alone may want anything.
    named: bool = False

    @property
    def needs_form(self) -> bool:
        """Whether only a form can complete it: nothing was given, or it takes what no command may hold."""
        asked = [each for each in self.operation.fields if each.required]
        if any(isinstance(each, f.Secret | f.Files) for each in asked):
            return True
        nothing = not self.raw and self.private is None
        return nothing and bool(asked if self.named else self.operation.fields)


def parse(text: str, modules: Sequence[Module], module: Module | None = None) -> Request | None:
    """Read a command, of the given module if the command itself names one; None where it names none.

    Raises Invalid, with the nearest right word and an example.
    """
    return _read(split(text), modules, module)


def read(words: Sequence[str], modules: Sequence[Module]) -> Request | None:
    """Read words that are split already, as `parse` reads a text."""
    return _read([Word(each, each) for each in words], modules, None)


def _read(words: list[Word], modules: Sequence[Module], module: Module | None) -> Request | None:
    end = next((at for at, each in enumerate(words) if each.text == "--" and not each.quoted), len(words))
    asked = {each.text.lower().lstrip("-—–") for each in words[:end] if _is_own(each)}
    rest = [each for at, each in enumerate(words) if at >= end or not _is_own(each)]
    if module is None:
        if not rest or (rest[0].text.lower() == "help" and not rest[0].quoted):
            return None
        module = _module(rest.pop(0), modules)
    # Of an only operation the name is as likely the first word of a text: "chat create a poem".
    found = module.operation(rest[0].text.lower()) if rest and not rest[0].quoted else None
    named = found is not None and (len(module.operations) > 1 or len(rest) == 1)
    operation = found if found and named else module.operations[0]
    rest = rest[1:] if named else rest
    if "help" in asked:
        return Request(module, operation, help=True)
    if asked == {"public", "private"}:
        raise Invalid("--public and --private are both there; give one of them.")
    request = _Reading(module, operation, named=named).request(rest)
    return replace(request, private="private" in asked) if asked else request


def _module(word: Word, modules: Sequence[Module]) -> Module:
    for each in modules:
        if each.name == word.text.lower():
            return each
    names = [each.name for each in modules]
    near = _nearest(word.text, names)
    raise Invalid(f"There is no module “{shown(word.text)}”.{near} The modules are {', '.join(names)}.")


class _Reading:
    """Sorts the words of one operation into its fields."""

    def __init__(self, module: Module, operation: Operation, *, named: bool) -> None:
        self._module = module
        self._operation = operation
        self._named = named
        asked = [*operation.fields, *([CONNECTION] if operation.needs_api else [])]
        self._known: dict[str, f.Field] = {flag(each): each for each in asked}
        self._raw: dict[str, Any] = {}

    def request(self, rest: list[Word]) -> Request:
        words: list[Word] = []
        while rest:
            word = rest.pop(0)
            # A client may have made a dash of the two hyphens; within a text it is one.
            if not word.quoted and (word.text == "--" or (word.text == "—" and not words)):
                words += rest
                break
            if given := self._flag(word):
                self._take(*given, rest)
            else:
                words.append(word)
        connection = self._raw.pop(CONNECTION.name, None) if self._operation.needs_api else None
        if words:
            self._take_words(words)
        return Request(self._module, self._operation, self._raw, connection, named=self._named)

    def _flag(self, word: Word) -> tuple[str, str | None] | None:
        """A flag's name and the value after its equals sign; None for any other word.

        Clients make two hyphens a dash. People write dashes too: one counts only before a name that is known.
        """
        name, equals, value = word.text.lstrip("-—–").partition("=")
        dashes = word.text[: len(word.text) - len(word.text.lstrip("-—–"))]
        if word.quoted or not name or dashes in {"", "-"}:
            return None
        name = name.replace("_", "-").lower()
        if dashes in {"—", "–"} and name not in self._known and not _nearest(name, list(self._known)):
            return None
        return name, value if equals else None

    def _take(self, name: str, value: str | None, rest: list[Word]) -> None:
        kind = self._known.get(name)
        if kind is None:
            near = _nearest(name, list(self._known), "--")
            text = f"There is no --{shown(name)} in {self._operation.title}.{near}"
            raise self._wrong(f"{text} If it is part of a text, put the text into quotes.")
        if isinstance(kind, f.Secret):
            raise self._wrong(f"{kind.title} is a secret: type it into the form, not into a command.", kind)
        if value is None:
            value = self._value(kind, rest)
        if isinstance(kind, f.Several | f.Files):
            self._raw.setdefault(kind.name, []).append(value)
        elif kind.name in self._raw:
            raise self._wrong(f"--{name} is given twice; give it once.", kind)
        else:
            self._raw[kind.name] = value

    def _value(self, kind: f.Field, rest: list[Word]) -> str:
        following = rest[0] if rest else None
        if isinstance(kind, f.Flag) and (following is None or following.text.lower() not in SWITCH):
            return "yes"
        found = self._flag(following) if following else None
        if following is None or (found and found[0] in self._known):
            raise self._wrong(f"--{flag(kind)} needs a value after it.", kind)
        return rest.pop(0).text

    def _take_words(self, words: list[Word]) -> None:
        text, operation = joined(words), self._operation
        secret = next((each for each in operation.fields if isinstance(each, f.Secret)), None)
        if secret and redacted(text) != text:
            raise self._wrong(
                f"{secret.title} is a secret: type it into the form, not into a command.", secret
            )
        others = [each.name for each in self._module.operations] if len(self._module.operations) > 1 else []
        first = "" if self._named or words[0].quoted else words[0].text
        target = words_field(operation)
        if target is None:
            near = _nearest(words[0].text, others)
            raise self._wrong(
                f"{operation.title} takes no words, but “{shown(words[0].text)}” is there.{near}"
            )
        if near := _nearest(first, others, alike=VERY_ALIKE):
            meant = f"If “{shown(first)}” is meant as {target.title}, put it into quotes."
            raise self._wrong(f"There is no operation “{shown(first)}”.{near} {meant}", target)
        if isinstance(target, f.Several):
            self._raw.setdefault(target.name, []).append(text)
        elif target.name in self._raw:
            raise self._wrong(f"{target.title} is given twice: as words and with --{flag(target)}.", target)
        elif isinstance(target, f.Items) and (into := words_of(target)):
            self._raw[target.name] = [{into.name: text}]
        else:
            self._raw[target.name] = text

    def _wrong(self, text: str, kind: f.Field | None = None) -> Invalid:
        shown = f"{text} For example: `{COMMAND} {example(self._module, self._operation)}`"
        return Invalid(shown, field=kind.name if kind else None)


def _is_own(word: Word) -> bool:
    """Whether a word is a flag of every operation; clients make a dash of two hyphens."""
    return not word.quoted and re.fullmatch(r"(--|—|–)(help|public|private)", word.text.lower()) is not None


def _nearest(word: str, names: Sequence[str], prefix: str = "", *, alike: float = ALIKE) -> str:
    found = difflib.get_close_matches(word.lower()[:LONGEST], names, n=1, cutoff=alike)
    return f" Did you mean {prefix}{found[0]}?" if found else ""
