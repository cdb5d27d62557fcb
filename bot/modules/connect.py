"""The workspace's OpenAI connections: add, list, check, rename, make the default, remove."""

from collections.abc import Awaitable, Callable, Sequence

from bot.fields import Field, Reference, Secret, Text
from bot.module import Context, Effect, Facts, Module, Operation, Result, Role, Table, Values
from bot.module import Text as Said
from bot.openai import Model
from bot.workplace import Linked

Call = Callable[[Context, Values], Awaitable[Result]]
NAME = Text(
    name="name",
    title="Name",
    hint="What people call this account, like “Marketing”.",
    required=True,
    high=50,
    pattern=r"[^\n]+",
    pattern_hint="it stands in one line.",
    words=True,
)
WHICH = Reference(name="id", title="Connection", of="connection", required=True)


async def add(context: Context, values: Values) -> Result:
    """Check the key with GET /models, then keep it."""
    linked, models = await context.connections.add(
        values["name"].strip(),
        values["key"],
        organization=values.get("organization"),
        project=values.get("project"),
        base_url=values.get("base_url"),
    )
    said = Said(f"**{linked.name}** is connected.{_default(linked)}")
    return Result([said, _card(linked, models)], notes=_notes(linked))


async def everything(context: Context, _: Values) -> Result:
    """All connections as a table."""
    found = await context.connections.all()
    if not found:
        return Result([Said("No connection yet. `/openai connect` opens the form for one.")])
    rows = [
        (each.name, each.key_hint, each.organization or "–", "yes" if each.default else "") for each in found
    ]
    return Result([Table(("Name", "Key", "Organization", "Default"), rows)])


async def check(context: Context, values: Values) -> Result:
    """Ask the API whether the key still works."""
    linked, models = await context.connections.check(values["id"])
    return Result([Said(f"**{linked.name}** works."), _card(linked, models)], notes=_notes(linked))


async def webhook(context: Context, values: Values) -> Result:
    """Let OpenAI tell of jobs' ends by itself."""
    linked, path = await context.connections.set_webhook(values["id"], values.get("secret"))
    if "secret" not in values:
        said = f"**{linked.name}** has no webhook secret now; its jobs are asked after as before."
        where = "To use one, make a webhook at platform.openai.com, Settings, Webhooks, for this address:"
    else:
        said = f"The webhook secret of **{linked.name}** is kept. Deliveries are welcome at this address:"
        where = "Its host is the one of the bot's Slack requests (…/slack/events)."
    address = Facts([("URL", f"https://<host of this bot>{path}"), ("Events", "fine_tuning.job.*")])
    return Result([Said(said), address], notes=[where])


async def rename(context: Context, values: Values) -> Result:
    """Give a connection another name."""
    linked = await context.connections.rename(values["id"], values["name"].strip())
    return Result([Said(f"The connection is now called **{linked.name}**.")])


async def default(context: Context, values: Values) -> Result:
    """Use a connection wherever none is chosen."""
    linked = await context.connections.make_default(values["id"])
    return Result([Said(f"**{linked.name}** is used wherever no connection is chosen.")])


async def remove(context: Context, values: Values) -> Result:
    """Forget a connection and its key."""
    linked = await context.connections.remove(values["id"])
    return Result([Said(f"**{linked.name}** is removed and its key is forgotten.")])


def _default(linked: Linked) -> str:
    return " It is the workspace's default." if linked.default else ""


def _card(linked: Linked, models: Sequence[Model]) -> Facts:
    pairs = [("Key", linked.key_hint), ("Models", str(len(models)) if models else "not listed")]
    if linked.organization:
        pairs.append(("Organization", linked.organization))
    if linked.project:
        pairs.append(("Project", linked.project))
    return Facts([*pairs, ("API", linked.base_url)])


def _notes(linked: Linked) -> list[str]:
    note = "The key is restricted: it may not list models, so lists of models stay empty."
    return [note] if linked.restricted else []


def _change(
    name: str, title: str, summary: str, call: Call, *, fields: Sequence[Field], example: Values
) -> Operation:
    return Operation(
        name=name, title=title, summary=summary, fields=fields, call=call, example=example,
        effect=Effect.DESTROY if name == "remove" else Effect.CHANGE, role=Role.ADMIN, needs_api=False,
    )  # fmt: skip


CONNECT = Module(
    name="connect",
    title="Connect",
    summary="Add or manage the OpenAI accounts that this workspace uses",
    operations=(
        _change(
            "add", "Connect OpenAI account", "Checks an API key and keeps it for this workspace", add,
            fields=(
                NAME,
                Secret(name="key", title="API key", required=True,
                       hint="Starts with sk-. It is stored encrypted and never shown again."),
                Text(name="organization", title="Organization ID", high=100, pattern=r"org-[A-Za-z0-9_-]+",
                     pattern_hint="an organization ID starts with org-.",
                     hint="Starts with org-; only if you are in several."),
                Text(name="project", title="Project ID", high=100, pattern=r"proj_[A-Za-z0-9_-]+",
                     pattern_hint="a project ID starts with proj_.", advanced=True),
                Text(name="base_url", title="Base URL", high=300, advanced=True,
                     hint="Only addresses that the operator allows."),
            ),
            example={"name": "Main", "key": "sk-example-key", "organization": "org-example"},
        ),
        Operation(
            name="list", title="List connections", summary="Shows the accounts of this workspace",
            fields=(), call=everything, example={}, needs_api=False,
        ),
        Operation(
            name="check", title="Check a connection", summary="Asks OpenAI whether the key still works",
            fields=(WHICH,), call=check, example={"id": "Main"}, needs_api=False,
        ),
        _change(
            "webhook", "Set webhook secret", "Lets OpenAI tell at once when a job ends", webhook,
            fields=(
                WHICH,
                Secret(name="secret", title="Signing secret",
                       hint="Starts with whsec_; shown once by OpenAI. Empty: no webhooks."),
            ),
            example={"id": "Main", "secret": "whsec_ZXhhbXBsZSBvZiBhIHNlY3JldA=="},
        ),
        _change("rename", "Rename a connection", "Gives an account another name", rename,
                fields=(WHICH, NAME), example={"id": "Main", "name": "Marketing"}),
        _change("default", "Set default connection", "Uses an account wherever none is chosen",
                default, fields=(WHICH,), example={"id": "Main"}),
        _change("remove", "Remove a connection", "Forgets an account and its key", remove, fields=(WHICH,),
                example={"id": "Main"}),
    ),
)  # fmt: skip
