"""`python -m bot run`: any module at the terminal, from its declaration alone; asks no Slack."""

import getpass
import hashlib
import hmac
import mimetypes
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, TextIO

from bot import fields as f
from bot import grammar, plain
from bot.checking import check
from bot.errors import ApiError, BotError, Invalid, ModelGone, NoConnection, NotFound
from bot.grammar import Request
from bot.manual import HERE, OWN, explained, listed
from bot.module import Context, File, Result
from bot.modules import ALL
from bot.openai import Account, Api, Client, newest
from bot.resources import storing
from bot.services.connecting import Connecting
from bot.services.people import Person
from bot.services.runs import Ask, Runs
from bot.settings import Settings
from bot.usage import COMMAND, flag

#: Who asks and from where, as the record of runs says it.
WHO = "terminal"


class _Nowhere:
    """The connections and the rules of a workspace where an API key alone is given."""

    def __getattr__(self, name: str) -> NoReturn:
        raise NotFound("This is about a workspace. Name one of its connections with --connection.")


async def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run what the words ask for: result to stdout, what is said beside it to stderr; 1 for a failure.

    `environment` is what settings are read from, by default as `Settings.read` does.
    """
    try:
        own, rest = _own(words)
        request = grammar.read(rest, ALL)
        if request is None or request.help:
            say("\n".join(explained(request.module, request.operation) if request else listed(ALL)))
            return 0
        result = await _carried_out(request, _complete(request), own, Settings.read(environment))
        for number, piece in enumerate(plain.shown(result, Path(own.get("out", ".")))):
            say(f"\n{piece}" if number else piece)
    except BotError as wrong:
        say(f"patchbay: {_as_typed_here(wrong.text)}", sys.stderr)
        if isinstance(wrong, ApiError) and wrong.request_id:
            say(f"Request ID: {plain.clean(wrong.request_id)}", sys.stderr)
        return 1
    for line in plain.about(result):
        say(_as_typed_here(line), sys.stderr)
    return 0


def _own(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """What is meant for `run` itself, and the other words; what follows a bare `--` is text."""
    own: dict[str, str] = {}
    rest, left = list[str](), list(words)
    while left and left[0] != "--":
        name, equals, value = (word := left.pop(0)).partition("=")
        if not (name.startswith("--") and name[2:] in OWN):
            rest.append(word)
        elif equals or left:
            own[name[2:]] = value if equals else left.pop(0)
        else:
            raise Invalid(f"{name} needs a value after it: {OWN[name[2:]][1]}.")
    return own, [*rest, *left]


def _complete(request: Request) -> dict[str, Any]:
    """The values as typed, files read by their paths, secrets asked for."""
    raw = dict(request.raw)
    for each in request.operation.fields:
        if isinstance(each, f.Files) and each.name in raw:
            raw[each.name] = [_read(each, path) for path in raw[each.name]]
        elif isinstance(each, f.Secret):
            asked = f"{each.title}{'' if each.required else ' (optional)'}: "
            given = getpass.getpass(asked) if sys.stdin.isatty() else sys.stdin.readline()
            raw[each.name] = given.strip()
    return raw


def _read(kind: f.Files, path: str) -> File:
    try:
        with Path(path).open("rb") as opened:
            content = opened.read(kind.bytes_each + 1)  # one more, so that what is too large is seen to be
    except OSError as wrong:
        raise Invalid(f"{kind.title}: {path} cannot be read ({wrong.strerror}).", field=kind.name) from None
    name = Path(path).name
    return File(name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")


async def _carried_out(
    request: Request, raw: dict[str, Any], own: dict[str, str], settings: Settings
) -> Result:
    """By the key of the environment, or by a connection of the database where one is named or needed."""
    operation = request.operation
    async with Client() as client:
        if operation.needs_api and request.connection is None and settings.openai_api_key:
            values = check(operation, raw)
            account = Account(
                settings.openai_api_key, settings.openai_org_id, base_url=settings.openai_base_url
            )
            api = client.api(account)
            for each in operation.fields:
                if isinstance(each, f.Model) and each.required and each.name not in values:
                    values[each.name] = await _model(api, each)
            person = hmac.new(_salt(settings), WHO.encode(), hashlib.sha256).hexdigest()[:32]
            nowhere: Any = _Nowhere()
            return await operation.call(Context(nowhere, api, person, admin=True, rules=nowhere), values)
        async with _stored(settings, client, own.get("workspace")) as (runs, workspace):
            asked = Ask(
                person=Person(workspace, WHO, admin=True), surface=WHO, module=request.module,
                operation=operation, raw=raw, connection=request.connection,
            )  # fmt: skip
            return (await runs.run(asked)).result


async def _model(api: Api, kind: f.Model) -> str:
    found = newest(await api.models(), kind.kind)
    if found is None:
        raise ModelGone(f"{kind.title}: this account has no {kind.kind} model. Name one with --{flag(kind)}.")
    return found.id


def _salt(settings: Settings) -> bytes:
    return hashlib.sha256(b"who asks" + settings.secret_keys[-1].encode()).digest()


@asynccontextmanager
async def _stored(settings: Settings, client: Client, wanted: str | None) -> AsyncIterator[tuple[Runs, str]]:
    """The runs of a workspace in the database: the one of that ID, else the only one."""
    async with storing(settings) as store:
        async with store.read() as unit:
            homes = [each for each in await unit.workspaces.all() if each.uninstalled_at is None]
        known = ", ".join(f"{each.id} ({each.name})" for each in homes)
        if not homes:
            raise NoConnection(
                "The database has no workspace yet, and so no connections. Start the bot with Slack once, "
                "or set OPENAI_API_KEY."
            )
        if wanted is None and len(homes) > 1:
            raise Invalid(f"Say which workspace with --workspace: {known}.")
        home = next((each.id for each in homes if wanted in {None, each.id}), None)
        if home is None:
            raise NotFound(f"There is no workspace {wanted} in the database; there is {known}.")
        allowed = settings.openai_allowed_base_urls
        connecting = Connecting(store, client, usual=settings.openai_base_url, allowed=allowed)
        yield Runs(store, connecting, _salt(settings)), home


def _as_typed_here(text: str) -> str:
    """What is said of commands, as they are typed at a terminal."""
    return plain.clean(text).replace(f"{COMMAND} ", f"{HERE} ")


def say(text: str, where: TextIO | None = None) -> None:
    """Print a piece at once."""
    print(text, file=where or sys.stdout, flush=True)
