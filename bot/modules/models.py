"""The models of an account: what each is for and how long it lasts; deletes fine-tuned ones."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from bot.errors import Invalid
from bot.fields import Reference, Text
from bot.module import Context, Effect, Facts, Module, Operation, Result, Role, Table, Values
from bot.module import Text as Said
from bot.notation import UNKNOWN, day
from bot.openai import Kind, Model, kind, segment

#: What people do with a model of each kind here, in the order in which the list shows them.
PURPOSES: Mapping[Kind, str] = {
    "chat": "chat, edit, conversations",
    "embedding": "embeddings",
    "image": "pictures",
    "transcription": "transcribing speech",
    "speech": "speaking texts",
    "moderation": "moderation",
    "completion": "completions",
    "realtime": "live conversations; not used here",
    "other": "other endpoints; by custom call",
}
SOON = 120  # days: OpenAI announces most shutdowns three to six months ahead


async def everything(context: Context, values: Values) -> Result:
    """All models, or those that the filter finds in ID, owner or purpose."""
    models, today = await context.ask.models(), datetime.now(UTC).date()
    wanted = values.get("filter", "").casefold().split()
    found = [each for each in models if all(word in _searched(each) for word in wanted)]
    if not found:
        of = (
            f"None of the {len(models)} models fits “{values.get('filter', '')}”."
            if models
            else "There are no models."
        )
        return Result([Said(of)])
    order = list(PURPOSES)
    found.sort(key=lambda each: (order.index(kind(each.id)), -each.created, each.id))
    rows = [(each.id, PURPOSES[kind(each.id)], *_dates(each, today), each.owner or UNKNOWN) for each in found]
    going = sum(each.shutdown_date is not None and 0 < _left(each, today) <= SOON for each in found)
    head = f"**{len(found)}** of {len(models)} models" if wanted else f"**{len(found)} models**"
    told = f"{head}; {going} of them will be shut down within {SOON} days." if going else f"{head}."
    return Result([Said(told), Table(("ID", "Good for", "Created", "Shutdown", "Days left", "Owner"), rows)])


def _searched(model: Model) -> str:
    return f"{model.id} {model.owner} {kind(model.id)} {PURPOSES[kind(model.id)]}".casefold()


def _left(model: Model, today: date) -> int:
    return (model.shutdown_date - today).days if model.shutdown_date else 0


def _dates(model: Model, today: date) -> tuple[str, str, str]:
    """When it was made, when it ends, and how many days are left until then."""
    if model.shutdown_date is None:
        return day(model.created), UNKNOWN, UNKNOWN
    left = _left(model, today)
    return day(model.created), model.shutdown_date.isoformat(), str(left) if left > 0 else "shut down"


async def retrieve(context: Context, values: Values) -> Result:
    """One model."""
    answer = await context.ask.get(f"/models/{segment(values['id'])}")
    model = _model(answer.data, values["id"])
    created, ends, left = _dates(model, datetime.now(UTC).date())
    pairs = [
        ("ID", model.id),
        ("Good for", PURPOSES[kind(model.id)]),
        ("Owner", model.owner or UNKNOWN),
        ("Created", created),
        ("Shutdown", "none announced" if ends == UNKNOWN else ends),
    ]
    return Result(
        [Facts([*pairs, *([("Days left", left)] if left != UNKNOWN else [])])], request_id=answer.request_id
    )


def _model(data: Mapping[str, Any], asked: str) -> Model:
    try:
        ends = date.fromisoformat(str(data.get("shutdown_date"))[:10])
    except ValueError:
        ends = None
    created = data.get("created")
    owner, name = str(data.get("owned_by") or ""), str(data.get("id") or asked)
    return Model(name, owner, created if isinstance(created, int) else 0, ends)


async def delete(context: Context, values: Values) -> Result:
    """Delete a fine-tuned model for good."""
    name = values["id"]
    if not name.startswith("ft:"):
        raise Invalid(
            f"Model ID: “{name}” is OpenAI's own. Only fine-tuned models (ft:…) can be deleted.", field="id"
        )
    if values["confirm"].strip() != name:
        raise Invalid(f"Confirm: type {name} here, exactly as it is, to delete this model.", field="confirm")
    answer = await context.ask.delete(f"/models/{segment(name)}")
    if answer.data.get("deleted") is not True:
        return Result([Said(f"OpenAI did not say that `{name}` is deleted.")], request_id=answer.request_id)
    return Result([Said(f"`{name}` is deleted.")], request_id=answer.request_id)


ID = Reference(name="id", title="Model ID", of="model", required=True)

TUNED = "ft:gpt-4o-mini-2024-07-18:acme::abc123"  # as such IDs look

MODELS = Module(
    name="models",
    title="Models",
    summary="See the models of an account and how long each one lasts",
    operations=(
        Operation(
            name="list", title="List models", summary="Lists models, what each is good for and its last day",
            fields=(
                Text(name="filter", title="Filter",
                     hint="Part of an ID, an owner or a purpose, like “image”.", high=100, words=True),
            ),
            call=everything, example={"filter": "image"},
        ),
        Operation(
            name="retrieve", title="Show a model", summary="Shows one model", fields=(ID,), call=retrieve,
            example={"id": "gpt-6-luna"},
        ),
        Operation(
            name="delete", title="Delete a model", summary="Deletes a fine-tuned model for good",
            fields=(
                ID,
                Text(name="confirm", title="Confirm",
                     hint="Type the model's ID again. This cannot be undone.", required=True, high=256),
            ),
            call=delete,
            example={"id": TUNED, "confirm": TUNED},
            effect=Effect.DESTROY, role=Role.ADMIN,
        ),
    ),
)  # fmt: skip
