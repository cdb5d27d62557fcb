"""Checks what an image request may ask of its model, and turns it into an order for the drawing."""

import re
from dataclasses import dataclass
from typing import Any

from bot.playground.openai.call import Call
from bot.playground.openai.check import Rule, boolean, fields, integer, listing, one_of, record, string
from bot.playground.openai.errors import ApiError, invalid, unsupported_parameter, unsupported_value
from bot.playground.openai.images_draw import Size
from bot.playground.openai.registry import family

STANDARD = ("1024x1024", "1536x1024", "1024x1536")
QUALITIES = ("low", "medium", "high")
MORE_QUALITIES = (*QUALITIES, "xhigh", "max")
OUTPUT_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320}  # for 1024x1024
PARTIAL_TOKENS = 100  # what each partial image costs
MAX_EDGE, MIN_PIXELS, MAX_PIXELS = 3840, 655_360, 8_294_400
# Words that the input moderation stops at, with the category it names.
BLOCKED = {
    "gore": "violence",
    "beheading": "violence",
    "porn": "sexual",
    "nude": "sexual",
    "self-harm": "self-harm",
    "suicide": "self-harm",
}
COMMON: dict[str, Rule] = {
    "prompt": string(1, 32_000),
    "model": string(1),
    "n": integer(1, 10),
    "size": string(1),
    "quality": string(1),
    "background": one_of("transparent", "opaque", "auto"),
    "output_format": one_of("png", "jpeg", "webp", "gif", "svg"),
    "output_compression": integer(0, 100),
    "complexity": one_of("low", "medium", "high"),
    "frame_count": integer(2, 16),
    "frame_duration_ms": integer(1),
    "svg": record({"model": string(1), "reasoning": record({"effort": string(1)})}),
    "stream": boolean,
    "partial_images": integer(0, 3),
    "safety_identifier": string(0, 128),
    "user": string(),
}
GENERATE = {**COMMON, "moderation": one_of("auto", "low")}


@dataclass(frozen=True, slots=True)
class Order:
    """A request with its defaults decided."""

    prompt: str
    model: str
    n: int
    size: Size
    quality: str
    background: str
    output_format: str
    compression: int
    stream: bool
    partials: int
    identifier: str | None

    def settings(self) -> dict[str, Any]:
        """What answers and events repeat of the order."""
        return {
            "background": self.background,
            "output_format": self.output_format,
            "quality": self.quality,
            "size": f"{self.size[0]}x{self.size[1]}",
        }

    def output_tokens(self) -> int:
        """The tokens of the pictures, by quality and pixels."""
        pixels = self.size[0] * self.size[1]
        one = round(OUTPUT_TOKENS[self.quality] * pixels / (1024 * 1024))
        return one * self.n + PARTIAL_TOKENS * self.partials


def read_order(call: Call, body: dict[str, Any], rules: dict[str, Rule], required: tuple[str, ...]) -> Order:
    """The order, or the API's refusal: parameters first, then what the model takes, then moderation."""
    fields(body, rules, required)
    given = {name: value for name, value in body.items() if value is not None}
    api = call.api
    # A request without a model means dall-e-2, as it always has; it is gone.
    model = api.models.serving(given.get("model", "dall-e-2"), "image", api.now(), call.key.organization)
    series = family(model)
    _check_model(series, given)
    _check_output(given)
    _moderate(given["prompt"])
    size = given.get("size", "auto")
    quality, background = given.get("quality", "auto"), given.get("background", "auto")
    width, height = _size(series, "1024x1024" if size == "auto" else size)
    return Order(
        prompt=given["prompt"],
        model=model.id,
        n=given.get("n", 1),
        size=(width, height),
        quality="medium" if quality == "auto" else quality,
        background="opaque" if background == "auto" else background,
        output_format=given.get("output_format", "png"),
        compression=given.get("output_compression", 100),
        stream=given.get("stream", False),
        partials=given.get("partial_images", 0),
        identifier=given.get("safety_identifier") or given.get("user") or None,
    )


def is_older(series: str) -> bool:
    """Whether the model is of the first generation, which knows three sizes and input fidelity."""
    return series.startswith(("gpt-image-1", "chatgpt-image"))


def _check_model(series: str, given: dict[str, Any]) -> None:
    newest = series.startswith(("gpt-image-2.5", "gpt-image-2.6"))
    qualities = MORE_QUALITIES if newest else QUALITIES
    quality = given.get("quality", "auto")
    if quality not in {*qualities, "auto"}:
        text = f"Invalid value: '{quality}'. Supported values are: {listing([*qualities, 'auto'])}."
        raise invalid(text, "quality")
    if "complexity" in given and not series.startswith("gpt-image-2.6"):
        raise unsupported_parameter("complexity")
    if "markup" in given and not newest:
        raise unsupported_parameter("markup")
    if "input_fidelity" in given:
        if not is_older(series):
            raise unsupported_parameter("input_fidelity")
        if series == "gpt-image-1-mini" and given["input_fidelity"] == "high":
            raise unsupported_value("input_fidelity", "'high' is not supported with this model.")


def _check_output(given: dict[str, Any]) -> None:
    output = given.get("output_format", "png")
    if output in {"gif", "svg"}:
        raise unsupported_value("output_format", f"'{output}' output needs access to its preview.")
    for name in ("frame_count", "frame_duration_ms", "svg"):
        if name in given:
            raise unsupported_parameter(name, "It needs output_format 'gif' or 'svg'.")
    if given.get("background") == "transparent" and output == "jpeg":
        text = "Transparent background is not supported for JPEG output format"
        raise invalid(text, "background")
    if output == "png" and given.get("output_compression", 100) < 100:
        text = "Compression less than 100 is not supported for PNG output format"
        raise invalid(text, "output_compression", "invalid_png_output_compression")
    if "partial_images" in given and not given.get("stream"):
        raise unsupported_parameter("partial_images", "It needs 'stream' to be true.")
    if given.get("stream") and given.get("n", 1) > 1:
        raise invalid("Streaming is only supported for one image: 'n' must be 1.", "n")


def _size(series: str, text: str) -> Size:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if found is None or (is_older(series) and text not in STANDARD):
        raise invalid(
            f"Invalid value: '{text}'. Supported values are: {listing([*STANDARD, 'auto'])}.", "size"
        )
    width, height = int(found[1]), int(found[2])
    if is_older(series):
        return width, height
    if width % 16 or height % 16:
        problem = "width and height must be divisible by 16"
    elif max(width, height) > 3 * min(width, height):
        problem = "the aspect ratio must be between 1:3 and 3:1"
    elif max(width, height) > MAX_EDGE or not MIN_PIXELS <= width * height <= MAX_PIXELS:
        problem = f"it must have {MIN_PIXELS} to {MAX_PIXELS} pixels and no edge longer than {MAX_EDGE}"
    else:
        return width, height
    raise invalid(f"Invalid size '{text}': {problem}.", "size")


def _moderate(prompt: str) -> None:
    words = set(re.findall(r"[a-z-]+", prompt.lower()))
    categories = sorted({category for word, category in BLOCKED.items() if word in words})
    if categories:
        text = (
            "Your request was rejected by the safety system. If you believe this is an error, contact us at "
            f"help.openai.com and include the request ID. safety_violations=[{', '.join(categories)}]."
        )
        details = {"moderation_stage": "input", "categories": categories}
        raise ApiError(
            400,
            text,
            type="image_generation_user_error",
            code="moderation_blocked",
            extra={"moderation_details": details},
        )
