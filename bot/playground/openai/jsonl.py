"""Reads a fine-tuning file as the API's validation does: JSON lines in the shape that the method wants."""

import json
from dataclasses import dataclass
from typing import Any

from bot.playground.openai.tokens import A_MESSAGE, count

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
MIN_EXAMPLES = 10


class BadTrainingFile(ValueError):
    """A file that a job cannot be trained on; the message is what the failed job's error says."""


@dataclass(frozen=True)
class Examples:
    """How many examples a file holds and how many tokens they are."""

    count: int
    tokens: int


def read_examples(content: bytes, method: str) -> Examples:
    """The examples of a training or validation file for `method` (supervised, dpo or reinforcement).

    Raises BadTrainingFile naming the line and what is wrong with it.
    """
    check = {"supervised": _supervised, "dpo": _preference, "reinforcement": _reinforcement}[method]
    number = tokens = 0
    for line_number, line in enumerate(_text(content).splitlines(), 1):
        if not line.strip():
            continue
        try:
            texts = check(_object(line, line_number))
        except _WrongShapeError as problem:
            raise BadTrainingFile(f"Invalid file format. Line {line_number}: {problem}") from None
        number += 1
        tokens += sum(count(text) + A_MESSAGE for text in texts)
    return Examples(number, tokens)


class _WrongShapeError(ValueError):
    """What is wrong with one line."""


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTrainingFile("Invalid file format. The file is not encoded in UTF-8.") from None


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    raise BadTrainingFile(
        "Expected file to have JSONL format, where every line is a valid JSON dictionary. "
        f"Line {number} is not a dictionary."
    )


def _supervised(example: dict[str, Any]) -> list[str]:
    texts = _messages(example.get("messages"), "messages")
    last = example["messages"][-1]
    if last["role"] != "assistant":
        raise _WrongShapeError("the last message must be from the assistant.")
    return texts


def _preference(example: dict[str, Any]) -> list[str]:
    shown = example.get("input")
    if not isinstance(shown, dict):
        raise _WrongShapeError('missing key "input".')
    texts = _messages(shown.get("messages"), "input.messages")
    for key in ("preferred_output", "non_preferred_output"):
        texts += _messages(example.get(key), key)
        if any(message["role"] not in {"assistant", "tool"} for message in example[key]):
            raise _WrongShapeError(f'"{key}" may only hold messages from the assistant.')
    return texts


def _reinforcement(example: dict[str, Any]) -> list[str]:
    texts = _messages(example.get("messages"), "messages")
    if example["messages"][-1]["role"] != "user":
        raise _WrongShapeError("the last message must be from the user.")
    return texts


def _messages(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not value:
        raise _WrongShapeError(f'missing key "{where}", a list of at least one message.')
    return [_message(message, f"{where}[{index}]") for index, message in enumerate(value)]


def _message(message: object, where: str) -> str:
    if not isinstance(message, dict):
        raise _WrongShapeError(f"{where} is not a dictionary.")
    role = message.get("role")
    if role not in ROLES:
        raise _WrongShapeError(f"{where} has an unknown role {role!r}.")
    if "weight" in message and (role != "assistant" or message["weight"] not in {0, 1}):
        raise _WrongShapeError(f'{where}: "weight" must be 0 or 1, on messages from the assistant.')
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) and "type" in part for part in content):
        return " ".join(str(part.get("text", "")) for part in content)
    if (
        content is None
        and role == "assistant"
        and (message.get("tool_calls") or message.get("function_call"))
    ):
        return json.dumps(message.get("tool_calls") or message.get("function_call"))
    raise _WrongShapeError(f'{where}: "content" must be text or a list of parts.')
