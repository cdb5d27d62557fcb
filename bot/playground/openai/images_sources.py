"""The pictures that an edit begins with: a form's files, or the URLs and file ids of a JSON body."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import Any

import aiohttp
from PIL import Image

from bot.playground.openai.call import Call
from bot.playground.openai.check import Rule, array, mapping, missing, one_of, record, string
from bot.playground.openai.errors import ApiError, invalid
from bot.playground.openai.forms import Kind, Part, as_typed, one_or_many, part, read_form
from bot.playground.openai.images_draw import BadImage, decode, is_png
from bot.playground.openai.images_request import COMMON

MAX_IMAGES = 16
MASK_BYTES = 4 << 20
NUMBERS = ("n", "output_compression", "partial_images", "frame_count", "frame_duration_ms")
KINDS: dict[str, Kind] = {**dict.fromkeys(NUMBERS, int), "stream": bool}
FIDELITY: dict[str, Rule] = {**COMMON, "input_fidelity": one_of("high", "low")}
FORM: dict[str, Rule] = {**FIDELITY, "image": one_or_many(part, MAX_IMAGES), "mask": part, "markup": part}
REFERENCE = record({"image_url": string(1), "file_id": string(1)})
JSON: dict[str, Rule] = {
    **FIDELITY,
    "images": array(REFERENCE, 1, MAX_IMAGES),
    "mask": REFERENCE,
    "moderation": one_of("auto", "low"),
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Decoded pictures, the first of which is edited; the mask is as large as that one."""

    pictures: list[Image.Image]
    mask: Image.Image | None
    markup: Image.Image | None


async def read_body(call: Call) -> tuple[dict[str, Any], dict[str, Rule], tuple[str, ...]]:
    """The body of an edit of either kind, with the rules for it and what it must have."""
    if call.request.headers.get("content-type", "").startswith("application/json"):
        return await call.json(), JSON, ("images", "prompt")
    return as_typed(await read_form(call, call.api.sizes.image), KINDS), FORM, ("image", "prompt")


async def read_sources(call: Call, body: dict[str, Any]) -> Sources:
    """The pictures of a body that its rules have passed."""
    sent = body.get("images") or body["image"]
    references = sent if isinstance(sent, list) else [sent]
    if not references:
        raise missing("image")
    contents = [await _content(call, one, "image") for one in references]
    mask = await _content(call, body["mask"], "mask") if body.get("mask") else None
    markup = await _content(call, body["markup"], "markup") if body.get("markup") else None
    return await asyncio.to_thread(_decoded, contents, mask, markup)


async def _content(call: Call, reference: Part | dict[str, str], param: str) -> bytes:
    if isinstance(reference, Part):
        return reference.content
    mapping(param, reference)
    if reference.get("file_id"):
        return call.api.files.find(reference["file_id"], call.key.project, call.api.now()).content
    if reference.get("image_url"):
        return await _fetched(call, reference["image_url"])
    raise missing(f"{param}.image_url")


async def _fetched(call: Call, url: str) -> bytes:
    if url.startswith("data:"):
        try:
            return base64.b64decode(url.partition(";base64,")[2], validate=True)
        except binascii.Error:
            raise invalid("Invalid base64 image_url.", "image_url", "invalid_base64") from None
    limit = call.api.sizes.image
    try:
        timeout = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
            answer.raise_for_status()
            content = await answer.content.read(limit + 1)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise invalid(f"Error while downloading {url}.", "image_url", "invalid_image_url") from None
    if len(content) > limit:
        raise ApiError(413, f"Maximum content size limit ({limit}) exceeded", param="image_url")
    return content


def _decoded(contents: list[bytes], mask: bytes | None, markup: bytes | None) -> Sources:
    pictures = []
    for number, content in enumerate(contents, 1):
        try:
            pictures.append(decode(content))
        except BadImage:
            text = f"Invalid image file or mode for image {number}, please check your image file."
            raise invalid(text, "image", "invalid_image_file") from None
    if mask is not None and len(mask) > MASK_BYTES:
        raise invalid("Invalid mask: it must be less than 4 MB.", "mask")
    if mask is not None and markup is not None:
        raise invalid("'markup' cannot be combined with 'mask'.", "markup")
    layers = [
        None if layer is None else _layer(name, layer, pictures[0])
        for name, layer in (("mask", mask), ("markup", markup))
    ]
    return Sources(pictures, *layers)


def _layer(param: str, content: bytes, picture: Image.Image) -> Image.Image:
    try:
        layer = decode(content)
    except BadImage:
        raise invalid(f"Invalid {param}: not an image file.", param, "invalid_image_file") from None
    if not is_png(content):
        raise invalid(f"Invalid {param} image format: it must be a PNG file.", param, "invalid_image_format")
    if layer.size != picture.size:
        raise invalid(f"Invalid {param} image format - {param} size does not match image size", param)
    if layer.getchannel("A").getextrema() == (255, 255):
        raise invalid(f"Invalid {param} image format - {param} image missing alpha channel", param)
    return layer
