"""One person's way to the connections of their workspace; what the connect module is given."""

from collections.abc import Sequence

from bot.errors import ApiError, Invalid, KeyRefused
from bot.openai import Model
from bot.services.connecting import Connecting
from bot.services.grants import Confirm, unasked
from bot.services.people import Person
from bot.services.webhooks import checked
from bot.store import Connection
from bot.workplace import Linked


class Desk:
    """Implements `bot.workplace.Connections` for a person; every change is under the person's workspace."""

    def __init__(self, connecting: Connecting, person: Person, confirm: Confirm = unasked) -> None:
        """`confirm` raises Forbidden in a change's own transaction when it is not allowed any more."""
        self._confirm = confirm
        self._connecting = connecting
        self._store = connecting.store
        self._person = person

    async def add(
        self, name: str, key: str, *, organization: str | None, project: str | None, base_url: str | None
    ) -> tuple[Linked, Sequence[Model]]:
        """Check the key with the API, keep the connection; the first one becomes the default.

        Under the name of a connection whose key OpenAI refuses, it takes that one's place.
        """
        workspace = self._person.workspace
        url = self._connecting.base_url(base_url)
        async with self._store.read() as unit:
            known = await unit.connections.by_name(workspace, name)
        if known is not None and not await self._refused(known):
            raise Invalid(f"Name: there is a connection “{name}” already. Choose another name.", field="name")
        api = self._connecting.api(key, organization, project, url)
        try:
            models, restricted = await self._connecting.probe(api)
        except KeyRefused as wrong:
            raise _misplaced(wrong) from None
        async with self._store.begin() as unit:
            await self._confirm(unit)
            if known is not None:
                added = await unit.connections.replace_key(
                    workspace, known.id, key,
                    organization=organization, project=project, base_url=url, restricted=restricted,
                )  # fmt: skip
            else:
                first = not await unit.connections.list(workspace)
                added = await unit.connections.add(
                    workspace, name, key, created_by=self._person.id,
                    organization=organization, project=project, base_url=url, restricted=restricted,
                )  # fmt: skip
                if first:
                    await unit.workspaces.set_default_connection(workspace, added.id)
        self._connecting.forget(workspace)
        return await self._shown(added.id), models

    async def _refused(self, known: Connection) -> bool:
        """Whether OpenAI refuses the key of a connection, so that nothing is lost with it."""
        line = await self._connecting.line(self._person.workspace, known.id)
        try:
            await self._connecting.probe(line.api)
        except KeyRefused:
            return True
        except ApiError:
            return False  # not known: then nothing is replaced
        return False

    async def all(self) -> Sequence[Linked]:
        """Every connection, by name."""
        async with self._store.read() as unit:
            home = await unit.workspaces.get(self._person.workspace)
            every = await unit.connections.list(self._person.workspace)
        return [_linked(each, home.default_connection if home else None) for each in every]

    async def check(self, id: str) -> tuple[Linked, Sequence[Model]]:  # noqa: A002 - the field's own name
        """Ask the API again whether the key works."""
        workspace = self._person.workspace
        line = await self._connecting.line(workspace, id)
        models, restricted = await self._connecting.probe(line.api)
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.connections.checked(workspace, line.connection.id, restricted)
        self._connecting.forget(workspace)
        return await self._shown(line.connection.id), models

    async def set_webhook(self, id: str, secret: str | None) -> tuple[Linked, str]:  # noqa: A002
        """Keep the secret with which OpenAI signs webhooks, or none; and the path to which they go."""
        workspace = self._person.workspace
        found = (await self._connecting.line(workspace, id)).connection
        kept = checked(secret) if secret else None
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.webhooks.set_secret(workspace, found.id, kept)
        return await self._shown(found.id), f"/openai/webhooks/{workspace}/{found.id}"

    async def rename(self, id: str, name: str) -> Linked:  # noqa: A002
        """Give a connection another name."""
        found = (await self._connecting.line(self._person.workspace, id)).connection
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.connections.rename(self._person.workspace, found.id, name)
        self._connecting.forget(self._person.workspace)
        return await self._shown(found.id)

    async def make_default(self, id: str) -> Linked:  # noqa: A002
        """Use this connection wherever none is chosen."""
        found = (await self._connecting.line(self._person.workspace, id)).connection
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.workspaces.set_default_connection(self._person.workspace, found.id)
        self._connecting.forget(self._person.workspace)
        return await self._shown(found.id)

    async def remove(self, id: str) -> Linked:  # noqa: A002
        """Forget a connection and its key; another one becomes the default if this was it."""
        workspace = self._person.workspace
        found: Connection = (await self._connecting.line(workspace, id)).connection
        shown = await self._shown(found.id)
        async with self._store.begin() as unit:
            await self._confirm(unit)
            await unit.connections.remove(workspace, found.id)
            if shown.default:
                left = await unit.connections.list(workspace)
                await unit.workspaces.set_default_connection(workspace, left[0].id if left else None)
        self._connecting.forget(workspace)
        return shown

    async def _shown(self, id: str) -> Linked:  # noqa: A002
        return next(each for each in await self.all() if each.id == id)


def _misplaced(wrong: ApiError) -> Invalid:
    """Which of the two fields OpenAI refuses."""
    if "organization" in (wrong.code or "") and wrong.code != "no_organization":
        return Invalid("Organization ID: this key does not belong to it.", field="organization")
    return Invalid(
        "API key: OpenAI refuses this key. Copy it again from platform.openai.com, API keys.", field="key"
    )


def _linked(connection: Connection, default: str | None) -> Linked:
    return Linked(
        id=connection.id,
        name=connection.name,
        key_hint=connection.key_hint,
        organization=connection.organization,
        project=connection.project,
        base_url=connection.base_url,
        restricted=connection.restricted,
        default=connection.id == default,
    )
