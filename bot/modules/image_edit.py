"""Changes pictures by a description, and makes variations of one."""

import base64
from collections.abc import Sequence
from typing import Any

from bot import drawing, pictures
from bot.drawing import DESCRIPTION, PATIENCE, SETTINGS, Order
from bot.errors import ApiError, Invalid
from bot.fields import Files
from bot.module import Context, File, Module, Operation, Result, Values
from bot.openai import Upload
from bot.pictures import MEDIA_TYPES, Picture
from bot.retired import is_gone, may_remain

EDITS, VARIATIONS = "/images/edits", "/images/variations"
#: The API takes JSON of 50 MB, in which pictures are a third longer.
MOST_IN_JSON = 36 * 2**20
LEGACY = "dall-e-2"  # the only model that wanted square PNG files below 4 MB with clear parts
OLD_SIZES = ("256x256", "512x512", "1024x1024")
VARY = (
    "Make a variation of this picture: the same subject, style and mood, with another composition and other "
    "details."
)
RETIRED = f"OpenAI retired `{VARIATIONS}`, so this ran as an edit with the description “{VARY}”"

#: A meadow under the sky, 64 × 64 pixels.
EXAMPLE = File(
    "meadow.png",
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEV4tPA8jDy0HzkkAAAAFklEQVR42mNgGAX0AI"
        "z/oQwmhmHFAADsqQEvBT4IWQAAAABJRU5ErkJggg=="
    ),
    "image/png",
)


async def edit(context: Context, values: Values) -> Result:
    """Edit the pictures as the description says."""
    ordered = drawing.order(context, values, values["prompt"])
    files: Sequence[File] = values["image"]
    known = [await drawing.checked(file, "image", "Source files") for file in files]
    mask, notes = await _mask(values, known[0])
    if values["model"] == LEGACY:
        _check_legacy(files, known[0], mask)
    sources = [_upload(*each) for each in zip(files, known, strict=True)]
    return await _send(context, ordered, sources, mask, notes)


async def _mask(values: Values, first: Picture) -> tuple[Upload | None, list[str]]:
    """The mask that was given, else the first source's own transparency where it has some."""
    source: File = values["image"][0]
    if not values.get("mask"):
        if not first.clear:
            return None, []
        content = await pictures.mask_of(source.content)
        if len(content) > pictures.MASK_BYTES:
            return None, ["The transparency of the source makes too large a mask, so all of it may change."]
        note = f"The transparent parts of {source.name} are the mask: there it was edited."
        return Upload("mask", "mask.png", content, MEDIA_TYPES["png"]), [note]
    file: File = values["mask"][0]
    mask = await drawing.checked(file, "mask", "Mask")
    if mask.kind != "png":
        raise _wrong_mask(file, f"is a {mask.kind.upper()} file; only PNG can be a mask")
    if (mask.width, mask.height) != (first.width, first.height):
        sizes = f"{mask.width} × {mask.height} pixels, {source.name} has {first.width} × {first.height}"
        raise _wrong_mask(file, f"has {sizes}; both have to be equal")
    if not mask.clear:
        raise _wrong_mask(file, "has no transparent pixels; make those transparent that are to change")
    return _upload(file, mask, "mask"), []


def _wrong_mask(file: File, what: str) -> Invalid:
    return Invalid(f"Mask: “{file.name[:80]}” {what}.", field="mask")


def _check_legacy(files: Sequence[File], first: Picture, mask: Upload | None) -> None:
    problems = {
        "takes a single picture": len(files) > 1,
        "takes PNG only": first.kind != "png",
        f"takes square pictures, this has {first.width} × {first.height} pixels": not first.square,
        "takes less than 4 MB": len(files[0].content) > pictures.MASK_BYTES,
        "needs a mask, or a picture with transparent parts": mask is None,
    }
    if found := next((text for text, wrong in problems.items() if wrong), None):
        raise Invalid(f"Source files: {LEGACY} {found}.", field="image")


def _upload(file: File, picture: Picture, field: str = "image") -> Upload:
    return Upload(field, file.name, file.content, MEDIA_TYPES[picture.kind])


