"""Scores texts and pictures by the categories of OpenAI's usage policies."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import Invalid
from bot.fields import Files, Model, Several, Text
from bot.module import Context, File, Module, Operation, Part, Result, Table, Values
from bot.module import Text as Said
from bot.pictures import MEDIA_TYPES, sniffed

PICTURES = ("png", "jpg", "jpeg", "gif", "webp")
LARGEST = 20 * 2**20  # bytes: what the endpoint takes of a picture
#: Samples up to which each has a table of its own: Slack takes one table a message.
APART = 4
BEGINNING = 60  # characters of a sample that tell people which one it is
Scored = tuple[str, Mapping[str, Any]]


async def create(context: Context, values: Values) -> Result:
    """All texts in one request; each picture in one of its own, as one request takes one picture."""
    texts: Sequence[str] = values.get("input", ())
    pictures: Sequence[File] = values.get("files", ())
    if not texts and not pictures:
        raise Invalid("Input: type a text, or attach a picture.", field="input")
    more = {"model": values["model"]} if "model" in values else {}
    inputs: list[Any] = [texts[0] if len(texts) == 1 else list(texts)] if texts else []
    inputs += [[{"type": "image_url", "image_url": {"url": _address(picture)}}] for picture in pictures]
    answers = [await context.ask.post("/moderations", {"input": each, **more}) for each in inputs]
    results = [each for answer in answers for each in answer.data.get("results") or []]
    names = [*(f"“{_beginning(text)}”" for text in texts), *(picture.name for picture in pictures)]
    scored = list(zip(names, results, strict=False))
    parts: list[Part] = [Said("\n".join(_verdict(at, *each) for at, each in enumerate(scored, 1)))]
    if len(scored) <= APART:
        parts += [_table(at, *each) for at, each in enumerate(scored, 1)]
    else:
        parts.append(_together(scored))
    last = answers[-1]
    return Result(parts, _notes(len(names), len(results)), last.data.get("model"), request_id=last.request_id)


def _address(picture: File) -> str:
    kind = sniffed(picture.content)
    if kind is None:
        raise Invalid(
            f"Pictures: “{picture.name}” is neither PNG, JPEG, GIF nor WebP, whatever its name.",
            field="files",
        )
    return f"data:{MEDIA_TYPES[kind]};base64,{base64.b64encode(picture.content).decode()}"


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else line[: BEGINNING - 1] + "…"


def _over(result: Mapping[str, Any]) -> list[str]:
    """The categories over their threshold, the highest score first."""
    flags = result.get("categories") or {}
    return [name for name, _ in _ranked(result) if flags.get(name)]


def _ranked(result: Mapping[str, Any]) -> list[tuple[str, float]]:
    scores = {
        name: score for name, score in (result.get("category_scores") or {}).items() if score is not None
    }
    return sorted(scores.items(), key=lambda item: -item[1])


def _verdict(number: int, name: str, result: Mapping[str, Any]) -> str:
    over = _over(result)
    told = (
        f"**flagged** for {', '.join(over) or 'no category of its own'}"
        if result.get("flagged")
        else "not flagged"
    )
    # The sample is text, not markup.
    shown = name.translate({ord(mark): f"\\{mark}" for mark in "\\`*_~[]#"})
    return f"{number}. {shown}: {told}"


def _table(number: int, name: str, result: Mapping[str, Any]) -> Table:
    over, seen = _over(result), result.get("category_applied_input_types") or {}
    rows = [
        (category, round(score, 4), "yes" if category in over else "no", ", ".join(seen.get(category) or []))
        for category, score in _ranked(result)
    ]
    return Table(("Category", "Score", "Over threshold", "Seen in"), rows, f"{number}. {name}")


def _together(scored: Sequence[Scored]) -> Table:
    """One row a sample, with the categories that score highest anywhere first."""
    highest: dict[str, float] = {}
    for _, result in scored:
        for category, score in _ranked(result):
            highest[category] = max(score, highest.get(category, 0))
    categories = sorted(highest, key=lambda category: -highest[category])
    rows = []
    for number, (_, result) in enumerate(scored, 1):
        scores = dict(_ranked(result))
        cells = [round(scores[category], 4) if category in scores else "" for category in categories]
        rows.append((number, "yes" if result.get("flagged") else "no", *cells))
    return Table(("Sample", "Flagged", *categories), rows, "Scores")


def _notes(samples: int, results: int) -> tuple[str, ...]:
    return () if samples == results else (f"OpenAI answered with {results} results for {samples} samples.",)


MODERATE = Module(
    name="moderate",
    title="Moderate",
    summary="Check texts and pictures against OpenAI's usage policies",
    operations=(
        Operation(
            name="create", title="Moderate", summary="Scores each sample in every category",
            fields=(
                Several(name="input", title="Input", hint="Each sample is scored on its own.", low=1, high=20,
                        item=Text(name="input", title="Sample", multiline=True, words=True)),
                Files(name="files", title="Pictures", types=PICTURES, most=10, bytes_each=LARGEST),
                Model(name="model", title="Model", kind="moderation", hint="Without one: OpenAI's latest."),
            ),
            call=create,
            example={"input": ["I will find you and hurt you."]},
            shortcut="Moderate",
        ),
    ),
)  # fmt: skip
