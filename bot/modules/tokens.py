"""Counts the tokens of a text and of files as a model reads them, exactly, before anything is spent."""

import base64
from collections.abc import Sequence
from typing import Any

from bot.errors import ApiBroken, Invalid
from bot.fields import Files, Model, Text
from bot.module import Context, Facts, File, Module, Operation, Part, Result, Values
from bot.module import Text as Said
from bot.pictures import MEDIA_TYPES, sniffed

PATH = "/responses/input_tokens"
TEXTS = ("txt", "md", "csv", "json", "jsonl", "log", "py")
PICTURES = ("png", "jpg", "jpeg", "gif", "webp")


async def count(context: Context, values: Values) -> Result:
    """Ask how many tokens the model would read."""
    text, files = values.get("input", ""), values.get("files", ())
    if not text and not files:
        raise Invalid("Input: type a text, or attach a file.", field="input")
    body = {"model": values["model"], "input": _input(text, files)}
    if "instructions" in values:
        body["instructions"] = values["instructions"]
    answer = await context.ask.post(PATH, body)
    found = answer.data.get("input_tokens")
    if not isinstance(found, int):
        raise ApiBroken("There is no count in OpenAI's answer.", request_id=answer.request_id)
    pairs = [("Tokens", f"{found:,}"), *([("Characters", f"{len(text):,}")] if text else [])]
    pairs += [("Files", f"{len(files)}")] if files else []
    parts: list[Part] = [Said(f"**{found:,} tokens** for {values['model']}."), Facts(pairs)]
    return Result(parts, model=values["model"], request_id=answer.request_id)


def _input(text: str, files: Sequence[File]) -> Any:
    """A text as it is; with files a message, as a model would be given it."""
    if not files:
        return text
    begin = [{"type": "input_text", "text": text}] if text else []
    return [{"role": "user", "content": [*begin, *map(_part, files)]}]


def _part(file: File) -> dict[str, Any]:
    ending = file.name.rpartition(".")[2].lower()
    if ending in TEXTS:
        return {"type": "input_text", "text": file.content.decode(errors="replace")}
    data = base64.b64encode(file.content).decode()
    if ending == "pdf":
        source = f"data:application/pdf;base64,{data}"
        return {"type": "input_file", "filename": file.name, "file_data": source}
    if (kind := sniffed(file.content)) is None:
        raise Invalid(f"Files: “{file.name}” is no picture, whatever its name.", field="files")
    return {"type": "input_image", "detail": "auto", "image_url": f"data:{MEDIA_TYPES[kind]};base64,{data}"}


TOKENS = Module(
    name="tokens",
    title="Tokens",
    summary="Count the tokens of a text or file exactly, as a model reads them",
    operations=(
        Operation(
            name="count", title="Count tokens", summary="Counts what a model would read; it answers nothing",
            fields=(
                Model(name="model", title="Model", kind="chat", required=True),
                Text(name="input", title="Input", multiline=True, words=True),
                Files(name="files", title="Files", hint="Texts, pictures and PDF.", most=10,
                      types=(*TEXTS, *PICTURES, "pdf"), bytes_each=10 * 2**20),
                Text(name="instructions", title="Instructions", multiline=True, advanced=True,
                     hint="What stands before the text and is counted too."),
            ),
            call=count, example={"model": "gpt-6-luna", "input": "How many tokens is this?"},
        ),
    ),
)  # fmt: skip
