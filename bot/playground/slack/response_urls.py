"""Addresses where the app answers an interaction later: 5 posts in 30 minutes, wherever it happened."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.playground.slack import content, events
from bot.playground.slack.messages import as_json
from bot.playground.slack.methods import Refusal
from bot.playground.slack.removal import remove
from bot.playground.slack.state import Json, Message, ResponseUrl
from bot.playground.slack.world import World


def routes(world: World) -> list[Route]:
    """The one route under which all of a world's response addresses lie."""

    async def post(request: Request) -> Response:
        try:
            url = _open(world, request.path_params["key"])
            respond(world, url, _body(await request.body()))
        except Refusal as refusal:
            status = 404 if refusal.error.endswith("_url") else 400
            return JSONResponse({"ok": False, "error": refusal.error, **refusal.more}, status)
        url.left -= 1
        return PlainTextResponse("ok")

    return [Route("/actions/{key:path}", post, methods=["POST"])]


def respond(world: World, url: ResponseUrl, body: Json) -> None:
    """Do what an answer to an interaction says: show something, or replace or delete what it came from."""
    original = _original(world, url)
    if body.get("delete_original"):
        if original is None:
            raise Refusal("message_not_found")
        _delete(world, original)
        return
    said = content.of(
        str(body.get("text") or ""), body.get("blocks"), None, body.get("attachments"), body.get("metadata")
    )
    if body.get("replace_original") and original is not None:
        _replace(world, original, said)
        return
    install = world.app.installs[url.team_id]
    message = Message(world.new_ts(), url.channel, install.bot_user_id, said.text, said.blocks or [])
    message.attachments, message.metadata = said.attachments or [], said.metadata
    message.bot_id = install.bot_id
    message.thread_ts = _thread(world, url, body)
    if body.get("response_type") != "in_channel":
        message.ephemeral_to = url.user
    world.add(message)
    if message.ephemeral_to is None:
        events.posted(world, message)


def _open(world: World, key: str) -> ResponseUrl:
    url = world.response_urls.get(key)
    if url is None or world.clock.now() > url.expires:
        raise Refusal("expired_url")
    if url.left < 1:
        raise Refusal("used_url")
    return url


def _body(raw: bytes) -> Json:
    try:
        body: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refusal("invalid_payload")
    return body


def _original(world: World, url: ResponseUrl) -> Message | None:
    if url.message_ts is None:
        return None
    channel = world.channels[url.channel]
    for message in channel.ephemerals:
        if message.ts == url.message_ts and message.ephemeral_to == url.user:
            return message
    return channel.messages.get(url.message_ts)


def _thread(world: World, url: ResponseUrl, body: Json) -> str | None:
    thread = body.get("thread_ts")
    if not thread:
        return None
    if (parent := world.channels[url.channel].messages.get(str(thread))) is None:
        raise Refusal("thread_not_found")
    return parent.thread_ts or parent.ts


def _delete(world: World, original: Message) -> None:
    if original.ephemeral_to is None:
        remove(world, original)
    else:
        world.channels[original.channel].ephemerals.remove(original)
        world.changed()


def _replace(world: World, original: Message, said: content.Content) -> None:
    before = as_json(world, original)
    original.text, original.blocks = said.text, said.blocks or []
    original.attachments, original.stream, original.values = said.attachments or [], None, {}
    world.changed()
    if original.ephemeral_to is None:
        original.edited = {"user": original.user, "ts": world.new_ts()}
        events.changed(world, before, original)
