"""Checks one value by its field's kind: what was typed or picked becomes what an operation takes."""

import math
import re
from typing import Any, assert_never

import orjson

from bot import fields as f
from bot.module import File
from bot.words import shown

YES = {"yes", "true", "on", "1", "y"}
NO = {"no", "false", "off", "0", "n"}
#: As many digits as any number of JSON's has when it is written out, so that no number takes long to read.
NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
#: JSON's integers travel in 64 bits.
LARGEST = 2**63
#: Whole numbers up to this one are the same as floating ones.
EXACT = 2**53
#: Clients make quotes curly and hyphens long while people type.
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"'})
HYPHEN = str.maketrans({"−": "-", "–": "-"})
#: A mention as Slack hands it over, or the ID alone.
SOMEBODY = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{2,})")
Single = (
    f.Text | f.Secret | f.Number | f.Flag | f.Choice | f.Model | f.Reference | f.Person | f.Files | f.Json
)


def checked(kind: Single, given: object) -> Any:  # noqa: PLR0911 - one line a kind of field
    """The value as an operation takes it. Raises ValueError with the end of a sentence about the field."""
    match kind:
        case f.Text():
            return _text(kind, given)
        case f.Secret():
            return _secret(kind, given)
        case f.Number():
            return _number(kind, given)
        case f.Flag():
            return _flag(given)
        case f.Choice():
            return _choice(kind, given)
        case f.Model():
            return _name(given)
        case f.Reference():
            return _title(given) if kind.of == "connection" else _name(given)
        case f.Person():
            return _person(given)
        case f.Files():
            return _files(kind, given)
        case f.Json():
            return _json(kind, given)
        case _:
            assert_never(kind)


def empty(kind: f.Field, given: object) -> bool:
    """Whether nothing was given; blanks alone are nothing where a text is needed."""
    if isinstance(given, str):
        return not (given.strip() if kind.required else given)
    return given is None or (given in ([], ()) and not isinstance(kind, f.Json))


def _text(kind: f.Text, given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("this has to be text.")  # noqa: TRY004 - shown to the person, as all of these
    if len(given) > kind.high:
        raise ValueError(f"{len(given):,} characters are too many; at most {kind.high:,} are allowed.")
    if len(given) < kind.low:
        raise ValueError(f"at least {kind.low:,} characters are needed.")
    if kind.pattern and not re.fullmatch(kind.pattern, given):
        raise ValueError(kind.pattern_hint or "this has the wrong form.")
    return given


def _secret(kind: f.Secret, given: object) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if not kind.low <= len(text) <= kind.high:
        raise ValueError(f"between {kind.low} and {kind.high} characters are needed.")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("this has characters that no key has; copy it again.")
    return text


def _number(kind: f.Number, given: object) -> float | int:
    text = str(given).strip().translate(HYPHEN)
    if isinstance(given, bool) or not NUMBER.fullmatch(text):
        raise ValueError(f"“{shown(str(given))}” is not a number.")
    number: float | int = int(text) if WHOLE.fullmatch(text) else float(text)
    if not kind.integer and abs(number) > EXACT:
        number = float(text)
    if kind.integer and isinstance(number, float) and number.is_integer():
        number = int(number)
    if (kind.low is not None and number < kind.low) or (kind.high is not None and number > kind.high):
        raise ValueError(f"{shown(text)} is not {span(kind)}.")
    if kind.integer and not isinstance(number, int):
        raise ValueError(f"{shown(text)} is not a whole number.")
    if not math.isfinite(number) or (isinstance(number, int) and abs(number) >= LARGEST):
        raise ValueError(f"{shown(text)} is too large.")
    return number


def span(kind: f.Number) -> str:
    """The bounds of a number in words, empty where it has none."""
    if kind.low is not None and kind.high is not None:
        return f"between {kind.low:g} and {kind.high:g}"
    if kind.low is not None:
        return f"at least {kind.low:g}"
    return f"at most {kind.high:g}" if kind.high is not None else ""


def _flag(given: object) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"“{shown(str(given))}” is neither yes nor no.")


def _choice(kind: f.Choice, given: object) -> str:
    word = str(given).strip()
    for option in kind.options:
        if option.lower() == word.lower():
            return option
    raise ValueError(f"“{shown(word)}” is none of {', '.join(kind.options)}.")


def _name(given: object) -> str:
    word = str(given).strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", word):
        raise ValueError("a name or ID has no spaces and at most 256 characters.")
    return word


def _title(given: object) -> str:
    word = str(given).strip()
    if not (word.isprintable() and 0 < len(word) <= 256):
        raise ValueError("a name stands in one line and has at most 256 characters.")
    return word


def _person(given: object) -> str:
    word = str(given).strip()
    found = SOMEBODY.fullmatch(word)
    if not found:
        raise ValueError(f"“{shown(word)}” could be anybody; choose the person in the form.")
    return found[1] or found[2]


def _files(kind: f.Files, given: object) -> list[File]:
    given = list(given) if isinstance(given, list | tuple) else [given]
    files = [each for each in given if isinstance(each, File)]
    if len(files) < len(given):
        raise ValueError("attach a file; a name alone is not enough.")
    if len(files) > kind.most:
        raise ValueError(f"{len(files)} files are too many; at most {kind.most} are allowed.")
    for file in files:
        if kind.types and file.name.rpartition(".")[2].lower() not in kind.types:
            raise ValueError(f"“{shown(file.name)}” has the wrong type; allowed are {', '.join(kind.types)}.")
        if not file.content:
            raise ValueError(f"“{shown(file.name)}” is empty.")
        if len(file.content) > kind.bytes_each:
            raise ValueError(f"“{shown(file.name)}” is larger than {kind.bytes_each / 2**20:g} MB.")
    return files


def _json(kind: f.Json, given: object) -> Any:
    value = _read(kind, given) if isinstance(given, str) else given
    if kind.shape == "object" and not isinstance(value, dict):
        raise ValueError('this has to be a JSON object, like {"key": "value"}.')
    if kind.shape == "array" and not isinstance(value, list):
        raise ValueError('this has to be a JSON array, like ["one", "two"].')
    return value


def _read(kind: f.Json, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        straight = text.translate(STRAIGHT)
        if straight != text:
            return _read(kind, straight)
        if kind.shape == "any" and re.fullmatch(r"\s*\w+\s*", text):
            return text.strip()  # a single word needs no quotes
        raise ValueError(f"not JSON at line {wrong.lineno}, column {wrong.colno}: {wrong.msg}.") from None
