"""Who may do what, and what the workspace chose; made from the other modules, of which it knows none."""

from collections.abc import Awaitable, Callable, Sequence
from typing import get_args

from bot.errors import Invalid
from bot.fields import Choice, Field, Flag, Number, Person, Reference
from bot.fields import Model as ModelField
from bot.module import Context, Effect, Facts, Module, Operation, Result, Role, Table, Values
from bot.module import Text as Said
from bot.notation import UNKNOWN, moment
from bot.openai import Kind, kind
from bot.workplace import EVERYTHING, Rules

#: Days for which threads and runs are kept unless the workspace chose otherwise.
DAYS = 30
LATEST = 50  # lines of the record that are shown
PEOPLE = {"guests": "Guests", "strangers": "People of other organizations"}
WHO = Person(name="person", title="Person", required=True)

Call = Callable[[Context, Values], Awaitable[Result]]


def _rules(context: Context) -> Rules:
    if context.rules is None:
        raise RuntimeError("an operation of the admin module was called outside a workspace")
    return context.rules


async def everything(context: Context, _: Values) -> Result:
    """Who was named for what, and the workspace's choices."""
    rules = _rules(context)
    named, chosen = await rules.named(), await rules.choices()
    said = Said("Workspace admins may do everything. Whom they named may do what is listed here.")
    rows = [(each.person, each.what, each.by, moment(each.since)) for each in named]
    models = ", ".join(f"{name}: {model}" for name, model in sorted((chosen.get("models") or {}).items()))
    choices = [
        *((title, "let in" if chosen.get(name) else "refused") for name, title in PEOPLE.items()),
        ("Kept for", f"{chosen.get('retention_days') or DAYS} days"),
        ("Models", models or "the newest of each kind"),
    ]
    table = Table(("Person", "May", "Named by", "Since"), rows)
    parts = [said, *([table] if rows else [Said("Nobody is named yet.")]), Facts(choices)]
    if liked := _liked(await rules.verdicts()):
        parts.append(Table(("Model", "Good answers", "Bad answers"), liked, "What people think of answers"))
    return Result(parts)


def _liked(counted: Sequence[tuple[str | None, str, int]]) -> list[tuple[str, ...]]:
    """A row for each model: how many of its answers people called good, and how many bad."""
    found = {(model, verdict): many for model, verdict, many in counted}
    models = dict.fromkeys(model for model, _, _ in counted)
    return [
        (each or UNKNOWN, *(str(found.get((each, said), 0)) for said in ("good", "bad"))) for each in models
    ]


async def allow(context: Context, values: Values) -> Result:
    """Name somebody for what is for admins."""
    what = values.get("what", EVERYTHING)
    person = await _rules(context).name(values["person"], what)
    meant = "everything that admins can hand on" if what == EVERYTHING else f"`{what}`"
    return Result([Said(f"**{person}** may now do {meant}.")])


async def revoke(context: Context, values: Values) -> Result:
    """Take back what somebody was named for."""
    person = await _rules(context).unname(values["person"], values.get("what"))
    what = f" `{values['what']}`" if "what" in values else " what is for admins"
    return Result([Said(f"**{person}** may no longer do{what}.")])


def _letting_in(who: str) -> Call:
    async def choose(context: Context, values: Values) -> Result:
        allowed = values["allowed"]
        await _rules(context).choose(**{who: True if allowed else None})
        return Result([Said(f"{PEOPLE[who]} {'can use me here now' if allowed else 'are refused'}.")])

    return choose


async def model(context: Context, values: Values) -> Result:
    """Choose the model that is used where none is named; one that the account has."""
    wanted: str | None = values.get("model")
    if wanted is not None:
        if wanted not in {each.id for each in await context.ask.models()}:
            raise Invalid(f"Model: this connection has no “{wanted}”.", field="model")
        if kind(wanted) != values["kind"]:
            raise Invalid(f"Model: “{wanted}” is of the kind {kind(wanted)}.", field="model")
    await _rules(context).choose_model(values["kind"], wanted)
    used = f"`{wanted}`" if wanted else "the newest suitable model of the account"
    return Result([Said(f"Where no {values['kind']} model is named, {used} is used.")])


