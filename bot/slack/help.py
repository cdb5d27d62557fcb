"""What is said to those who ask what there is: made from the declarations."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot import fields as f
from bot.module import Module, Operation
from bot.slack import ids
from bot.slack.blocks import SECTION, actions, button
from bot.slack.text import clip, for_mrkdwn
from bot.usage import COMMAND, example, flag, limits, usage, words_field

Block = dict[str, Any]


def overview(modules: Sequence[Module], action: str = ids.OPEN) -> list[Block]:
    """The modules in their order, a line and a button each; `action` is what the buttons are called."""
    blocks = [_section("*What I can do.* Type a command, use a button, or mention me in a channel.")]
    for each in modules:
        block = _section(f"*{for_mrkdwn(each.title)}* · `{COMMAND} {each.name}`\n{for_mrkdwn(each.summary)}.")
        block["accessory"] = button("Open", f"{action}:{each.name}", f"{each.name}/{each.operations[0].name}")
        blocks.append(block)
    return [
        *blocks,
        {"type": "context", "elements": [_text(f"`{COMMAND} MODULE --help` explains a module.")]},
    ]


def explanation(module: Module, operation: Operation) -> list[Block]:
    """One operation: how it is typed, its fields, an example, and the module's other operations."""
    lines = [f"*{for_mrkdwn(operation.title)}*: {for_mrkdwn(operation.summary)}."]
    lines.append(f"`{COMMAND} {for_mrkdwn(usage(module, operation))}`")
    into = words_field(operation)
    lines += [_line(each, words=each is into) for each in operation.fields if not each.advanced]
    if advanced := [_line(each, words=each is into) for each in operation.fields if each.advanced]:
        lines += ["*Advanced settings*", *advanced]
    usual = "the one who asks" if operation.private else "everybody here"
    lines.append(f"• `--public` or `--private`: who sees the result; {usual} without them.")
    lines.append(f"Example: `{COMMAND} {for_mrkdwn(example(module, operation))}`")
    if others := [each for each in module.operations if each is not operation]:
        lines.append("*Other operations*")
        lines += [f"• `{COMMAND} {module.name} {each.name}` {for_mrkdwn(each.summary)}." for each in others]
    opener = button("Open the form", ids.OPEN, f"{module.name}/{operation.name}")
    return [*map(_section, _pages(lines)), actions(opener)]


def _pages(lines: Iterable[str]) -> list[str]:
    """Lines as texts that each fit into a section."""
    pages = [""]
    for line in lines:
        fitting = clip(line, SECTION)
        if pages[-1] and len(pages[-1]) + 1 + len(fitting) > SECTION:
            pages.append("")
        pages[-1] += ("\n" if pages[-1] else "") + fitting
    return pages


def _line(kind: f.Field, *, words: bool) -> str:
    apart = {f.Secret: ", which only the form takes", f.Files: ", in the form"}.get(type(kind), "")
    name = "" if apart else f"`--{flag(kind)}` "
    need = " (needed)" if kind.required and not isinstance(kind, f.Model) else ""
    hint = (f" {kind.hint}" if kind.hint else "") + (" Words without a flag go here." if words else "")
    return f"• {name}" + for_mrkdwn(f"{kind.title}{need}: {limits(kind)}{apart}.{hint}")


def _section(text: str) -> Block:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}
