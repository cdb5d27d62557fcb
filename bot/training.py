"""The training and validation files of a request: checked to their last line, split, uploaded when right."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot import jsonl
from bot.errors import ApiError, Invalid
from bot.module import File, Values
from bot.openai import Api, Upload, segment

MEDIA_TYPE = "application/jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to upload, the request's field for its ID, and what is in it."""

    field: str
    file: File
    found: jsonl.Checked


async def sources(values: Values) -> list[Source]:
    """The files to upload. Raises Invalid, with every wrong line, before anything is sent."""
    for kind in ("training", "validation"):
        if f"{kind}_file" in values and f"{kind}_data" in values:
            text = f"{kind.capitalize()} file: give an ID or attach a file, not both."
            raise Invalid(text, field=f"{kind}_data")
    if "training_file" not in values and "training_data" not in values:
        text = "Training file: attach a .jsonl file, or give the ID of one that OpenAI has."
        raise Invalid(text, field="training_data")
    given = [
        (kind, values[f"{kind}_data"][0]) for kind in ("training", "validation") if f"{kind}_data" in values
    ]
    made = [await _checked(kind, file.name, file.content, values) for kind, file in given]
    for (kind, file), source in zip(given, made, strict=True):
        least = jsonl.LEAST if kind == "training" else 1
        jsonl.refuse(source.found, file.name, f"{kind.capitalize()} file", f"{kind}_data", least=least)
    return await _split(values, made) if "split" in values else made


async def _checked(kind: str, name: str, content: bytes, values: Values) -> Source:
    content = jsonl.without_mark(content)
    found = await asyncio.to_thread(jsonl.check, content, values.get("method", "supervised"))
    return Source(f"{kind}_file", File(name, content, MEDIA_TYPE), found)


async def _split(values: Values, made: Sequence[Source]) -> list[Source]:
    if [each.field for each in made] != ["training_file"] or "validation_file" in values:
        text = "Split: it takes examples out of an attached training file, so attach that one alone."
        raise Invalid(text, field="split")
    file = made[0].file
    both = await asyncio.to_thread(jsonl.split, file.content, values["split"])
    parts = [
        await _checked(kind, f"{kind}-{file.name}", content, values)
        for kind, content in zip(("training", "validation"), both, strict=True)
    ]
    jsonl.refuse(parts[0].found, file.name, "Split: the rest of", "split", least=jsonl.LEAST)
    return parts


async def upload(api: Api, files: Sequence[Source]) -> dict[str, str]:
    """The IDs by the request's fields; where one cannot be uploaded none is kept."""
    ids: dict[str, str] = {}
    try:
        for each in files:
            sent = Upload("file", each.file.name, each.file.content, MEDIA_TYPE)
            answer = await api.upload("/files", [("purpose", "fine-tune")], [sent])
            ids[each.field] = str(answer.data.get("id"))
    except ApiError:
        await forget(api, ids)
        raise
    return ids


async def forget(api: Api, ids: dict[str, str]) -> None:
    """Delete what was uploaded for nothing; what went wrong before is what counts."""
    for file_id in ids.values():
        with suppress(ApiError):
            await api.delete(f"/files/{segment(file_id)}")
