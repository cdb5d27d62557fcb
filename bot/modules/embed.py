"""Turns texts into vectors, in as many requests as it takes, and shows how alike they are."""

import asyncio
import re
from collections.abc import Iterator, Sequence

from bot.errors import ApiBroken, Invalid, RequestRefused
from bot.fields import Choice, Files, Model, Number, Several, Text
from bot.module import Context, Facts, File, Module, Operation, Part, Result, Table, Values
from bot.openai import Answer, Api
from bot.vectors import MEDIA_TYPES, Vector, cosine, norm, numerals, vector, written

#: The API's own limits of a request.
INPUTS, TOKENS = 2048, 300_000
#: Bytes of UTF-8 that a token is taken to have. English has four and a half; where a request has more tokens
#: than this makes of it, the API says so and the request is halved.
BYTES_A_TOKEN = 3
#: Inputs of a request whose vectors come as numbers: 3,072 of 25 bytes each are 40 MB, near what is read.
INPUTS_AS_NUMBERS = 512
MOST = 5000  # inputs of one run: 60 MB of vectors with 3,072 dimensions
CHOSEN = ("dimensions", "encoding_format", "user")
COMPARED = 20  # inputs whose similarities a table can show
FIRST = 5  # numbers of a vector that are shown


async def create(context: Context, values: Values) -> Result:
    """Embed all inputs and join what came."""
    found, notes = _inputs(values)
    # Where nobody chose, base64 as the official clients ask: the same 32-bit numbers in a third of the bytes.
    usual = {"model": values["model"], "encoding_format": "base64", "user": context.person}
    fixed = usual | {name: values[name] for name in CHOSEN if name in values}
    most = INPUTS_AS_NUMBERS if values.get("encoding_format") == "float" else INPUTS
    answers: list[Answer] = []
    for batch in batches(found, most):
        answers += await _asked(context.ask, fixed, batch)
    vectors = [each for answer in answers for each in _vectors(answer)]
    if len(vectors) != len(found) or len({len(each) for each in vectors}) != 1:
        raise ApiBroken(
            "OpenAI answered with other vectors than were asked for.", request_id=answers[-1].request_id
        )
    model = answers[0].data.get("model") or values["model"]
    wanted = values.get("format", "json")
    content = await asyncio.to_thread(written, wanted, found, vectors, model)
    parts: list[Part] = [_facts(found, vectors, answers), _beginnings(found, vectors)]
    if 2 <= len(found) <= COMPARED:
        parts.append(_alike(vectors))
    about = f"{len(found)} vectors of {len(vectors[0])} dimensions"
    parts.append(File(f"embeddings.{wanted}", content, MEDIA_TYPES[wanted], about))
    tokens = sum((answer.data.get("usage") or {}).get("prompt_tokens") or 0 for answer in answers)
    return Result(parts, notes, model, tokens or None, None, answers[-1].request_id)


def _inputs(values: Values) -> tuple[list[str], list[str]]:
    """What was typed and then the lines of the files, up to the limit; and notes on what is left out."""
    typed: Sequence[str] = values.get("input", ())
    files: Sequence[File] = values.get("files", ())
    lines = [line.strip() for file in files for line in re.split(r"\r\n?|\n", _text(file).strip())]
    found = [*typed, *filter(None, lines)]
    if not found:
        raise Invalid("Input: type a text, or attach a text file with one input a line.", field="input")
    notes = [f"Empty lines left out: {empty:,}."] if (empty := lines.count("")) else []
    limit = values.get("limit", len(found))
    if min(limit, len(found)) > MOST:
        raise Invalid(
            f"Limit: there are {len(found):,} inputs; a run takes {MOST:,}. Set a limit or split the file.",
            field="limit",
        )
    if limit < len(found):
        notes.append(f"The limit left out the last {len(found) - limit:,} of {len(found):,} inputs.")
    return found[:limit], notes


def _text(file: File) -> str:
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = file.content.count(b"\n", 0, wrong.start) + 1
        raise Invalid(f"Files: “{file.name}” is no UTF-8 text (line {line}).", field="files") from None


