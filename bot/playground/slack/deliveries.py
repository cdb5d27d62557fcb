"""Brings what happens to the app: signed HTTP requests or Socket Mode, the 3-second limit, and retries."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson

from bot.playground.slack.answers import Answer, parsed
from bot.playground.slack.app import Install
from bot.playground.slack.places import SCOPE_OF
from bot.playground.slack.sockets import Sockets
from bot.playground.slack.state import Channel, Json
from bot.playground.slack.world import World

LIMIT = 3.0  # seconds for the app's answer
RETRIES = (0.0, 60.0, 300.0)  # seconds before each further try of an event
_SCOPES = {"app_mention": "app_mentions:read", "reaction_added": "reactions:read"}
_SCOPES |= {"reaction_removed": "reactions:read", "file_shared": "files:read"}
_UNINSTALLED = {"app_uninstalled", "tokens_revoked"}


class Deliveries:
    """Everything that goes to the app of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sockets = Sockets(world)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._latest: Json | None = None
        world.emit = self.emit

    def emit(self, team: str, event: Json, channel: Channel | None) -> None:
        """Send an event to each installation that subscribed to it and may see where it happened."""
        installs = self.world.app.installs
        shared = channel is not None and channel.shared
        for install in list(installs.values()) if shared else [installs[team]] if team in installs else []:
            if self._reaches(install, event, channel):
                self._spawn(self._event(self._envelope(install, event, channel)))

    def _reaches(self, install: Install, event: Json, channel: Channel | None) -> bool:
        kind = event["type"]
        name, scope = kind, _SCOPES.get(kind)
        if kind == "message" and channel is not None:
            name = f"message.{SCOPE_OF[channel.kind]}"
            scope = f"{SCOPE_OF[channel.kind]}:history"
        if kind == "app_mention" and f"<@{install.bot_user_id}" not in event["text"]:
            return False
        if install.status != "active" and kind not in _UNINSTALLED:
            return False
        if name not in self.world.app.events or (scope is not None and scope not in install.scopes):
            return False
        return channel is None or install.bot_user_id in channel.members

    def _envelope(self, install: Install, event: Json, channel: Channel | None) -> Json:
        world = self.world
        authorization: Json = {
            "enterprise_id": None,
            "team_id": install.team_id,
            "user_id": install.bot_user_id,
        }
        authorization |= {"is_bot": True, "is_enterprise_install": False}
        return {
            "token": world.app.verification_token,
            "team_id": install.team_id,
            "context_team_id": install.team_id,
            "context_enterprise_id": None,
            "api_app_id": world.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": world.new_id("Ev"),
            "event_time": int(world.clock.now()),
            "authorizations": [authorization] if install.status == "active" else [],
            "is_ext_shared_channel": channel is not None and channel.shared,
            "event_context": f"4-{world.new_id('')}",
        }

    async def again(self) -> Answer | None:
        """Deliver the last event once more; None when there was none."""
        if self._latest is None:
            return None
        return await self.send("events_api", self._latest, 1, "http_timeout")

    async def _event(self, envelope: Json) -> None:
        self._latest = envelope
        answer = await self.send("events_api", envelope)
        for attempt, wait in enumerate(RETRIES, 1):
            if answer.ok or answer.no_retry:
                return
            await self.world.clock.sleep(wait)
            answer = await self.send("events_api", envelope, attempt, answer.reason)

    async def send(self, kind: str, payload: Json, attempt: int = 0, reason: str = "") -> Answer:
        """Deliver once. Kinds are Socket Mode's: events_api, slash_commands, interactive."""
        began = time.perf_counter()
        app = self.world.app
        if kind == "events_api" and app.socket_mode and not self.sockets.open and app.events_url is None:
            await self.sockets.arrival()
        if app.socket_mode and self.sockets.open:
            answers = kind != "events_api"
            sent = self.sockets.send(kind, payload, answers=answers, attempt=attempt, reason=reason)
            answer, path, body = await sent, f"socket {kind}", b""
        elif app.events_url:
            headers, body = self._request(kind, payload, attempt, reason)
            path = app.events_url
            answer = await self._limited(self._post(path, headers, body))
        else:
            return Answer(ok=False, reason="connection_failed")
        if self.world.log.on:
            ms = (time.perf_counter() - began) * 1000
            said = answer.reason.encode() if not answer.ok else orjson.dumps(answer.body)
            asked = body or orjson.dumps(payload)
            self.world.log.add("out", "POST", path, answer.status, ms, asked=asked, answered=said)
        return answer

    def _request(self, kind: str, payload: Json, attempt: int, reason: str) -> tuple[dict[str, str], bytes]:
        if kind == "events_api":
            body, content = orjson.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": orjson.dumps(payload).decode()}
            body, content = urlencode(form).encode(), "application/x-www-form-urlencoded"
        # Real time, not the world's: the app compares it with its own clock.
        stamp = str(int(time.time()))
        secret = self.world.app.signing_secret.encode()
        signature = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {"content-type": content, "x-slack-request-timestamp": stamp}
        headers |= {"x-slack-signature": f"v0={signature}", "user-agent": "Slackbot 1.0"}
        if attempt:
            headers |= {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason}
        return headers, body

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=jar)
        try:
            sending = self._session.post(url, data=body, headers=headers, allow_redirects=False)
            async with sending as response:
                content = await response.read()
                stop = response.headers.get("x-slack-no-retry") == "1"
                if 200 <= response.status < 300:
                    return Answer(ok=True, status=response.status, body=parsed(content), no_retry=stop)
                return Answer(ok=False, status=response.status, reason="http_error", no_retry=stop)
        except (aiohttp.ClientError, OSError):
            return Answer(ok=False, reason="connection_failed")

    async def _limited(self, sending: Coroutine[Any, Any, Answer]) -> Answer:
        """The answer, or a timeout after 3 seconds of the world's clock."""
        post = asyncio.ensure_future(sending)
        limit = asyncio.ensure_future(self.world.clock.sleep(LIMIT))
        try:
            await asyncio.wait({post, limit}, return_when=asyncio.FIRST_COMPLETED)
            return post.result() if post.done() else Answer(ok=False, reason="http_timeout")
        finally:
            limit.cancel()
            post.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Give up what is still to be delivered."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.aclose()
        if self._session is not None:
            await self._session.close()
