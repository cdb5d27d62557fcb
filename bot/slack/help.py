"""What is said to those who ask what there is: made from the declarations."""

from collections.abc import Iterable, Sequence
from typing import Any, assert_never

from bot import fields as f
from bot.kinds import span
from bot.module import Module, Operation
from bot.slack import ids
from bot.slack.blocks import SECTION, actions, button
from bot.slack.text import clip, for_mrkdwn
from bot.usage import COMMAND, example, flag, usage, words_field

Block = dict[str, Any]


def overview(modules: Sequence[Module]) -> list[Block]:
    """The modules in their order, a line and a button each."""
    blocks = [_section("*What I can do.* Type a command, use a button, or mention me in a channel.")]
    for each in modules:
        block = _section(f"*{for_mrkdwn(each.title)}* · `{COMMAND} {each.name}`\n{for_mrkdwn(each.summary)}.")
        block["accessory"] = button("Open", ids.OPEN, f"{each.name}/{each.operations[0].name}")
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
    name = "" if isinstance(kind, f.Secret | f.Files) else f"`--{flag(kind)}` "
    need = " (needed)" if kind.required and not isinstance(kind, f.Model) else ""
    hint = (f" {kind.hint}" if kind.hint else "") + (" Words without a flag go here." if words else "")
    return f"• {name}" + for_mrkdwn(f"{kind.title}{need}: {_limits(kind)}{hint}")


def _limits(kind: f.Field) -> str:  # noqa: C901, PLR0911, PLR0912 - one line a kind of field
    match kind:
        case f.Text():
            return f"text of at most {kind.high:,} characters."
        case f.Secret():
            return "a secret, which only the form takes."
        case f.Number():
            return f"{'a whole number' if kind.integer else 'a number'} {span(kind)}".strip() + "."
        case f.Flag():
            return "yes or no."
        case f.Choice():
            return f"one of {', '.join(kind.options)}."
        case f.Model():
            return "a model's ID; the usual one where none is given."
        case f.Reference():
            return f"the name or ID of a {kind.of}."
        case f.Person():
            return "a person of this workspace, as a mention."
        case f.Files():
            what = f"up to {kind.most} files" if kind.most > 1 else "a file"
            return f"{what} ({', '.join(kind.types) or 'of any type'}), in the form."
        case f.Json():
            return "JSON."
        case f.Several():
            return f"{kind.low} to {kind.high} of them; give the flag several times."
        case f.Items():
            return f"{kind.low} to {kind.high}, each {', '.join(map(_part, kind.fields))}; as a JSON array."
        case _:
            assert_never(kind)


def _part(kind: f.Text | f.Choice) -> str:
    options = f" ({', '.join(kind.options)})" if isinstance(kind, f.Choice) else ""
    return f"{kind.name}{options}"


def _section(text: str) -> Block:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}
