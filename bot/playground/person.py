"""A person in the playground's workspace: says, clicks and submits, and reads what is shown."""

import base64
import io
import json
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.playground.message import Message, Predicate, message

__all__ = ["Message", "Person", "PersonError"]
Json = dict[str, Any]


class PersonError(Exception):
    """What a person wanted could not be done, or did not come to be seen."""


class Person:
    """Acts as one person: `async with Person(playground.control_url, "ada") as ada: …`.

    Channels are names or ids; `@bot` or `dm` are the direct messages with the bot.
    Everything raises PersonError with the playground's words when it cannot be done.
    """

    def __init__(self, control_url: str, name: str, token: str | None = None) -> None:
        self.name = name
        self._base = control_url.rstrip("/") + "/control/"
        self._headers = {} if token is None else {"X-Playground-Token": token}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Come in."""
        self._session = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        if self._session is not None:
            await self._session.close()

    async def says(
        self, channel: str, text: str, thread: str | None = None, files: Sequence[str] = ()
    ) -> str:
        """Say something, `<@bot>` naming the bot; its ts."""
        said = {"channel": channel, "text": text, "thread_ts": thread, "files": list(files)}
        return str((await self._act("message", said))["ts"])

    async def edits(self, channel: str, ts: str, text: str) -> None:
        """Change an own message."""
        await self._act("edit", {"channel": channel, "ts": ts, "text": text})

    async def deletes(self, channel: str, ts: str) -> None:
        """Take an own message away."""
        await self._act("delete", {"channel": channel, "ts": ts})

    async def reacts(self, channel: str, ts: str, name: str) -> None:
        """Put a reaction on a message."""
        await self._act("react", {"channel": channel, "ts": ts, "name": name})

    async def uploads(self, name: str, content: bytes) -> str:
        """Upload a file; its id, for `says`."""
        sent = {"name": name, "content_base64": base64.b64encode(content).decode()}
        return str((await self._act("upload", sent))["file"])

    async def invites(self, channel: str, who: str = "bot") -> None:
        """Bring somebody into a channel."""
        await self._act("invite", {"channel": channel, "who": who})

    async def command(self, command: str, text: str = "", channel: str = "general") -> Json:
        """Type a slash command: {ok, status, immediate: what the app answered at once, error}."""
        return await self._act("command", {"command": command, "text": text, "channel": channel})

    async def shortcut(self, callback_id: str, channel: str | None = None, ts: str | None = None) -> None:
        """Choose a shortcut, of a message when one is named."""
        self._taken(await self._act("shortcut", {"callback_id": callback_id, "channel": channel, "ts": ts}))

    async def clicks(
        self, action: str, channel: str | None = None, ts: str | None = None, *, value: Any = None
    ) -> None:
        """Press what has this action id or text, in the top view or the newest message of a channel with it.

        `value` is what to choose or type, for elements that are not buttons.
        """
        where = {"channel": channel, "ts": ts, "action_id": action, "value": value}
        self._taken(await self._act("click", where))

    async def suggestions(
        self, block_id: str, query: str, channel: str | None = None, ts: str | None = None
    ) -> list[Json]:
        """Type into a select that asks the app; the options it offers."""
        where = {"block_id": block_id, "query": query, "channel": channel, "ts": ts}
        return list((await self._act("suggest", where))["options"])

    async def submits(self, values: Json | None = None) -> Json:
        """Fill in the top modal and send it: {sent, response_action, errors?, view?}."""
        return await self._act("submit", {"values": values or {}})

    async def types(self, values: Json) -> None:
        """Fill in the top modal without sending it."""
        await self._act("fill", {"values": values})

    async def closes(self) -> None:
        """Close the top modal."""
        await self._act("close", {})

    async def stops(self, channel: str, thread: str) -> list[str]:
        """Press Stop in a thread; the ts of the streams that were live."""
        return list((await self._act("stop", {"channel": channel, "thread_ts": thread}))["stopped"])

    async def opens_home(self, tab: str = "home", seconds: float = 5) -> Json | None:
        """Open the app's Home tab and wait until the app has published it anew; the view.

        What was there stays when nothing new comes. The Messages tab has no view.
        """
        seen = await self._look("home", {})
        await self._act("home", {"tab": tab})
        if tab != "home":
            return None
        earlier: Json | None = seen["view"]
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            seen = await self._look("home", {"since": seen["version"], "seconds": left})
            view: Json | None = seen["view"]
            if view is not None and (earlier is None or view["hash"] != earlier["hash"]):
                return view
        return earlier

    async def sees(self, channel: str, thread: str | None = None) -> list[Message]:
        """The messages of a channel, or of one thread, the oldest first."""
        return [message(told) for told in (await self._see(channel, thread))["messages"]]

    async def session(self, channel: str, thread: str | None = None) -> Json | None:
        """The agent's session in a thread: {state, title, status, loading, prompts}."""
        return (await self._see(channel, thread))["session"]  # type: ignore[no-any-return] # JSON

    async def waits(
        self, predicate: Predicate, channel: str, thread: str | None = None, seconds: float = 20
    ) -> Message:
        """The first message that is as wanted; PersonError with what is visible when none comes."""
        deadline = time.monotonic() + seconds
        seen = await self._see(channel, thread)
        while True:
            messages = [message(told) for told in seen["messages"]]
            for each in messages:
                if predicate(each):
                    return each
            if (left := deadline - time.monotonic()) <= 0:
                visible = "\n".join(f"{m.ts} {m.author}: {m.plain}" for m in messages) or "nothing"
                raise PersonError(
                    f"{self.name} waited {seconds:g} seconds in {channel} {thread or ''} and sees:\n{visible}"
                )
            seen = await self._see(channel, thread, since=seen["version"], seconds=left)

    async def view(self, seconds: float = 5, until: Callable[[Json], object] | None = None) -> Json | None:
        """The topmost modal, waiting until there is one (that fulfils `until`); None when none comes.

        As Slack tells views, with state.values, and with `plain` (what is read) and `errors`.
        """
        deadline = time.monotonic() + seconds
        seen = await self._look("views", {})
        while True:
            top: Json | None = seen["stack"][-1] if seen["stack"] else None
            if top is not None and (until is None or until(top)):
                return top
            if (left := deadline - time.monotonic()) <= 0:
                return None
            seen = await self._look("views", {"since": seen["version"], "seconds": left})

    async def _see(self, channel: str, thread: str | None, **more: Any) -> Json:
        place = {"channel": channel} | ({"thread_ts": thread} if thread else {})
        return await self._look("see", place | more)

    async def _act(self, name: str, asked: Json) -> Json:
        given = {"user": self.name} | {key: value for key, value in asked.items() if value is not None}
        body = io.BytesIO(json.dumps(given).encode())  # a file is too large for `json=`
        return await self._ask("POST", f"act/{name}", data=body, headers={"Content-Type": "application/json"})

    async def _look(self, name: str, asked: Json) -> Json:
        query = {key: str(value) for key, value in asked.items()}
        return await self._ask("GET", name, params={"user": self.name} | query)

    async def _ask(self, method: str, path: str, **sent: Any) -> Json:
        if self._session is None:
            raise PersonError("use `async with Person(…) as person`")
        async with self._session.request(method, self._base + path, **sent) as response:
            told: Json = await response.json()
        if response.status != 200:
            raise PersonError(f"{self.name} {path}: {told['error']}")
        return told

    def _taken(self, outcome: Json) -> None:
        if not outcome["ok"]:
            raise PersonError(f"the app did not take what {self.name} did: {outcome['error']}")
