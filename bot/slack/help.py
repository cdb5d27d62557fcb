"""What is said to those who ask what there is: made from the declarations."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import orjson

from bot import fields as f
from bot.grammar import takes_words, usage
from bot.module import Module, Operation
from bot.slack import ids
from bot.slack.blocks import button

Blocks = list[dict[str, Any]]


def overview(modules: Sequence[Module]) -> Blocks:
    """The modules in their order, a line and a button each."""
    blocks: Blocks = [_section("*What I can do.* Type a command, use a button, or mention me in a channel.")]
    for each in modules:
        block = _section(f"*{each.title}* · `/openai {each.name}`\n{each.summary}.")
        block["accessory"] = button("Open", ids.OPEN, f"{each.name}/{each.operations[0].name}")
        blocks.append(block)
    return [*blocks, {"type": "context", "elements": [_text("`/openai MODULE --help` explains a module.")]}]


def explanation(module: Module, operation: Operation) -> Blocks:
    """One operation: how it is typed, its fields, an example, and the module's other operations."""
    lines = [f"*{operation.title}*: {operation.summary}.", f"`/openai {usage(module, operation)}`"]
    lines += [_line(each) for each in operation.fields]
    lines.append(f"Example: `/openai {example(module, operation)}`")
    others = [each.name for each in module.operations if each is not operation]
    if others:
        lines.append(f"Other operations: {', '.join(others)}.")
    blocks: Blocks = []
    text = ""
    for line in lines:
        if len(text) + len(line) > 2_900:  # a section takes 3,000 characters
            blocks.append(_section(text))
            text = ""
        text += line + "\n"
    opener = button("Open the form", ids.OPEN, f"{module.name}/{operation.name}")
    return [*blocks, _section(text), {"type": "actions", "elements": [opener]}]


def example(module: Module, operation: Operation) -> str:
    """The worked example as somebody would type it."""
    parts, words = [], ""
    for each in operation.fields:
        value = operation.example.get(each.name)
        if value is None or isinstance(each, f.Secret):
            continue
        if takes_words(each) and not words:
            words = _words(value)
        else:
            parts.append(f"--{each.name.replace('_', '-')} {_flag(value)}")
    name = "" if operation is module.operations[0] else operation.name
    return " ".join(each for each in (module.name, name, words, *parts) if each)


def _words(value: Any) -> str:
    if isinstance(value, list):
        last = value[-1]
        return next(str(each) for name, each in last.items() if name == "content") if isinstance(last, dict) else str(last)
    return str(value)


def _flag(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f'"{text}"' if " " in text and '"' not in text else (f"'{text}'" if '"' in text else text)


def _line(kind: f.Field) -> str:
    need = " (needed)" if kind.required else ""
    hint = f" {kind.hint}" if kind.hint else ""
    return f"• `--{kind.name.replace('_', '-')}` {kind.title}{need}: {_limits(kind)}{hint}"


def _limits(kind: f.Field) -> str:  # noqa: PLR0911 - one line a kind of field
    match kind:
        case f.Text():
            return f"text of at most {kind.high:,} characters."
        case f.Secret():
            return "a secret; only the form takes it."
        case f.Number():
            what = "a whole number" if kind.integer else "a number"
            bounds = [f"from {kind.low:g}" if kind.low is not None else "", f"to {kind.high:g}" if kind.high is not None else ""]
            return " ".join([what, *filter(None, bounds)]) + "."
        case f.Flag():
            return "yes or no."
        case f.Choice():
            return f"one of {', '.join(kind.options)}."
        case f.Model():
            return "a model's ID."
        case f.Reference():
            return f"the name or ID of a {kind.of}."
        case f.Files():
            return f"up to {kind.most} files ({', '.join(kind.types)}), in the form."
        case f.Json():
            return "JSON."
        case f.Several() | f.Items():
            return f"{kind.low} to {kind.high} of them."
        case _:
            assert_never(kind)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Mapping[str, str]:
    return {"type": "mrkdwn", "text": text}
