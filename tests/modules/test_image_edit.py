"""Edits and variations: sources and masks are checked first, requests are the official client's."""

import base64
import io
from typing import Any

import pytest
from openai import AsyncOpenAI
from PIL import Image

from bot.checking import check
from bot.errors import ApiDown, Invalid, ModelGone, RequestRefused
from bot.module import Context, File, Part
from bot.modules.image_edit import EXAMPLE, IMAGE_EDIT, MOST_IN_JSON, RETIRED, VARY
from tests.modules.world import PERSON, World, files, said

EDITS, VARIATIONS = "/images/edits", "/images/variations"
MODEL = "gpt-image-2.6-flare"


def picture(
    name: str = "boat.png",
    size: tuple[int, int] = (96, 64),
    *,
    clear: bool = False,
    colour: int = 90,
    **more: Any,
) -> File:
    kind = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}[name.rpartition(".")[2]]
    made = Image.new("RGB" if kind == "JPEG" else "RGBA", size, (colour, 20, 30))
    if clear:
        made.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    kept = io.BytesIO()
    made.save(kept, kind, **more)
    return File(name, kept.getvalue(), "application/octet-stream")


BOAT, MASK = picture(), picture("mask.png", clear=True)
ASKED: dict[str, Any] = {"image": [BOAT], "prompt": "Add a red kite", "model": MODEL}


def form(world: World, path: str = EDITS) -> dict[str, Any]:
    """The one form that was sent, its files as (name, type)."""
    (body,) = world.bodies(path)
    return {
        name: value if isinstance(value, str) else (value["filename"], value["content_type"])
        for name, value in body
    }


async def test_an_edit_gives_the_picture_with_its_description(world: World) -> None:
    result = await world.run(IMAGE_EDIT, **ASKED)
    (file,) = files(result)
    assert (file.name, file.alt, file.media_type) == ("add-a-red-kite.png", "Add a red kite", "image/png")
    assert form(world) == {
        "prompt": "Add a red kite",
        "model": MODEL,
        "safety_identifier": PERSON,
        "image": ("boat.png", "image/png"),
    }
    assert (result.model, result.notes) == (MODEL, ())
    assert result.input_tokens
    assert result.output_tokens


async def test_every_setting_arrives(world: World) -> None:
    settings = {"n": 2, "size": "1024x1536", "quality": "high", "background": "auto", "output_format": "jpeg"}
    result = await world.run(IMAGE_EDIT, **ASKED, **settings, output_compression=70)
    sent = form(world)
    assert {name: sent[name] for name in settings} == {**settings, "n": "2"}
    assert sent["output_compression"] == "70"
    assert [file.name.rpartition("-")[2] for file in files(result)] == ["1.jpeg", "2.jpeg"]


async def test_sources_have_the_type_of_their_content(world: World) -> None:
    wrong = File("photo.jpg", picture("x.webp").content, "image/jpeg")
    result = await world.run(IMAGE_EDIT, **{**ASKED, "image": [picture("a.jpg"), wrong]})
    (body,) = world.bodies(EDITS)
    assert [value["content_type"] for name, value in body if name == "image[]"] == [
        "image/jpeg",
        "image/webp",
    ]
    assert len(files(result)) == 1


@pytest.mark.parametrize("count", [1, 3])
async def test_the_request_is_that_of_the_official_client(world: World, sdk: AsyncOpenAI, count: int) -> None:
    sources = [picture(f"{number}.png") for number in range(count)]
    await world.run(IMAGE_EDIT, **{**ASKED, "image": sources}, mask=[MASK], n=2, quality="low")
    theirs = [(each.name, each.content, "image/png") for each in sources]
    await sdk.images.edit(
        image=theirs if count > 1 else theirs[0],
        mask=(MASK.name, MASK.content, "image/png"),
        prompt="Add a red kite",
        model=MODEL,
        n=2,
        quality="low",
        safety_identifier=PERSON,
    )
    ours, official = world.bodies(EDITS)
    assert sorted(ours, key=str) == sorted(official, key=str)


async def test_a_mask_says_where_to_change(world: World) -> None:
    result = await world.run(IMAGE_EDIT, **ASKED, mask=[MASK])
    assert form(world)["mask"] == ("mask.png", "image/png")
    assert result.notes == ()