async def retention(context: Context, values: Values) -> Result:
    """Choose how long what was said and asked is kept."""
    await _rules(context).choose(retention_days=values["days"])
    return Result([Said(f"Threads and requests are forgotten {values['days']} days after their last use.")])


async def log(context: Context, _: Values) -> Result:
    """The latest changes and refusals."""
    found = await _rules(context).log(LATEST)
    if not found:
        return Result([Said("Nothing was changed yet, and nobody was refused.")])
    rows = [
        (
            moment(each.at),
            each.actor,
            f"{each.action} ({each.fields})" if each.fields else each.action,
            each.object or UNKNOWN,
            f"{each.result}, {each.request_id}" if each.request_id else each.result,
        )
        for each in found
    ]
    return Result([Table(("When (UTC)", "Who", "What", "Object", "Result"), rows)])


def _change(
    name: str, title: str, summary: str, call: Call, fields: Sequence[Field], example: Values
) -> Operation:
    return Operation(
        name=name, title=title, summary=summary, fields=fields, call=call, example=example,
        effect=Effect.CHANGE, role=Role.WORKSPACE_ADMIN, needs_api=False,
    )  # fmt: skip


def handed_on(modules: Sequence[Module]) -> list[str]:
    """What somebody can be named for: everything, a module, or one operation of it."""
    found = [EVERYTHING]
    for each in modules:
        given = [one for one in each.operations if one.role is Role.ADMIN]
        found += [each.name, *(f"{each.name}/{one.name}" for one in given)] if given else []
    return found


def _kinds(modules: Sequence[Module]) -> list[str]:
    """The kinds of model that something asks for."""
    asked = {
        each.kind
        for module in modules
        for operation in module.operations
        for each in operation.fields
        if isinstance(each, ModelField)
    }
    return [each for each in get_args(Kind) if each in asked]


def admin(modules: Sequence[Module]) -> Module:
    """The module that decides about these."""
    what = Choice(name="what", title="What", options=handed_on(modules))
    allowed = Flag(name="allowed", title="Let in", required=True)
    return Module(
        name="admin",
        title="Administration",
        summary="Decide who may do what here, and see what was changed",
        operations=(
            Operation(name="list", title="Who may do what", fields=(), call=everything, example={},
                      summary="Shows who was named for what, and what this workspace chose", needs_api=False),
            _change("allow", "Allow a person", "Names somebody for what is for admins", allow,
                    (WHO, what), {"person": "U012ABCDE", "what": "connect"}),
            _change("revoke", "Take it back", "Takes back what somebody was named for", revoke,
                    (WHO, what), {"person": "U012ABCDE"}),
            _change("guests", "Guests", "Lets guests use the bot, or refuses them", _letting_in("guests"),
                    (allowed,), {"allowed": True}),
            _change("strangers", "Other organizations", "Lets people of other organizations use the bot",
                    _letting_in("strangers"), (allowed,), {"allowed": False}),
            Operation(
                name="model", title="Usual model", summary="Chooses what is used where no model is named",
                fields=(Choice(name="kind", title="Kind", options=_kinds(modules), required=True),
                        Reference(name="model", title="Model", of="model",
                                  hint="Empty: the newest suitable one of the account.")),
                call=model, example={"kind": "chat", "model": "gpt-6-luna"},
                effect=Effect.CHANGE, role=Role.ADMIN,
            ),
            _change("retention", "Retention", "Chooses how long threads and requests are kept", retention,
                    (Number(name="days", title="Days", integer=True, low=1, high=365, required=True),),
                    {"days": DAYS}),
            Operation(name="log", title="Record of changes", fields=(), call=log, example={}, role=Role.ADMIN,
                      summary="Shows the latest changes and refusals", needs_api=False),
        ),
    )  # fmt: skip
