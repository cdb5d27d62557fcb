"""Receives what Slack sends, over HTTP or Socket Mode: kept first, acknowledged then, worked on after."""

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import aiohttp
import orjson
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.errors import BotError, Unavailable
from bot.logs import log
from bot.services.inbox import Inbox
from bot.slack import arrivals
from bot.slack.guard import Response
from bot.slack.installations import Installations
from bot.store import NewItem

ANYTHING = re.compile(".*")
Body = dict[str, Any]
#: Answers within the acknowledgement: a body for Slack, or nothing more than 200.
Answering = Callable[[Body, str], Awaitable[dict[str, Any] | None]]


class Receiver:
    """Bolt's app with one catch-all listener a kind of request; routing by name is ours."""

    def __init__(
        self,
        inbox: Inbox,
        installations: Installations,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        relevant: Callable[[Body, str], Awaitable[bool]],
        at_once: Mapping[str, Callable[[Body, str], Coroutine[Any, Any, None]]],
        options: Answering,
        submitted: Answering,
        background: Background,
    ) -> None:
        """`relevant`: whether an event is for the bot. `at_once`: events that need no keeping, by type.
        `options`, `submitted`: what answers a typeahead and a sent form within Slack's three seconds.
        """
        self._inbox = inbox
        self._relevant = relevant
        self._at_once = at_once
        self._options = options
        self._submitted = submitted
        self._background = background
        logger = logging.getLogger("slack_bolt")
        logger.setLevel(logging.ERROR)  # it warns that it found our own variables in the environment
        self.app = AsyncApp(
            name="patchbay",
            logger=logger,
            client=AsyncWebClient(session=session, base_url=base_url, retry_handlers=[], logger=logger),
            authorize=installations,  # type: ignore[arg-type] # an AsyncAuthorize is taken too
            signing_secret="checked by the guard",  # noqa: S106 - verification is off here: the guard has done it
            request_verification_enabled=False,
            process_before_response=True,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self.app.event(ANYTHING)(self._event)
        self.app.command(ANYTHING)(self._command)
        self.app.action(ANYTHING)(self._action)
        self.app.shortcut(ANYTHING)(self._shortcut)
        self.app.view_submission(ANYTHING)(self._submission)
        self.app.view_closed(ANYTHING)(self._closed)
        self.app.options(ANYTHING)(self._suggestion)

    async def deliver(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """One HTTP request that the guard let through."""
        if _echo(body):
            return Response(200)
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=body.decode(), headers=dict(headers)))
        flat = {name: values[0] for name, values in answer.headers.items()}
        return Response(answer.status, flat, (answer.body or "").encode())

    async def _event(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        workspace = context.team_id or ""
        kind = (body.get("event") or {}).get("type", "")
        try:
            if kind in self._at_once:
                self._background.spawn(self._at_once[kind](body["event"], workspace), name=kind)
            elif await self._relevant(body.get("event") or {}, workspace):
                await self._inbox.keep(arrivals.event(body, workspace))
        except Unavailable:
            return BoltResponse(status=503, body="")  # Slack sends it again
        return BoltResponse(status=200, body="")

    async def _command(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        return await self._keep(arrivals.command(body, context.team_id or ""))

    async def _action(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        return await self._keep(arrivals.action(body, context.team_id or ""))

    async def _shortcut(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        return await self._keep(arrivals.shortcut(body, context.team_id or ""))

    async def _keep(self, new: NewItem) -> BoltResponse:
        """Slack never repeats these: where they cannot be kept, the person is told that nothing was done."""
        try:
            await self._inbox.keep(new)
        except BotError as wrong:
            log("receive.not_kept", level=logging.ERROR, workspace=new.workspace, kind=new.kind)
            if new.kind == "command":
                return BoltResponse(status=200, body={"response_type": "ephemeral", "text": wrong.text})
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    async def _submission(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        return _json(await self._submitted(body, context.team_id or ""))

    async def _closed(self) -> BoltResponse:
        return BoltResponse(status=200, body="")

    async def _suggestion(self, body: Body, context: AsyncBoltContext) -> BoltResponse:
        return _json(await self._options(body, context.team_id or ""))


def _echo(body: bytes) -> bool:
    """Whether an event tells of what this app wrote itself: half of all are, and Bolt takes 200 µs each."""
    if b'"app_id"' not in body or body[:1] != b"{":
        return False
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:  # NaN, which Bolt's parser takes
        return False
    event = said.get("event") or {}
    message = event.get("message") or event.get("previous_message") or event
    app = said.get("api_app_id")
    return bool(app) and event.get("type") == "message" and message.get("app_id") == app


def _json(answer: dict[str, Any] | None) -> BoltResponse:
    return BoltResponse(status=200, body=answer if answer is not None else "")
