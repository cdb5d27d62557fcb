"""Pictures are known by their content, in bounds, and are turned into what older models want."""

import io
import struct
import zlib

import pytest
from PIL import Image

from bot.pictures import EDGE, MOST_PIXELS, NotUsable, examined, mask_of, sniffed, squared


def made(
    kind: str, size: tuple[int, int] = (6, 4), colour: tuple[int, ...] = (9, 9, 9), **more: object
) -> bytes:
    kept = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(kept, kind, **more)
    return kept.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def huge(width: int, height: int) -> bytes:
    """A PNG that says so large and is a few bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
async def test_a_picture_is_known_by_its_content(kind: str) -> None:
    picture = await examined(made(kind))
    assert (picture.kind, picture.width, picture.height, picture.clear) == (kind, 6, 4, False)
    assert not picture.square


def test_a_gif_is_known_too() -> None:
    assert [sniffed(made("gif")), sniffed(b"%PDF-1.7"), sniffed(b"RIFF1234WAVE"), sniffed(b"")] == [
        "gif",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("content", [b"", b"<html>", b"%PDF-1.7", made("gif"), b"RIFF\0\0\0\0WAVEfmt "])
async def test_what_is_no_such_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotUsable, match="take PNG, JPEG or WebP"):
        await examined(content)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
async def test_a_damaged_picture_is_refused_wherever_it_breaks_off(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90)
    kept = io.BytesIO()
    noise.save(kept, kind)
    whole = kept.getvalue()
    for end in range(20, len(whole) - 20, max(1, len(whole) // 40)):
        with pytest.raises(NotUsable, match="damaged"):
            await examined(whole[:end])


async def test_a_small_file_that_is_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    for size in ((4001, 4000), (13_000, 13_000), (65_000, 65_000)):
        with pytest.raises(NotUsable, match="at most 16 million"):
            await examined(huge(*size))
    assert (await examined(made("png", (4000, 4000)))).width ** 2 == MOST_PIXELS


async def test_a_turned_photo_has_the_size_that_people_see() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = await examined(made("jpeg", exif=exif))
    assert (picture.width, picture.height) == (4, 6)


async def test_clear_means_wholly_transparent_somewhere() -> None:
    assert (await examined(made("png", colour=(1, 2, 3, 0)))).clear
    assert (await examined(made("webp", colour=(1, 2, 3, 0)))).clear
    assert not (await examined(made("png", colour=(1, 2, 3, 128)))).clear
    palette = Image.new("P", (4, 4), 0)
    kept = io.BytesIO()
    palette.save(kept, "PNG", transparency=0)
    assert (await examined(kept.getvalue())).clear


async def test_a_mask_is_the_transparency_alone() -> None:
    source = Image.new("RGBA", (6, 4), (200, 10, 10, 255))
    source.putpixel((2, 1), (200, 10, 10, 0))
    kept = io.BytesIO()
    source.save(kept, "WEBP", lossless=True)
    mask = opened(await mask_of(kept.getvalue()))
    assert (mask.format, mask.mode, mask.size) == ("PNG", "RGBA", (6, 4))
    assert mask.getpixel((2, 1)) == (0, 0, 0, 0)
    assert mask.getpixel((0, 0)) == (0, 0, 0, 255)


async def test_squared_is_a_square_png_with_clear_edges_and_no_exif() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    square = opened(await squared(made("jpeg", (2000, 1000), exif=exif)))
    assert (square.format, square.mode, square.size) == ("PNG", "RGBA", (EDGE, EDGE))
    assert square.getpixel((5, 5)) == (0, 0, 0, 0)
    assert not square.getexif()
    small = opened(await squared(made("png", (6, 4))))
    assert small.size == (6, 6)
