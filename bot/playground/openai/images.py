"""The Images API: generations and edits, streamed or at once; variations in compatibility mode only."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import orjson
from PIL import Image
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.playground.openai import tokens
from bot.playground.openai.call import Call, route
from bot.playground.openai.check import fields, integer, one_of, string
from bot.playground.openai.errors import ApiError, invalid
from bot.playground.openai.forms import Part, as_typed, part, read_form
from bot.playground.openai.images_draw import BadImage, decode, draw, encode, is_png, repaint, unfinished
from bot.playground.openai.images_request import GENERATE, Order, read_order
from bot.playground.openai.images_sources import MASK_BYTES, Sources, read_body, read_sources
from bot.playground.openai.state import Api
from bot.playground.openai.stream import EventStream

TOKENS_OF_TIME = 100  # a picture, or a partial one, takes as long as so many tokens of text
Paint = Callable[[int], Image.Image]


async def generate(call: Call) -> ASGIApp:
    """POST /images/generations."""
    order = read_order(call, await call.json(), GENERATE, ("prompt",))

    def paint(index: int) -> Image.Image:
        return draw(order.prompt, index, order.size, transparent=order.background == "transparent")

    return await answer(call, order, paint, "image_generation", [])


async def edit(call: Call) -> ASGIApp:
    """POST /images/edits, as a form or as JSON."""
    body, rules, required = await read_body(call)
    order = read_order(call, body, rules, required)
    sources = await read_sources(call, body)

    def paint(index: int) -> Image.Image:
        if sources.markup is not None:
            marked = Image.alpha_composite(sources.pictures[0], sources.markup)
            return repaint([marked, *sources.pictures[1:]], None, order.prompt, index, order.size)
        return repaint(sources.pictures, sources.mask, order.prompt, index, order.size)

    return await answer(call, order, paint, "image_edit", _sizes(sources))


async def answer(
    call: Call, order: Order, paint: Paint, event: str, inputs: list[tuple[int, int]]
) -> ASGIApp:
    """The pictures as JSON or as a stream; `inputs` are the sizes of the pictures that were sent."""
    usage = _usage(order, inputs)
    call.spend(usage["total_tokens"], order.model)
    speed, stamp = call.api.speed, call.api.stamp()
    per_second = speed.tokens_per_second / TOKENS_OF_TIME
    named = {"safety_identifier": order.identifier} if order.identifier else {}
    if order.stream:
        common = {"created_at": stamp, **order.settings()}
        last = {**common, "usage": usage, **named}
        events = await asyncio.to_thread(_events, order, paint, event, common, last)
        return EventStream(call.api.ticker, events, b"", first=speed.first_token, per_second=per_second)
    pictures = await asyncio.to_thread(lambda: [_base64(paint(index), order) for index in range(order.n)])
    await call.api.clock.sleep(speed.first_token + (1 / per_second if per_second else 0))
    data = [{"b64_json": picture} for picture in pictures]
    body = {"created": stamp, "data": data, **order.settings(), **named, "usage": usage}
    return call.answer(body)


async def vary(call: Call) -> ASGIApp:
    """POST /images/variations: retired; in compatibility mode of a square PNG, always as b64_json."""
    if not call.api.compat:
        text = (
            "The image variations endpoint is retired and no longer accepts requests. Use /v1/images/edits."
        )
        raise ApiError(404, text)
    body = as_typed(await read_form(call, MASK_BYTES), {"n": int})
    rules = {
        "image": part,
        "model": string(),
        "n": integer(1, 10),
        "size": one_of("256x256", "512x512", "1024x1024"),
        "response_format": one_of("url", "b64_json"),
        "user": string(),
    }
    fields(body, rules, required=("image",))
    made = await asyncio.to_thread(
        _variations, body["image"], body.get("n", 1), body.get("size", "1024x1024")
    )
    return call.answer({"created": call.api.stamp(), "data": [{"b64_json": one} for one in made]})


def _variations(source: Part, count: int, size: str) -> list[str]:
    try:
        picture = decode(source.content)
    except BadImage:
        picture = None
    if picture is None or not is_png(source.content) or picture.width != picture.height:
        raise invalid("Uploaded image must be a PNG and square.", "image", None)
    edge = int(size.partition("x")[0])
    varied = [repaint([picture], None, "variation", index, (edge, edge)) for index in range(count)]
    return [base64.b64encode(encode(one, "png", 100)).decode() for one in varied]


def _events(
    order: Order, paint: Paint, event: str, common: dict[str, Any], last: dict[str, Any]
) -> list[bytes]:
    found, picture = [], paint(0)
    for index in range(order.partials):
        rough = unfinished(picture, (index + 1) / (order.partials + 1))
        value = {"b64_json": _base64(rough, order), "partial_image_index": index, **common}
        found.append(_event(f"{event}.partial_image", value))
    found.append(_event(f"{event}.completed", {"b64_json": _base64(picture, order), **last}))
    return found


def _event(kind: str, value: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps({"type": kind, **value}))


def _base64(picture: Image.Image, order: Order) -> str:
    return base64.b64encode(encode(picture, order.output_format, order.compression)).decode()


def _sizes(sources: Sources) -> list[tuple[int, int]]:
    layers = [layer for layer in (sources.mask, sources.markup) if layer is not None]
    return [picture.size for picture in [*sources.pictures, *layers]]


def _usage(order: Order, inputs: list[tuple[int, int]]) -> dict[str, Any]:
    text, made = tokens.count(order.prompt), order.output_tokens()
    # Each input costs 65 tokens and 129 for each 512-pixel tile, once its short side is scaled to 512.
    images = sum(65 + 129 * -(-max(size) // min(size)) for size in inputs)
    return {
        "input_tokens": text + images,
        "input_tokens_details": {"text_tokens": text, "image_tokens": images},
        "output_tokens": made,
        "output_tokens_details": {"image_tokens": made, "text_tokens": 0},
        "total_tokens": text + images + made,
    }


def routes(api: Api) -> list[Route]:
    """The routes of this family."""
    return [
        route(api, "POST", "/images/generations", generate, "model.request", paid=True),
        route(api, "POST", "/images/edits", edit, "model.request", paid=True),
        route(api, "POST", "/images/variations", vary, "model.request", paid=True),
    ]