async def _send(
    context: Context, ordered: Order, sources: Sequence[Upload], mask: Upload | None, notes: list[str]
) -> Result:
    """As a form; as JSON where the request needs what a form cannot: a stream, or the filter's strictness."""
    body = dict(ordered.body)
    if ordered.streams or "moderation" in body:
        if sum(len(each.content) for each in [*sources, *([mask] if mask else [])]) <= MOST_IN_JSON:
            body["images"] = [{"image_url": _data_url(each)} for each in sources]
            if mask:
                body["mask"] = {"image_url": _data_url(mask)}
            if ordered.streams:
                return await drawing.watch(context, EDITS, ordered, body, notes)
            answer = await context.ask.post(EDITS, body, deadline=PATIENCE)
            return drawing.result(answer.data, ordered, answer.request_id, notes)
        left_out = [name for name in ("partial_images", "moderation") if body.pop(name, None) is not None]
        notes.append(f"Left out, since the files are too large for it: {', '.join(left_out)}.")
    name = "image" if len(sources) == 1 else "image[]"
    files = [Upload(name, each.name, each.content, each.media_type) for each in sources]
    files += [mask] if mask else []
    answer = await context.ask.upload(EDITS, _form(body), files, deadline=PATIENCE)
    return drawing.result(answer.data, ordered, answer.request_id, notes)


def _form(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in body.items()]


def _data_url(file: Upload) -> str:
    return f"data:{file.media_type};base64,{base64.b64encode(file.content).decode()}"


async def vary(context: Context, values: Values) -> Result:
    """Make variations by `/images/variations` where the API may still have it, else by an edit."""
    file: File = values["image"][0]
    known = await drawing.checked(file, "image", "Source file")
    ordered = drawing.order(context, values, VARY)
    if may_remain(context.ask):
        try:
            return await _by_variations(context, values, file, known)
        except ApiError as refusal:
            if not is_gone(refusal):
                raise
    return await _send(context, ordered, [_upload(file, known)], None, [RETIRED])


async def _by_variations(context: Context, values: Values, file: File, known: Picture) -> Result:
    notes, content = list[str](), file.content
    if known.kind != "png" or not known.square or len(content) > pictures.MASK_BYTES:
        content = await pictures.squared(content)
        notes.append(f"{file.name} was made a square PNG: `{VARIATIONS}` takes nothing else.")
    body: dict[str, Any] = {"response_format": "b64_json", "user": context.person}
    body |= {"n": values["n"]} if "n" in values else {}
    body |= {"size": values["size"]} if values.get("size") in OLD_SIZES else {}
    body |= {"model": values["model"]} if values["model"] == LEGACY else {}
    unused = [name for name in drawing.NAMES if name in values and name not in {*body, "model"}]
    notes += [f"Left out, since `{VARIATIONS}` does not take it: {', '.join(unused)}."] if unused else []
    files = [Upload("image", "image.png", content, MEDIA_TYPES["png"])]
    answer = await context.ask.upload(VARIATIONS, _form(body), files, deadline=PATIENCE)
    ordered = Order(f"Variation of {file.name}", body, ())
    return drawing.result(answer.data, ordered, answer.request_id, notes)


def _sources(most: int, title: str, hint: str) -> Files:
    return Files(
        name="image", title=title, hint=hint, required=True, most=most, types=("png", "jpg", "jpeg", "webp"),
        bytes_each=pictures.MOST_BYTES,
    )  # fmt: skip


IMAGE_EDIT = Module(
    name="image-edit",
    title="Image edit",
    summary="Change pictures as you say, or make variations of one",
    operations=(
        Operation(
            name="edit", title="Edit pictures", summary="Changes pictures by a description",
            fields=(
                _sources(16, "Source files", "PNG, JPEG or WebP. The first is edited, the others are shown."),
                DESCRIPTION,
                Files(name="mask", title="Mask", types=("png",), advanced=True,
                      bytes_each=pictures.MASK_BYTES,
                      hint="A PNG as large as the first picture, transparent where that is to change."),
                *SETTINGS,
            ),
            call=edit,
            example={"image": [EXAMPLE], "prompt": "Add a red kite to the sky"},
            spends=True, private=False,
        ),
        Operation(
            name="vary", title="Vary a picture", summary="Makes variations of a picture",
            fields=(_sources(1, "Source file", "PNG, JPEG or WebP."), *SETTINGS), call=vary,
            example={"image": [EXAMPLE], "n": 2}, spends=True, private=False,
        ),
    ),
)  # fmt: skip
