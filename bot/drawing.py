"""What making and editing pictures have in common: settings and their checks, partial pictures, results."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import pictures
from bot.errors import ApiBroken, Invalid
from bot.fields import Choice, Field, Model, Number, Text
from bot.module import Context, Facts, File, Part, Result, Values
from bot.module import Text as Said
from bot.retired import may_remain

#: Characters of a description: what GPT image models take; the retired DALL·E models took less.
LONGEST, LONGEST_LEGACY = 32_000, {"dall-e-2": 1000, "dall-e-3": 4000}
#: Seconds: several pictures of the highest quality take minutes; as the official client waits.
PATIENCE = 600.0
OPENAIS = ("gpt-image", "chatgpt-image")
#: gpt-image-2 and later take any size of this step, ratio and longest sides (pixels).
FREE, STEP, RATIO, LONG, SHORT = re.compile(r"gpt-image-[2-9]"), 16, 3, 3840, 2160
#: Characters of a description that stand over its pictures, in their alt text, and in their names.
SHOWN, ALT, NAME = 300, 500, 40
DESCRIPTION = Text(
    name="prompt", title="Description", hint="What the picture shows.", multiline=True, required=True, low=1,
    high=LONGEST, words=True,
)  # fmt: skip


def _advanced(sort: Any, name: str, title: str, hint: str = "", **more: Any) -> Any:
    return sort(name=name, title=title, hint=hint, advanced=True, **more)


SETTINGS: Sequence[Field] = (
    _advanced(Model, "model", "Model", kind="image", required=True),
    _advanced(Number, "n", "Number of pictures", integer=True, low=1, high=10),
    _advanced(Text, "size", "Size", "auto, or width and height such as 1536x1024.", high=9,
              pattern=r"auto|[1-9]\d{1,3}x[1-9]\d{1,3}",
              pattern_hint="write auto or a size such as 1536x1024."),
    _advanced(Choice, "quality", "Quality", "xhigh and max: newest models; standard and hd: DALL·E.",
              options=("auto", "low", "medium", "high", "xhigh", "max", "standard", "hd")),
    _advanced(Choice, "background", "Background", options=("auto", "transparent", "opaque")),
    _advanced(Choice, "output_format", "Output format", options=("png", "jpeg", "webp")),
    _advanced(Number, "output_compression", "Compression", "For jpeg and webp; 100 keeps the most.",
              integer=True, low=0, high=100),
    _advanced(Choice, "moderation", "Moderation", "How strict OpenAI's filter is.", options=("auto", "low")),
    _advanced(Number, "partial_images", "Partial pictures", "So many are shown while it works.",
              integer=True, low=0, high=3),
)  # fmt: skip
NAMES = tuple(each.name for each in SETTINGS)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the request's settings, its description, and what was left out of it."""

    description: str
    body: Mapping[str, Any]
    notes: Sequence[str]

    @property
    def streams(self) -> bool:
        """Whether unfinished pictures come first."""
        return "partial_images" in self.body


def order(context: Context, values: Values, description: str) -> Order:
    """The request that these values mean. Raises Invalid for what the model would refuse."""
    model, notes = values["model"], list[str]()
    most = LONGEST_LEGACY.get(model, LONGEST)
    if len(description) > most:
        raise Invalid(
            f"Description: {len(description):,} characters are too many; {model} takes {most:,}.",
            field="prompt",
        )
    _check(values)
    body = {"prompt": description} | {name: values[name] for name in NAMES if name in values}
    if body.get("partial_images") == 0:
        del body["partial_images"]
    elif "partial_images" in body and (values.get("n", 1) > 1 or model in LONGEST_LEGACY):
        del body["partial_images"]
        why = f"{model} makes none" if model in LONGEST_LEGACY else "they come for a single picture only"
        notes.append(f"`partial_images` was left out: {why}.")
    if model.startswith(OPENAIS):
        body["safety_identifier"] = context.person
    elif may_remain(context.ask):
        body["response_format"] = "b64_json"  # else such models answer with addresses elsewhere
    return Order(description, body, notes)


