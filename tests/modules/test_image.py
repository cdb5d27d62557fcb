"""Pictures from a description: every setting, their checks, and unfinished ones while it works."""

import base64
import io
from typing import Any

import pytest
from openai import AsyncOpenAI
from PIL import Image

from bot.checking import check
from bot.errors import (
    ApiBroken,
    ApiDown,
    Invalid,
    KeyRefused,
    ModelGone,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
)
from bot.module import Context, File, Part
from bot.modules.image import IMAGE
from tests.modules.world import PERSON, World, facts, files, said

PATH = "/images/generations"
ASKED = {"prompt": "A lighthouse at dusk", "model": "gpt-image-2.6-flare"}
ALL = {
    "n": 2,
    "size": "1536x864",
    "quality": "max",
    "background": "opaque",
    "output_format": "webp",
    "output_compression": 60,
    "moderation": "low",
}


def opened(file: File) -> Image.Image:
    return Image.open(io.BytesIO(file.content))


async def watched(world: World, **raw: Any) -> tuple[Any, list[Part]]:
    shown: list[Part] = []

    async def show(part: Part) -> None:
        shown.append(part)

    operation = IMAGE.operations[0]
    context = Context(None, world.api, PERSON, show=show)  # type: ignore[arg-type] # asks for no connections
    return await operation.call(context, check(operation, raw)), shown


async def test_a_picture_comes_as_a_file_with_its_description_as_alt_text(world: World) -> None:
    result = await world.run(IMAGE, **ASKED)
    (file,) = files(result)
    assert (file.name, file.media_type, file.alt) == (
        "a-lighthouse-at-dusk.png",
        "image/png",
        ASKED["prompt"],
    )
    assert (opened(file).format, opened(file).size) == ("PNG", (1024, 1024))
    assert "A lighthouse at dusk" in said(result)
    assert facts(result) == {"Size": "1024x1024", "Quality": "medium", "Background": "opaque"}
    assert (result.model, result.notes) == ("gpt-image-2.6-flare", ())
    assert result.input_tokens
    assert result.output_tokens
    assert result.request_id


async def test_what_was_not_set_is_not_sent(world: World) -> None:
    await world.run(IMAGE, **ASKED)
    assert world.bodies(PATH) == [{**ASKED, "safety_identifier": PERSON}]


async def test_every_setting_arrives_and_works(world: World) -> None:
    result = await world.run(IMAGE, **ASKED, **ALL)
    assert world.bodies(PATH) == [{**ASKED, **ALL, "safety_identifier": PERSON}]
    assert [file.name for file in files(result)] == [
        "a-lighthouse-at-dusk-1.webp",
        "a-lighthouse-at-dusk-2.webp",
    ]
    assert files(result)[1].alt == "A lighthouse at dusk (2 of 2)"
    assert opened(files(result)[0]).size == (1536, 864)


async def test_the_request_is_that_of_the_official_client(world: World, sdk: AsyncOpenAI) -> None:
    await world.run(IMAGE, **ASKED, **ALL)
    await sdk.images.generate(**ASKED, **ALL, safety_identifier=PERSON)  # type: ignore[call-overload]
    stream = await sdk.images.generate(**ASKED, stream=True, partial_images=2, safety_identifier=PERSON)
    _ = [event async for event in stream]
    await watched(world, **ASKED, partial_images=2)
    first, second, third, fourth = world.asked(PATH)
    assert (first["body"], third["body"]) == (second["body"], fourth["body"])


async def test_unfinished_pictures_replace_one_another_until_it_is_whole(world: World) -> None:
    result, shown = await watched(world, **ASKED, partial_images=3, output_format="jpeg")
    assert len(shown) == 3
    assert all(isinstance(part, File) and opened(part).format == "JPEG" for part in shown)
    assert {part.alt for part in shown if isinstance(part, File)} == {"A lighthouse at dusk (unfinished)"}
    (file,) = files(result)
    assert (file.name, file.alt) == ("a-lighthouse-at-dusk.jpeg", "A lighthouse at dusk")
    assert result.request_id
    assert result.output_tokens
    assert facts(result)["Size"] == "1024x1024"


async def test_nothing_is_shown_where_nothing_can_be(world: World) -> None:
    assert len(files(await world.run(IMAGE, **ASKED, partial_images=1))) == 1


async def test_no_partial_picture_means_no_stream(world: World) -> None:
    result, shown = await watched(world, **ASKED, partial_images=0)
    assert world.bodies(PATH) == [{**ASKED, "safety_identifier": PERSON}]
    assert (len(files(result)), shown) == (1, [])


async def test_partial_pictures_of_several_are_left_out_and_it_is_said(world: World) -> None:
    result, shown = await watched(world, **ASKED, n=2, partial_images=2)
    assert (len(files(result)), shown) == (2, [])
    assert result.notes == ("`partial_images` was left out: they come for a single picture only.",)


async def test_a_stream_that_ends_before_the_picture_is_whole_is_a_failure(world: World) -> None:
    world.faults.add({"match": PATH, "do": "cut", "bytes": 200})
    with pytest.raises(ApiBroken):
        await watched(world, **ASKED, partial_images=1)


