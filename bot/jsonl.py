"""Checks training files line by line: what is wrong where and how to put it right; counts and splits them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.errors import Invalid

MARK = b"\xef\xbb\xbf"  # that some editors put before UTF-8
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
#: What OpenAI trains on at least; and pictures in an example at most.
LEAST, PICTURES = 10, 10
#: Problems that are told; a file with more is usually wrong in the same way everywhere.
TOLD = 15
#: English in today's vocabularies; and the marks around each message.
BYTES_A_TOKEN, A_MESSAGE = 4, 3
ALONE = "write each example on a line of its own, as one JSON object"


@dataclass(slots=True)
class Checked:
    """What a file holds: examples, about so many tokens, wrong lines, and how to put the first ones right."""

    examples: int = 0
    tokens: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)

    def told(self) -> str:
        """What is in it, in words."""
        return f"{self.examples:,} examples, about {self.tokens:,} tokens"


def without_mark(content: bytes) -> bytes:
    """The same without the mark that JSON may not begin with."""
    return content.removeprefix(MARK)


def check(content: bytes, method: str) -> Checked:
    """Every line of a file for `method`: supervised, dpo or reinforcement."""
    found = Checked()
    for number, line in _lines(content):
        try:
            texts = SHAPES[method](_object(line, number))
        except _WrongError as wrong:
            found.wrong += 1
            if found.wrong <= TOLD:
                found.problems.append(f"Line {number:,}: {wrong}.")
            continue
        found.examples += 1
        found.tokens += sum(
            len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN + A_MESSAGE for text in texts
        )
    return found


def refuse(found: Checked, name: str, title: str, field_name: str, *, least: int = 1) -> None:
    """Raise Invalid where a file cannot be trained on."""
    if found.wrong:
        more = [f"… and {found.wrong - TOLD:,} more lines."] if found.wrong > TOLD else []
        head = f"{title}: nothing was uploaded, because “{name}” has to be put right first."
        raise Invalid("\n".join([head, *found.problems, *more]), field=field_name)
    if found.examples < least:
        text = f"{title}: “{name}” has {found.examples} examples; at least {least} are needed."
        raise Invalid(f"{text} Nothing was uploaded.", field=field_name)


def split(content: bytes, percent: float) -> tuple[bytes, bytes]:
    """The examples to train on, and those that are kept to validate: spread evenly, one at least."""
    lines = [line for _, line in _lines(content)]
    kept = max(1, round(len(lines) * percent / 100))
    places = {at * len(lines) // kept for at in range(kept)}
    both = [[line for at, line in enumerate(lines) if (at in places) is into] for into in (False, True)]
    return b"\n".join(both[0]) + b"\n", b"\n".join(both[1]) + b"\n"


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(without_mark(content).split(b"\n"), 1):
        if stripped := line.strip():
            yield number, stripped


class _WrongError(ValueError):
    """What is wrong with a line, and what to do."""


def _object(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        raise _WrongError(f"it is not UTF-8 at byte {wrong.start + 1}; save the file as UTF-8") from None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as wrong:
        raise _WrongError(f"it is not JSON at column {wrong.colno}; {_fix(line, number)}") from None
    if not isinstance(value, dict):
        raise _WrongError(f"it is not a JSON object; {ALONE}")
    return value


def _fix(line: bytes, number: int) -> str:
    if number == 1 and line.startswith(b"["):
        return f"the file is a JSON array: leave its brackets and commas out and {ALONE}"
    if line in {b"{", b"["}:
        return f"the JSON goes on in the next lines: {ALONE}"
    if line.endswith(b","):
        return "take away the comma at its end"
    if line.startswith(b"{'"):
        return "JSON has double quotes"
    return "look there for a missing quote, comma or bracket"


def _supervised(example: Mapping[str, Any]) -> list[str]:
    if "prompt" in example and "completion" in example:
        raise _WrongError(
            '"prompt" and "completion" were for older models; write '
            '{"messages": [{"role": "user", "content": …}, {"role": "assistant", "content": …}]}'
        )
    texts = _messages(example, "messages")
    if example["messages"][-1]["role"] != "assistant":
        raise _WrongError("the last message has to be the assistant's: the answer that is to be learned")
    return texts


def _preference(example: Mapping[str, Any]) -> list[str]:
    shown = example.get("input")
    if not isinstance(shown, dict):
        raise _WrongError('"input" is missing; it is an object with "messages"')
    texts = _messages(shown, "messages", "input.")
    for key in ("preferred_output", "non_preferred_output"):
        texts += _messages(example, key)
        if any(message["role"] not in {"assistant", "tool"} for message in example[key]):
            raise _WrongError(f'"{key}" may hold messages of the assistant only')
    return texts


def _reinforcement(example: Mapping[str, Any]) -> list[str]:
    texts = _messages(example, "messages")
    if example["messages"][-1]["role"] != "user":
        raise _WrongError("the last message has to be the user's: the model finds the answer itself")
    return texts


SHAPES = {"supervised": _supervised, "dpo": _preference, "reinforcement": _reinforcement}


def _messages(parent: Mapping[str, Any], key: str, path: str = "") -> list[str]:
    messages = parent.get(key)
    if not isinstance(messages, list) or not messages:
        raise _WrongError(
            f'"{path}{key}" is missing; it is a list of messages, each with "role" and "content"'
        )
    texts = [_message(each, f"message {number} of {path}{key}") for number, each in enumerate(messages, 1)]
    pictures = sum(_pictures(each.get("content")) for each in messages)
    if pictures > PICTURES:
        raise _WrongError(f"it has {pictures} pictures; an example may have {PICTURES}")
    return texts


def _message(message: Any, which: str) -> str:
    if not isinstance(message, dict):
        raise _WrongError(f'{which} is not an object with "role" and "content"')
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise _WrongError(f"{which} has the role {_shown(role)}; it has to be one of {', '.join(ROLES)}")
    if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
        raise _WrongError(f'"weight" of {which} has to be 0 or 1, and stands with the assistant\'s only')
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(_is_part(part) for part in content):
        return " ".join(str(part.get("text", "")) for part in content)
    calls = message.get("tool_calls") or message.get("function_call")
    if content is None and role == "assistant" and calls:
        return orjson.dumps(calls).decode()
    raise _WrongError(f'"content" of {which} has to be text, or a list of parts that have a "type"')


def _is_part(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("type"), str)


def _pictures(content: Sequence[Any] | str | None) -> int:
    return sum(part["type"] == "image_url" for part in content) if isinstance(content, list) else 0


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 40 else text[:40] + "…"