def _check(values: Values) -> None:
    output = values.get("output_format", "png")
    if values.get("background") == "transparent" and output == "jpeg":
        raise Invalid("Background: jpeg has no transparency; choose png or webp.", field="background")
    if "output_compression" in values and output == "png":
        raise Invalid(
            "Compression: png takes none; choose jpeg or webp as output format.", field="output_compression"
        )
    size = values.get("size", "auto")
    if size == "auto" or not FREE.match(values["model"]):
        return
    width, height = sides = [int(side) for side in size.split("x")]
    if width % STEP or height % STEP:
        near = "x".join(str(max(STEP, round(side / STEP) * STEP)) for side in sides)
        raise Invalid(f"Size: both sides have to be divisible by {STEP}; {near} is.", field="size")
    if max(sides) > RATIO * min(sides):
        raise Invalid(f"Size: one side can be at most {RATIO} times as long as the other.", field="size")
    if max(sides) > LONG or min(sides) > SHORT:
        raise Invalid(f"Size: at most {LONG}x{SHORT} or {SHORT}x{LONG}.", field="size")


async def watch(
    context: Context, path: str, ordered: Order, body: Mapping[str, Any], notes: Sequence[str] = ()
) -> Result:
    """Ask for one picture and show what there is of it while it is made."""
    async with context.ask.stream(path, body) as events:
        async for event in events:
            kind = str(event.data.get("type") or event.name)
            if kind.endswith(".partial_image"):
                await context.show(_file(event.data, ordered.description, "unfinished"))
            elif kind.endswith(".completed"):
                return result({**event.data, "data": [event.data]}, ordered, events.request_id, notes)
    raise ApiBroken("OpenAI's answer ended before the picture was whole.", request_id=events.request_id)


def result(
    data: Mapping[str, Any], ordered: Order, request_id: str | None, notes: Sequence[str] = ()
) -> Result:
    """The pictures of an answer, under what was asked for."""
    items = [each for each in data.get("data") or [] if isinstance(each, Mapping)]
    if not items:
        raise ApiBroken("There is no picture in OpenAI's answer.", request_id=request_id)
    said = [*ordered.notes, *notes]
    parts: list[Part] = [Said(f"> {_clipped(ordered.description, SHOWN)}", aside=True)]
    settings = [(name, data.get(name.lower())) for name in ("Size", "Quality", "Background")]
    if known := [(name, value) for name, value in settings if isinstance(value, str)]:
        parts.append(Facts(known))
    for number, item in enumerate(items, 1):
        which = f"{number} of {len(items)}" if len(items) > 1 else ""
        if item.get("b64_json"):
            parts.append(_file(item, ordered.description, which))
        elif item.get("url"):
            parts.append(Said(f"`{item['url']}`"))
            said.append("This API keeps the picture at an address of its own; it may vanish soon.")
        if item.get("revised_prompt"):
            said.append(f"The model went by its own words: {_clipped(str(item['revised_prompt']), SHOWN)}")
    usage = data.get("usage") or {}
    return Result(
        parts, tuple(dict.fromkeys(said)), ordered.body.get("model"), usage.get("input_tokens"),
        usage.get("output_tokens"), request_id,
    )  # fmt: skip


def _file(item: Mapping[str, Any], description: str, which: str) -> File:
    try:
        content = base64.b64decode(item["b64_json"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        raise ApiBroken("A picture in OpenAI's answer cannot be read.") from None
    kind = pictures.sniffed(content) or "png"
    words = re.sub(r"[^a-z0-9]+", "-", description.lower())[:NAME].strip("-") or "picture"
    name = "-".join([words, *which.split()[:1]])
    alt = _clipped(description, ALT) + (f" ({which})" if which else "")
    return File(f"{name}.{kind}", content, pictures.MEDIA_TYPES[kind], alt)


def _clipped(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


async def checked(file: File, field: str, title: str) -> pictures.Picture:
    """What a source picture or a mask is. Raises Invalid, naming the file and what is wrong with it."""
    try:
        return await pictures.examined(file.content)
    except pictures.NotUsable as wrong:
        raise Invalid(f"{title}: “{file.name[:80]}” {wrong}.", field=field) from None
