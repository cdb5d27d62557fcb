"""Pictures made and edited: real files, the rules of each model, partial pictures, by the official client."""

import base64
import io
import time
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI, BadRequestError, NotFoundError
from PIL import Image

NEW, OLD = "gpt-image-2.6-sunburst", "gpt-image-1.5"


def picture(item: Any) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(item.b64_json)))


def file(size: tuple[int, int] = (640, 480), kind: str = "PNG", colour: Any = (200, 30, 30, 255)) -> bytes:
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, colour[: len(mode)]).save(out, kind)
    return out.getvalue()


def mask(size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    made = Image.new("RGBA", size, (0, 0, 0, 255))
    made.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    made.save(out, "PNG")
    return out.getvalue()


async def test_a_picture_is_a_real_file_that_depends_on_the_prompt(
    sdk: AsyncOpenAI, api_server: Any, schema: Any
) -> None:
    made = await sdk.images.generate(model=NEW, prompt="A red fox", n=2)
    assert made.data
    first, second = (picture(item) for item in made.data)
    assert (first.format, first.size) == ("PNG", (1024, 1024))
    assert first.tobytes() != second.tobytes()
    again = await sdk.images.generate(model=NEW, prompt="A red fox")
    other = await sdk.images.generate(model=NEW, prompt="A blue whale")
    assert again.data
    assert other.data
    assert again.data[0].b64_json == made.data[0].b64_json != other.data[0].b64_json
    assert len(again.data[0].b64_json or "") < 200_000
    assert made.usage
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert made.usage.output_tokens == 2 * 1056
    body = {"model": NEW, "prompt": "A red fox"}
    schema.request("POST", "/images/generations", body)
    _, answer, _ = await api_server.ask("POST", "/images/generations", json=body)
    schema.response("POST", "/images/generations", answer)
    assert set(answer["data"][0]) == {"b64_json"}


@pytest.mark.parametrize("output", ["png", "jpeg", "webp"])
async def test_format_size_quality_and_background_are_honoured(sdk: AsyncOpenAI, output: Any) -> None:
    made = await sdk.images.generate(
        model=NEW,
        prompt="x",
        size="1536x864",
        quality="max",
        output_format=output,
        background="opaque" if output == "jpeg" else "transparent",
        safety_identifier="u1",
    )
    assert made.data
    got = picture(made.data[0])
    assert (got.format, got.size) == (output.upper(), (1536, 864))
    assert (made.size, made.quality, made.output_format) == ("1536x864", "max", output)
    assert made.safety_identifier == "u1"
    if output != "jpeg":
        assert got.convert("RGBA").getchannel("A").getextrema() == (0, 255)


async def test_more_compression_makes_a_smaller_file(sdk: AsyncOpenAI) -> None:
    sizes = []
    for level in (95, 10):
        made = await sdk.images.generate(
            model=NEW, prompt="x", output_format="jpeg", output_compression=level
        )
        assert made.data
        sizes.append(len(made.data[0].b64_json or ""))
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"size": "1000x1000"}, "invalid_value", "size"),
        ({"size": "3840x1024"}, "invalid_value", "size"),
        ({"size": "512x512"}, "invalid_value", "size"),
        ({"size": "big"}, "invalid_value", "size"),
        ({"model": OLD, "size": "1536x864"}, "invalid_value", "size"),
        ({"model": OLD, "quality": "max"}, "invalid_value", "quality"),
        ({"model": "gpt-image-2", "quality": "xhigh"}, "invalid_value", "quality"),
        ({"quality": "hd"}, "invalid_value", "quality"),
        ({"model": "gpt-image-2.5-flare", "complexity": "low"}, "unsupported_parameter", "complexity"),
        ({"n": 11}, "integer_above_max_value", "n"),
        ({"prompt": ""}, "empty_string", "prompt"),
        ({"prompt": "x" * 32_001}, "string_above_max_length", "prompt"),
        ({"response_format": "b64_json"}, "unknown_parameter", "response_format"),
        ({"style": "vivid"}, "unknown_parameter", "style"),
        ({"output_format": "bmp"}, "invalid_value", "output_format"),
        ({"output_format": "gif"}, "unsupported_value", "output_format"),
        ({"frame_count": 4}, "unsupported_parameter", "frame_count"),
        ({"output_format": "jpeg", "background": "transparent"}, "invalid_value", "background"),
        ({"output_compression": 50}, "invalid_png_output_compression", "output_compression"),
        ({"partial_images": 2}, "unsupported_parameter", "partial_images"),
        ({"stream": True, "n": 2}, "invalid_value", "n"),
        ({"model": "gpt-6-luna"}, "invalid_value", "model"),
    ],
)
async def test_a_wrong_request_is_refused(
    api_server: Any, schema: Any, more: dict[str, Any], code: str, param: str
) -> None:
    status, body, _ = await api_server.ask(
        "POST", "/images/generations", json={"model": NEW, "prompt": "x", **more}
    )
    schema.error(body)
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, code, param)


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1", None])
async def test_a_retired_model_is_not_found(sdk: AsyncOpenAI, model: Any) -> None:
    with pytest.raises(NotFoundError) as caught:
        await sdk.images.generate(prompt="x", **({"model": model} if model else {}))
    assert caught.value.code == "model_not_found"