@pytest.mark.parametrize("name", ["logo.png", "logo.webp"])
async def test_without_a_mask_the_sources_own_transparency_is_the_mask(world: World, name: str) -> None:
    result = await world.run(IMAGE_EDIT, **{**ASKED, "image": [picture(name, clear=True)]})
    assert form(world)["mask"] == ("mask.png", "image/png")
    assert result.notes == (f"The transparent parts of {name} are the mask: there it was edited.",)


async def test_a_transparency_that_makes_too_large_a_mask_is_none_and_it_is_said(world: World) -> None:
    noise = Image.effect_noise((2200, 2200), 200)
    noise.putpixel((0, 0), 0)
    source = Image.new("RGBA", noise.size, (9, 9, 9))
    source.putalpha(noise)
    kept = io.BytesIO()
    source.save(kept, "PNG", compress_level=1)
    result = await world.run(IMAGE_EDIT, **{**ASKED, "image": [File("mist.png", kept.getvalue())]})
    assert "mask" not in form(world)
    assert result.notes == (
        "The transparency of the source makes too large a mask, so all of it may change.",
    )


async def test_a_turned_photo_and_a_mask_as_people_see_it_fit(world: World) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = picture("photo.jpg", (64, 96), exif=exif)
    assert files(await world.run(IMAGE_EDIT, **{**ASKED, "image": [photo]}, mask=[MASK]))


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"image": [File("boat.png", b"%PDF-1.7", "image/png")]}, "image", "take PNG, JPEG or WebP"),
        ({"image": [File("boat.gif", BOAT.content)]}, "image", "wrong type"),
        ({"image": [BOAT, File("b.png", BOAT.content[:60])]}, "image", "“b.png” .*damaged"),
        ({"image": [picture(size=(4100, 4000))]}, "image", "4,100 × 4,000 pixels"),
        ({"image": [BOAT] * 17}, "image", "at most 16"),
        ({"image": [File("boat.png", BOAT.content + bytes(50 * 2**20))]}, "image", "larger than 50 MB"),
        ({"image": []}, "image", "missing"),
        ({"prompt": "x" * 32_001}, "prompt", "too many"),
        ({"prompt": ""}, "prompt", "missing"),
        ({"mask": [picture("m.png", (64, 64), clear=True)]}, "mask", "64 × 64 pixels, boat.png has 96 × 64"),
        ({"mask": [picture("m.png")]}, "mask", "no transparent pixels"),
        ({"mask": [File("m.png", picture("m.webp", clear=True).content)]}, "mask", "WEBP"),
        ({"mask": [File("m.png", b"no")]}, "mask", "take PNG"),
        ({"mask": [File("m.png", MASK.content + bytes(4 * 2**20))]}, "mask", "larger than 4 MB"),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "no transparency"),
        ({"model": "dall-e-2"}, "image", "square pictures, this has 96 × 64"),
        ({"model": "dall-e-2", "image": [BOAT, BOAT]}, "image", "a single picture"),
        ({"model": "dall-e-2", "image": [picture("a.jpg", (64, 64))]}, "image", "PNG only"),
        ({"model": "dall-e-2", "image": [picture(size=(64, 64))]}, "image", "needs a mask"),
        ({"model": "dall-e-2", "prompt": "x" * 1001}, "prompt", "takes 1,000"),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_asked(
    world: World, wrong: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        await world.run(IMAGE_EDIT, **{**ASKED, **wrong})
    assert refused.value.field == field
    assert world.asked() == []


async def test_unfinished_pictures_are_shown_by_a_streamed_request(world: World) -> None:
    shown: list[Part] = []

    async def show(part: Part) -> None:
        shown.append(part)

    operation = IMAGE_EDIT.operations[0]
    context = Context(None, world.api, PERSON, show=show)  # type: ignore[arg-type] # asks for no connections
    result = await operation.call(context, check(operation, {**ASKED, "mask": [MASK], "partial_images": 2}))
    (body,) = world.bodies(EDITS)
    assert body["images"] == [{"image_url": _url(BOAT)}]
    assert body["mask"] == {"image_url": _url(MASK)}
    assert (body["stream"], body["partial_images"], len(shown), len(files(result))) == (True, 2, 2, 1)


def _url(file: File) -> str:
    return f"data:image/png;base64,{base64.b64encode(file.content).decode()}"


async def test_how_strict_the_filter_is_travels_as_json(world: World) -> None:
    await world.run(IMAGE_EDIT, **ASKED, moderation="low")
    (body,) = world.bodies(EDITS)
    assert (body["moderation"], "stream" in body) == ("low", False)


async def test_what_large_files_leave_no_room_for_is_left_out_and_said(world: World) -> None:
    large = File("boat.png", BOAT.content + bytes(MOST_IN_JSON), "image/png")
    result = await world.run(IMAGE_EDIT, **{**ASKED, "image": [large]}, moderation="low", partial_images=1)
    assert "moderation" not in form(world)
    assert result.notes == ("Left out, since the files are too large for it: partial_images, moderation.",)


async def test_a_variation_is_an_edit_where_the_endpoint_is_gone(world: World) -> None:
    result = await world.run(IMAGE_EDIT, "vary", image=[BOAT], model=MODEL, n=2)
    assert [each["path"] for each in world.asked()] == [f"/v1{VARIATIONS}", f"/v1{EDITS}"]
    assert form(world)["prompt"] == VARY
    assert result.notes == (RETIRED,)
    assert len(files(result)) == 2


async def test_openai_itself_is_not_asked_for_what_it_retired(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retired.OPENAI", "127.0.0.1")
    await world.run(IMAGE_EDIT, "vary", image=[BOAT], model=MODEL)
    assert world.asked(VARIATIONS) == []


async def test_variations_are_made_by_their_endpoint_where_it_is(world: World, sdk: AsyncOpenAI) -> None:
    await world.control("compat", on=True)
    square = picture("face.png", (128, 128))
    result = await world.run(IMAGE_EDIT, "vary", image=[square], model=MODEL, n=2, size="256x256")
    assert world.asked(EDITS) == []
    assert (len(files(result)), result.notes) == (2, ())
    assert files(result)[0].alt == "Variation of face.png (1 of 2)"
    with pytest.warns(DeprecationWarning, match="deprecated"):
        await sdk.images.create_variation(
            image=("image.png", square.content, "image/png"),
            n=2,
            size="256x256",
            response_format="b64_json",
            user=PERSON,
        )
    ours, official = world.bodies(VARIATIONS)
    assert sorted(ours, key=str) == sorted(official, key=str)


async def test_for_the_old_endpoint_a_picture_is_made_square(world: World) -> None:
    await world.control("compat", on=True)
    wide = picture("wide.jpg", (300, 100))
    result = await world.run(IMAGE_EDIT, "vary", image=[wide], model=MODEL, size="1536x1024", quality="low")
    assert result.notes == (
        "wide.jpg was made a square PNG: `/images/variations` takes nothing else.",
        "Left out, since `/images/variations` does not take it: size, quality.",
    )
    assert len(files(result)) == 1


@pytest.mark.parametrize("image", [File("a.png", b"no"), picture(size=(4100, 4000))])
async def test_a_source_of_variations_is_checked_too(world: World, image: File) -> None:
    with pytest.raises(Invalid) as refused:
        await world.run(IMAGE_EDIT, "vary", image=[image], model=MODEL)
    assert (refused.value.field, world.asked()) == ("image", [])


async def test_failures_pass_through(world: World) -> None:
    with pytest.raises(ModelGone):
        await world.run(IMAGE_EDIT, **{**ASKED, "model": "gpt-image-9"})
    with pytest.raises(RequestRefused, match="safety_violations"):
        await world.run(IMAGE_EDIT, **{**ASKED, "prompt": "more gore"})
    world.faults.add({"match": "images", "do": "status", "status": 500})
    for operation in ("edit", "vary"):
        asked = {**ASKED} if operation == "edit" else {"image": [BOAT], "model": MODEL}
        with pytest.raises(ApiDown):
            await world.run(IMAGE_EDIT, operation, **asked)


@pytest.mark.parametrize("operation", IMAGE_EDIT.operations, ids=lambda each: each.name)
async def test_the_example_is_a_right_request(world: World, operation: Any) -> None:
    result = await world.run(IMAGE_EDIT, operation.name, **operation.example, model=MODEL)
    assert files(result)
    assert said(result)
    assert EXAMPLE.content.startswith(b"\x89PNG")
