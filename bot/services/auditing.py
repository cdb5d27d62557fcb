"""What the audit says of a run: which object and which fields, never content and never a secret."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot import fields as f
from bot.module import Effect, Module, Operation, Values
from bot.openai import redacted
from bot.store import Run, Unit

#: Characters of an object's name: IDs, names and paths are shorter.
LONGEST = 200
Ended = Literal["done", "failed", "interrupted"]
#: What the audit notes of a run beside its result; None where it only reads.
Told = Mapping[str, Any] | None


def told(actor: str, module: Module, operation: Operation, values: Values) -> Told:
    """What the audit notes of a run of these checked values."""
    if operation.weigh(values)[0] is Effect.READ:
        return None
    return {
        "actor": actor,
        "action": f"{module.name}/{operation.name}",
        "object": _object(operation, values),
        "fields": [_field(each, values[each.name]) for each in operation.fields if each.name in values],
    }


async def note(
    unit: Unit, run: Run, told: Told, result: Ended | Literal["begun"], request_id: str | None = None
) -> None:
    """Put on record how far a run came."""
    if told is not None:
        await unit.audit.add(run.workspace, result=result, request_id=request_id, run=run.id, **told)


def _object(operation: Operation, values: Values) -> str | None:
    """What is changed: an ID where one is asked for, else a name or a path; longer texts are content."""
    found = next((str(values[each.name]) for each in _naming(operation) if values.get(each.name)), None)
    return redacted(found[:LONGEST]) if found else None


def _naming(operation: Operation) -> Iterator[f.Field]:
    asked = [each for each in operation.fields if each.required]
    yield from (each for each in asked if isinstance(each, f.Reference | f.Person))
    yield from (each for each in asked if isinstance(each, f.Text) and each.words and not each.multiline)


def _field(kind: f.Field, value: Any) -> str:
    """A field's name, and what was chosen where there are a few fixed values."""
    return f"{kind.name}={value}" if isinstance(kind, f.Choice | f.Flag | f.Number) else kind.name
