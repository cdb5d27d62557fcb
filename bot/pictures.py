"""Checks pictures by their content before they are sent, and makes of them what older models want.

A small file can be a huge picture, so sizes are read from headers, and one picture is decoded at a time.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

T = TypeVar("T")

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
#: Decoded, 16 million pixels take 64 MB; a file of 21 kB can hold ten times as many.
MOST_PIXELS = 16_000_000
#: The image API takes pictures below 50 MB, masks below 4 MB.
MOST_BYTES, MASK_BYTES = 50 * 2**20 - 1, 4 * 2**20 - 1
#: Pixels: the largest picture that `/images/variations` made.
EDGE = 1024

_OPENERS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "png": PngImageFile,
    "jpeg": JpegImageFile,
    "webp": WebPImageFile,
}
#: What Pillow raises for a file that is not what it begins as.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError)
_DECODER = ThreadPoolExecutor(1, thread_name_prefix="pictures")
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})  # EXIF: the camera was held upright


class NotUsable(ValueError):
    """The end of a sentence about a picture: what is wrong and how to put it right."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file is: its kind as in MEDIA_TYPES, pixels as people see it, and where it can be seen through.

    `clear`: some pixels are wholly transparent, which is what a mask is made of.
    """

    kind: str
    width: int
    height: int
    clear: bool

    @property
    def square(self) -> bool:
        """Whether both sides are equal."""
        return self.width == self.height


def sniffed(content: bytes) -> str | None:
    """The kind of picture that a file begins as."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


async def examined(content: bytes) -> Picture:
    """What the file is, decoded to its end. Raises NotUsable."""
    return await _decoding(_examined, content)


async def mask_of(content: bytes) -> bytes:
    """The transparency of a picture alone, as a PNG of the same size."""
    return await _decoding(_mask_of, content)


async def squared(content: bytes) -> bytes:
    """The picture as a square PNG of at most 1024 pixels, with clear edges where it was none."""
    return await _decoding(_squared, content)


async def _decoding(work: Callable[[bytes], T], content: bytes) -> T:
    return await asyncio.get_running_loop().run_in_executor(_DECODER, work, content)


def _opened(content: bytes) -> tuple[str, Image.Image]:
    kind = sniffed(content)
    if kind not in _OPENERS:
        raise NotUsable("is not a picture of a kind that can be used here: take PNG, JPEG or WebP")
    try:
        picture = _OPENERS[kind](io.BytesIO(content))  # reads the header only
    except _BROKEN:
        raise NotUsable("cannot be read: the file is damaged") from None
    if picture.width * picture.height > MOST_PIXELS:
        size = f"{picture.width:,} × {picture.height:,} pixels"
        raise NotUsable(f"has {size}; at most {MOST_PIXELS // 10**6} million can be used: make it smaller")
    return kind, picture


def _examined(content: bytes) -> Picture:
    kind, picture = _opened(content)
    try:
        width, height = picture.size
        if picture.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        picture.load()
        clear = picture.has_transparency_data and _alpha(picture).getextrema()[0] == 0
    except _BROKEN:
        raise NotUsable("cannot be read to its end: the file is damaged") from None
    return Picture(kind, width, height, clear)


def _alpha(picture: Image.Image) -> Image.Image:
    return picture.convert("RGBA").getchannel("A")


def _mask_of(content: bytes) -> bytes:
    picture = ImageOps.exif_transpose(_opened(content)[1])
    mask = Image.new("RGBA", picture.size)
    mask.putalpha(_alpha(picture))
    return _png(mask)


def _squared(content: bytes) -> bytes:
    picture = ImageOps.exif_transpose(_opened(content)[1]).convert("RGBA")
    edge = min(EDGE, max(picture.size))
    return _png(ImageOps.pad(picture, (edge, edge), color=(0, 0, 0, 0)))


def _png(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(
        kept, "PNG", compress_level=3
    )  # of what is hard to pack, the best packing takes half a minute
    return kept.getvalue()
