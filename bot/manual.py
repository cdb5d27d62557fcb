"""What is said at a terminal to those who ask what there is: made from the declarations."""

from collections.abc import Iterator, Sequence

from bot import fields as f
from bot.module import Module, Operation
from bot.usage import example, flag, limits, usage, words_field

HERE = "python -m bot run"
CONNECTION = ("connection", ("NAME", "one of the workspace; without it OPENAI_API_KEY, where that is set"))
#: What `run` itself takes beside the flags of an operation.
OWN = {
    "out": ("DIRECTORY", "where files that come back are written to; here without it"),
    "workspace": ("ID", "the Slack workspace whose connections are used, where the database has several"),
}


def listed(modules: Sequence[Module]) -> Iterator[str]:
    """The modules in their order, and how one is run."""
    yield f"{HERE} MODULE [OPERATION] words… --flag value\n"
    widest = max(len(each.name) for each in modules)
    for each in modules:
        yield f"  {each.name:<{widest}}  {each.summary}"
    yield f"\n{HERE} MODULE --help explains a module. Beside its flags there are:"
    yield from (f"  --{name} {value}\n      {what}" for name, (value, what) in [CONNECTION, *OWN.items()])


def explained(module: Module, operation: Operation) -> Iterator[str]:
    """One operation: how it is typed, its fields, an example, and the module's other operations."""
    yield f"{operation.title}: {operation.summary}.\n\n  {HERE} {usage(module, operation)}\n"
    for each in sorted(operation.fields, key=lambda kind: kind.advanced):
        yield from _field(each, words=each is words_field(operation))
    files = [each for each in operation.fields if isinstance(each, f.Files)]
    paths = [f" --{flag(each)} {one.name}" for each in files for one in operation.example.get(each.name, ())]
    yield f"\nExample: {HERE} {example(module, operation)}{''.join(paths)}"
    for other in module.operations:
        if other is not operation:
            yield f"See also: {HERE} {module.name} {other.name} --help ({other.summary})"


def _field(kind: f.Field, *, words: bool) -> Iterator[str]:
    yield "  (asked for)" if isinstance(kind, f.Secret) else f"  --{flag(kind)}"
    need = " (needed)" if kind.required and not isinstance(kind, f.Model) else ""
    path = ""
    if isinstance(kind, f.Files):
        path = ", by the path" + ("; give the flag several times" if kind.most > 1 else "")
    hint = (f" {kind.hint}" if kind.hint else "") + (" Words without a flag go here." if words else "")
    yield f"      {kind.title}{need}: {limits(kind)}{path}.{hint}"
