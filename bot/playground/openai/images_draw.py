"""Draws the pictures of the image endpoints: a pattern from the prompt's hash with the prompt's words on it.

Everything here is computation in a thread's hands: no request, no state.
"""

import hashlib
import io
import textwrap

from PIL import Image, ImageDraw, ImageFont, ImageOps

Size = tuple[int, int]
Colour = tuple[int, int, int]

CAPTION_CHARACTERS = 160  # more would be unreadable on the smallest picture
# Decoding is refused above this: the largest picture that a model makes is 3840x2160.
MAX_PIXELS = 64_000_000


class BadImage(ValueError):
    """Bytes that are no picture of a supported kind."""


def decode(content: bytes) -> Image.Image:
    """A PNG, JPEG or WebP file as pixels with alpha, turned upright; BadImage when it is none of these."""
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        if picture.width * picture.height > MAX_PIXELS:
            raise BadImage("image too large")
        return ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadImage(str(problem)) from problem


def is_png(content: bytes) -> bool:
    """Whether the bytes begin as a PNG file does."""
    return content.startswith(b"\x89PNG\r\n\x1a\n")


def draw(prompt: str, index: int, size: Size, *, transparent: bool) -> Image.Image:
    """A picture for the prompt; `index` tells several pictures of one request apart."""
    seed = hashlib.sha256(f"{index}:{prompt}".encode()).digest()
    picture = Image.new("RGBA", size, (0, 0, 0, 0) if transparent else (*_colour(seed, 0), 255))
    pencil = ImageDraw.Draw(picture)
    width, height = size
    for shape in range(7):
        part = seed[3 + shape * 4 : 7 + shape * 4]
        x, y = part[0] * width // 255, part[1] * height // 255
        radius = (part[2] + 64) * min(size) // 1000
        box = (x - radius, y - radius, x + radius, y + radius)
        if part[3] % 3 == 0:
            pencil.rectangle(box, fill=(*_colour(seed, shape + 1), 255))
        elif part[3] % 3 == 1:
            pencil.ellipse(box, fill=(*_colour(seed, shape + 1), 255))
        else:
            pencil.polygon(
                [(x, y - radius), (x - radius, y + radius), (x + radius, y + radius)],
                _colour(seed, shape + 1),
            )
    _caption(picture, prompt)
    return picture


def repaint(
    sources: list[Image.Image], mask: Image.Image | None, prompt: str, index: int, size: Size
) -> Image.Image:
    """The first source with the prompt's picture where the mask is transparent, or faintly over all of it.

    Further sources are set small along the upper edge, so that each one is seen to have arrived.
    """
    base = sources[0].resize(size)
    paint = draw(prompt, index, size, transparent=False)
    if mask is not None:
        editable = mask.resize(size).getchannel("A").point(lambda alpha: 255 - alpha)
    else:
        editable = Image.new("L", size, 96)
    edited = Image.composite(paint, base, editable)
    small = (size[0] // 8, size[1] // 8)
    for position, source in enumerate(sources[1:]):
        edited.paste(source.resize(small), (position % 8 * small[0], position // 8 * small[1]))
    _caption(edited, prompt)
    return edited


def unfinished(picture: Image.Image, done: float) -> Image.Image:
    """The picture as a partial one shows it: the coarser, the less of it is done (0 to 1)."""
    cells = max(4, int(8 + 56 * done))
    small = picture.resize((cells, max(1, cells * picture.height // picture.width)))
    return small.resize(picture.size, Image.Resampling.NEAREST)


def encode(picture: Image.Image, output_format: str, compression: int) -> bytes:
    """The file's bytes as png, jpeg or webp; `compression` 0 to 100 (the best) is for the last two."""
    out = io.BytesIO()
    if output_format == "jpeg":
        picture.convert("RGB").save(out, "JPEG", quality=max(1, min(95, compression)))
    elif output_format == "webp":
        picture.save(out, "WEBP", quality=compression, method=0)
    else:
        picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _colour(seed: bytes, index: int) -> Colour:
    red, green, blue = hashlib.sha256(seed + bytes([index])).digest()[:3]
    return red, green, blue


def _caption(picture: Image.Image, prompt: str) -> None:
    width, height = picture.size
    points = max(10, min(width // 22, height // 10))
    words = textwrap.shorten(" ".join(prompt.split()), CAPTION_CHARACTERS, placeholder="…")
    text = "\n".join(textwrap.wrap(words, max(12, width * 9 // (points * 5))))
    pencil = ImageDraw.Draw(picture)
    font = ImageFont.load_default(points)
    box = pencil.multiline_textbbox((width // 2, height * 0.92), text, font=font, anchor="md", align="center")
    margin = points // 2
    pencil.rectangle(
        (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin), fill=(20, 20, 28, 255)
    )
    pencil.multiline_text(
        (width // 2, height * 0.92), text, (255, 255, 255, 255), font, anchor="md", align="center"
    )