async def test_a_blocked_prompt_names_the_categories(sdk: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match=r"safety_violations=\[sexual, violence\]") as caught:
        await sdk.images.generate(model=NEW, prompt="Gore, and nude.")
    assert (caught.value.code, caught.value.type) == ("moderation_blocked", "image_generation_user_error")
    assert caught.value.body["moderation_details"]["moderation_stage"] == "input"  # type: ignore[index]  # object


async def test_partial_pictures_come_before_the_whole_one(
    sdk: AsyncOpenAI, api_server: Any, schema: Any
) -> None:
    asked: Any = {"model": NEW, "prompt": "fox", "partial_images": 2, "size": "1536x1024", "quality": "high"}
    stream: Any = await sdk.images.generate(**asked, stream=True)
    events = [event async for event in stream]
    assert [event.type.rpartition(".")[2] for event in events] == [
        "partial_image",
        "partial_image",
        "completed",
    ]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert {picture(event).size for event in events} == {(1536, 1024)}
    assert len({event.b64_json for event in events}) == 3
    assert events[2].usage.output_tokens == 4160 * 1.5 + 200
    whole = await sdk.images.generate(model=NEW, prompt="fox", size="1536x1024", quality="high")
    assert whole.data
    assert whole.data[0].b64_json == events[2].b64_json
    for event in await api_server.events("/images/generations", {**asked, "stream": True}):
        schema.event("POST", "/images/generations", event)


async def test_pictures_take_the_time_of_a_hundred_tokens(sdk: AsyncOpenAI, api_server: Any) -> None:
    api_server.api.speed.tokens_per_second = 1000.0
    began = time.monotonic()
    await sdk.images.generate(model=NEW, prompt="fox")
    assert time.monotonic() - began >= 0.1


async def test_an_edit_keeps_what_the_mask_covers(sdk: AsyncOpenAI, api_server: Any, schema: Any) -> None:
    made = await sdk.images.edit(
        model=NEW,
        image=("a.png", file()),
        mask=("m.png", mask()),
        prompt="a hat",
        size="1536x1024",
        output_format="png",
    )
    assert made.data
    got = picture(made.data[0]).convert("RGB")
    assert got.size == (1536, 1024)
    assert got.getpixel((1500, 100)) == (200, 30, 30)
    left = {got.getpixel((x, 100)) for x in range(0, 700, 50)}
    assert left != {(200, 30, 30)}
    assert made.usage
    assert made.usage.input_tokens_details.image_tokens == 2 * (65 + 2 * 129)
    body = {"model": NEW, "prompt": "x", "images": [{"image_url": data_url(file())}]}
    schema.request("POST", "/images/edits", body)
    _, answer, _ = await api_server.ask("POST", "/images/edits", json=body)
    schema.response("POST", "/images/edits", answer)