def batches(inputs: Sequence[str], most: int) -> Iterator[list[str]]:
    """Inputs in the portions that one request may have, by number and by estimated tokens."""
    batch: list[str] = []
    room = TOKENS
    for each in inputs:
        size = len(each.encode()) // BYTES_A_TOKEN + 1
        if batch and (len(batch) == most or size > room):
            yield batch
            batch, room = [], TOKENS
        batch.append(each)
        room -= size
    yield batch


async def _asked(api: Api, fixed: Values, batch: Sequence[str]) -> list[Answer]:
    """The answer to a batch; two or more where it has more tokens than was estimated."""
    try:
        return [
            await api.post("/embeddings", {**fixed, "input": batch[0] if len(batch) == 1 else list(batch)})
        ]
    except RequestRefused as refusal:
        if refusal.code != "max_tokens_per_request" or len(batch) == 1:
            raise
    half = len(batch) // 2
    return [*await _asked(api, fixed, batch[:half]), *await _asked(api, fixed, batch[half:])]


def _vectors(answer: Answer) -> list[Vector]:
    """The vectors of an answer in the order of their inputs."""
    items = [each for each in answer.data.get("data") or [] if isinstance(each, dict)]
    made = [vector(each.get("embedding")) for each in sorted(items, key=lambda each: each.get("index") or 0)]
    return [each for each in made if each]


def _facts(inputs: Sequence[str], vectors: Sequence[Vector], answers: Sequence[Answer]) -> Facts:
    norms = [norm(each) for each in vectors]
    low, high = f"{min(norms):.4f}", f"{max(norms):.4f}"
    pairs = [
        ("Inputs", f"{len(inputs):,}"),
        ("Dimensions", f"{len(vectors[0]):,}"),
        ("Norm", low if low == high else f"{low} to {high}"),
    ]
    return Facts([*pairs, *([("Requests", str(len(answers)))] if len(answers) > 1 else [])])


def _beginnings(inputs: Sequence[str], vectors: Sequence[Vector]) -> Table:
    rows = [
        (number, " ".join(text.split())[:60], ", ".join(numerals(each[:FIRST])))
        for number, (text, each) in enumerate(zip(inputs[:COMPARED], vectors, strict=False), 1)
    ]
    shown = f"; the first {COMPARED} of {len(inputs):,} inputs" if len(inputs) > COMPARED else ""
    return Table(("", "Input", f"First {FIRST} values"), rows, f"Vectors{shown}")


def _alike(vectors: Sequence[Vector]) -> Table:
    rows: list[list[str | float]] = [
        [str(number), *(round(cosine(one, other), 4) for other in vectors)]
        for number, one in enumerate(vectors, 1)
    ]
    return Table(("", *(str(number) for number in range(1, len(vectors) + 1))), rows, "Cosine similarity")


EMBED = Module(
    name="embed",
    title="Embed",
    summary="Turn texts into vectors and see how alike they are",
    operations=(
        Operation(
            name="create", title="Embed", summary="Creates an embedding of each input",
            fields=(
                Model(name="model", title="Model", kind="embedding", required=True),
                Several(name="input", title="Input", hint="One text each; many come better as a file.", low=1,
                        high=20, item=Text(name="input", title="Input", multiline=True, words=True)),
                Files(name="files", title="Text files", hint="Each line is an input.", most=5,
                      types=("txt", "md", "csv", "tsv", "jsonl", "log"), bytes_each=10 * 2**20),
                Number(name="limit", title="Limit", hint="How many inputs at most.", integer=True, low=1,
                       high=MOST),
                Choice(name="format", title="File format", options=("json", "csv", "npy"), default="json"),
                Text(name="user", title="User ID", hint="Without one: a code that stands for you.", high=128),
                Number(name="dimensions", title="Dimensions", hint="Fewer than the model's own are possible.",
                       integer=True, low=1, high=10_000, advanced=True),
                Choice(name="encoding_format", title="Encoding", hint="How OpenAI sends the vectors.",
                       options=("float", "base64"), advanced=True),
            ),
            call=create,
            example={"model": "text-embedding-3-small", "input": ["a cat", "a kitten", "a rocket"]},
            spends=True,
        ),
    ),
)  # fmt: skip