async def test_a_stream_that_ends_properly_without_a_picture_is_a_failure(world: World) -> None:
    kind = {"content-type": "text/event-stream"}
    body = 'data: {"type": "image_generation.other"}\n\ndata: [DONE]\n\n'
    world.faults.add({"match": PATH, "do": "status", "status": 200, "headers": kind, "body": body})
    with pytest.raises(ApiBroken, match="before the picture was whole"):
        await watched(world, **ASKED, partial_images=1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 1001, "model": "dall-e-2"}, "prompt"),
        ({"prompt": "x" * 4001, "model": "dall-e-3"}, "prompt"),
        ({"n": 11}, "n"),
        ({"n": 0}, "n"),
        ({"size": "large"}, "size"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "3072x512"}, "size"),
        ({"size": "3840x3840"}, "size"),
        ({"size": "4000x2000"}, "size"),
        ({"quality": "best"}, "quality"),
        ({"background": "transparent", "output_format": "jpeg"}, "background"),
        ({"output_format": "tiff"}, "output_format"),
        ({"output_compression": 50}, "output_compression"),
        ({"output_compression": 101, "output_format": "webp"}, "output_compression"),
        ({"moderation": "off"}, "moderation"),
        ({"partial_images": 4}, "partial_images"),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_asked(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        await world.run(IMAGE, **{**ASKED, **wrong})
    assert told.value.field == field
    assert world.asked() == []


async def test_a_wrong_size_is_told_with_one_that_fits(world: World) -> None:
    with pytest.raises(Invalid, match="1008x752 is"):
        await world.run(IMAGE, **ASKED, size="1001x750")


async def test_sizes_of_older_models_are_for_the_api_to_judge(world: World) -> None:
    with pytest.raises(RequestRefused) as refused:
        await world.run(IMAGE, prompt="A boat", model="gpt-image-1.5", size="1000x1000")
    assert refused.value.param == "size"


async def test_a_description_is_as_long_as_the_model_takes(world: World) -> None:
    assert files(await world.run(IMAGE, **{**ASKED, "prompt": "x" * 32_000}))
    with pytest.raises(Invalid, match="dall-e-3 takes 4,000"):
        await world.run(IMAGE, prompt="x" * 5000, model="dall-e-3")


async def test_retired_models_are_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retired.OPENAI", "127.0.0.1")
    with pytest.raises(ModelGone):
        await world.run(IMAGE, prompt="A boat", model="dall-e-3")


async def test_other_models_elsewhere_are_asked_for_pictures_not_addresses(world: World) -> None:
    with pytest.raises(RequestRefused, match="response_format"):
        await world.run(IMAGE, prompt="A boat", model="dall-e-3", quality="hd", partial_images=1)
    sent = {"prompt": "A boat", "model": "dall-e-3", "quality": "hd", "response_format": "b64_json"}
    assert world.bodies(PATH) == [sent]


async def test_what_the_filter_blocks_is_told_in_its_words(world: World) -> None:
    with pytest.raises(RequestRefused, match="safety_violations") as refused:
        await world.run(IMAGE, **{**ASKED, "prompt": "gore everywhere"})
    assert refused.value.code == "moderation_blocked"


async def test_each_failure_of_the_api_is_worded(world: World) -> None:
    await world.control("keys", quota="credit_balance_exhausted")
    with pytest.raises(QuotaExhausted):
        await world.run(IMAGE, **ASKED)
    await world.control("keys", quota=None, revoked=True)
    with pytest.raises(KeyRefused):
        await world.run(IMAGE, **ASKED)
    await world.control("keys", revoked=False)
    for status, kind in ((429, RateLimited), (503, ApiDown), (500, ApiDown)):
        world.faults.add({"match": PATH, "do": "status", "status": status})
        with pytest.raises(kind):
            await world.run(IMAGE, **ASKED, partial_images=1)
        world.faults.rules.clear()


@pytest.mark.parametrize("body", [{"data": []}, {"data": [{"b64_json": "?"}]}, {}])
async def test_an_answer_without_a_picture_is_a_failure(world: World, body: Any) -> None:
    world.faults.add({"match": PATH, "do": "status", "status": 200, "body": body})
    with pytest.raises(ApiBroken):
        await world.run(IMAGE, **ASKED)


async def test_addresses_and_revised_descriptions_of_other_servers_are_told(world: World) -> None:
    picture = base64.b64encode(b"GIF89a").decode()
    data = [
        {"url": "https://pictures.example/1.png", "revised_prompt": "A <!here> boat"},
        {"b64_json": picture},
    ]
    world.faults.add({"match": PATH, "do": "status", "status": 200, "body": {"data": data}})
    result = await world.run(IMAGE, prompt="Ein Böot!", model="other")
    assert "`https://pictures.example/1.png`" in said(result)
    assert files(result)[0].name == "ein-b-ot-2.gif"
    assert result.notes == (
        "This API keeps the picture at an address of its own; it may vanish soon.",
        "The model went by its own words: A <!here> boat",
    )


async def test_the_example_is_a_right_request(world: World) -> None:
    operation = IMAGE.operations[0]
    result = await world.run(IMAGE, **operation.example, model="gpt-image-2.6-sunburst")
    assert opened(files(result)[0]).size == (1536, 1024)