def data_url(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


async def test_several_pictures_of_each_kind_can_be_edited(sdk: AsyncOpenAI) -> None:
    sources = [(f"{kind}.{kind.lower()}", file(kind=kind)) for kind in ("PNG", "JPEG", "WEBP")]
    made = await sdk.images.edit(model=OLD, image=sources, prompt="x", input_fidelity="high", n=2)
    assert made.data
    assert len(made.data) == 2


async def test_an_edit_streams_under_its_own_event_names(sdk: AsyncOpenAI) -> None:
    stream: Any = await sdk.images.edit(
        model=NEW, image=("a.png", file()), prompt="x", stream=True, partial_images=1
    )
    assert [event.type async for event in stream] == ["image_edit.partial_image", "image_edit.completed"]


async def test_json_edits_take_file_ids_and_data_urls(sdk: AsyncOpenAI, api_server: Any) -> None:
    stored = await sdk.files.create(file=("a.png", file()), purpose="vision")
    images = [{"file_id": stored.id}, {"image_url": data_url(file())}]
    body = {"model": NEW, "prompt": "x", "images": images, "mask": {"image_url": data_url(mask())}}
    status, answer, _ = await api_server.ask("POST", "/images/edits", json=body)
    assert status == 200
    assert answer["data"][0]["b64_json"]
    for image, code in (
        ({"image_url": "http://127.0.0.1:9/a.png"}, "invalid_image_url"),
        ({"image_url": "data:image/png;base64,###"}, "invalid_base64"),
        ({}, "missing_required_parameter"),
    ):
        status, answer, _ = await api_server.ask("POST", "/images/edits", json={**body, "images": [image]})
        assert (status, answer["error"]["code"]) == (400, code)


async def test_markup_guides_the_newest_models_only(sdk: AsyncOpenAI) -> None:
    more: Any = {"image": ("a.png", file()), "prompt": "x", "markup": ("m.png", mask())}
    assert (await sdk.images.edit(model="gpt-image-2.5-flare", **more)).data
    with pytest.raises(BadRequestError, match="Unsupported parameter: 'markup'"):
        await sdk.images.edit(model="gpt-image-2", **more)
    with pytest.raises(BadRequestError, match="cannot be combined with 'mask'"):
        await sdk.images.edit(model="gpt-image-2.5-flare", mask=("m.png", mask()), **more)


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        ({"image": ("a.png", b"no picture")}, "invalid_image_file", "for image 1"),
        ({"mask": ("m.png", mask((64, 64)))}, "invalid_value", "size does not match"),
        ({"mask": ("m.png", file())}, "invalid_value", "missing alpha"),
        ({"mask": ("m.webp", file(kind="WEBP"))}, "invalid_image_format", "must be a PNG"),
        ({"input_fidelity": "high"}, "unsupported_parameter", "input_fidelity"),
        ({"image": [("a.png", file((16, 16)))] * 17}, "array_above_max_length", "at most 16"),
        ({"n": 0}, "integer_below_min_value", "'n'"),
    ],
)
async def test_a_wrong_edit_is_refused(sdk: AsyncOpenAI, more: Any, code: str, text: str) -> None:
    asked = {"model": NEW, "image": ("a.png", file()), "prompt": "x", **more}
    with pytest.raises(BadRequestError, match=text) as caught:
        await sdk.images.edit(**asked)
    assert caught.value.code == code


async def test_a_picture_above_the_limit_is_refused(sdk: AsyncOpenAI, api_server: Any) -> None:
    api_server.api.sizes.image = 100
    with pytest.raises(APIStatusError) as caught:
        await sdk.images.edit(model=NEW, image=("a.png", file()), prompt="x")
    assert caught.value.status_code == 413


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the client warns of what is proven
async def test_variations_are_retired_but_in_compatibility_mode(sdk: AsyncOpenAI, api_server: Any) -> None:
    with pytest.raises(NotFoundError, match="no longer accepts requests"):
        await sdk.images.create_variation(image=("a.png", file((64, 64))))
    api_server.api.compat = True
    made = await sdk.images.create_variation(image=("a.png", file((64, 64))), n=2, size="256x256")
    assert made.data
    assert [picture(item).size for item in made.data] == [(256, 256)] * 2
    with pytest.raises(BadRequestError, match="must be a PNG and square"):
        await sdk.images.create_variation(image=("a.png", file()))
