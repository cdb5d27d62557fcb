"""Draws how a loss goes: as a line of text, as a picture, and in words for those who do not see it."""

import io
import itertools
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

#: (step, value) in the order of the steps; steps are whole, values finite.
Points = Sequence[tuple[int, float]]

BARS = "▁▂▃▄▅▆▇█"
#: Pixels: wide enough for Slack's largest column on a screen of double density, and the plot within it.
SIZE = (1200, 630)
LEFT, TOP, RIGHT, BOTTOM = 120, 110, 1160, 550
PAPER, INK, QUIET, GRID = "#ffffff", "#1d1c1d", "#616061", "#e3e3e3"
#: Blue and orange are told apart by most who do not see all colours; one line is thin, the other thick.
TRAIN, VALID = ("#1264a3", 3), ("#d1500f", 5)
TITLE, LABEL = 30, 22  # pixels
LINES = 4  # of the grid, each way
LEGIBLE = 40  # points of a curve that are marked; more would run into each other
Span = Sequence[float]


def sparkline(values: Sequence[float], width: int = 24) -> str:
    """The values as bars, lowest to highest; of more than `width` each bar is the mean of its part."""
    found = [each for each in values if math.isfinite(each)]
    if not found:
        return ""
    count = min(width, len(found))
    edges = [at * len(found) // count for at in range(count + 1)]
    means = [sum(found[low:high]) / (high - low) for low, high in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    if high == low:
        return BARS[len(BARS) // 2 - 1] * count
    return "".join(BARS[round((each - low) / (high - low) * (len(BARS) - 1))] for each in means)


def described(train: Points, valid: Points) -> str:
    """The curve in words, from its figures."""
    told = [_described(name, points) for name, points in (("Training", train), ("Validation", valid))]
    return f"Loss by step. {' '.join(filter(None, told))}".strip()


def _described(name: str, points: Points) -> str:
    found = _finite(points)
    if not found:
        return ""
    (first, begin), (last, end) = found[0], found[-1]
    if len(found) == 1:
        return f"{name} loss: {begin:.4g} at step {first:,}."
    least, low = min(found, key=lambda each: each[1])
    return (
        f"{name} loss: from {begin:.4g} at step {first:,} to {end:.4g} at step {last:,}, "
        f"lowest {low:.4g} at step {least:,}."
    )


def loss_curve(title: str, train: Points, valid: Points) -> bytes:
    """Both curves over their steps, as a PNG on a light ground; something has to be there to be drawn."""
    train, valid = _finite(train), _finite(valid)
    every = [*train, *valid]
    if not every:
        raise ValueError("there is nothing to draw")
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((LEFT, 32), title, fill=INK, font=_font(TITLE))
    steps = _span([step for step, _ in every], whole=True)
    losses = _span([value for _, value in every], whole=False)
    _axes(draw, steps, losses)
    for points, (colour, thick) in ((train, TRAIN), (valid, VALID)):
        placed = [(_across(step, steps), _down(value, losses)) for step, value in points]
        if len(placed) > 1:
            draw.line(placed, fill=colour, width=thick, joint="curve")
        for x, y in placed if len(placed) <= LEGIBLE else placed[-1:]:
            draw.ellipse((x - thick - 1, y - thick - 1, x + thick + 1, y + thick + 1), fill=colour)
    _legend(draw, [("training", TRAIN)] * bool(train) + [("validation", VALID)] * bool(valid))
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _finite(points: Points) -> list[tuple[int, float]]:
    return [(step, value) for step, value in points if math.isfinite(value)]


def _span(values: Sequence[float], *, whole: bool) -> Span:
    """Round numbers along an axis, from below the least value to above the greatest."""
    low, high = min(values), max(values)
    raw = ((high - low) or abs(high) or 1.0) / LINES
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    step = max(1.0, float(math.ceil(step))) if whole else step
    first = math.floor(low / step)
    count = max(1, math.ceil(high / step - first - 1e-9))
    return [(first + number) * step for number in range(count + 1)]


def _across(value: float, marks: Span) -> float:
    return LEFT + (value - marks[0]) / (marks[-1] - marks[0]) * (RIGHT - LEFT)


def _down(value: float, marks: Span) -> float:
    return BOTTOM - (value - marks[0]) / (marks[-1] - marks[0]) * (BOTTOM - TOP)


def _axes(draw: ImageDraw.ImageDraw, steps: Span, losses: Span) -> None:
    font = _font(LABEL)
    for value in losses:
        y = _down(value, losses)
        draw.line((LEFT, y, RIGHT, y), fill=GRID, width=1)
        draw.text((LEFT - 14, y), f"{value:.4g}", fill=QUIET, font=font, anchor="rm")
    for value in steps:
        x = _across(value, steps)
        draw.line((x, BOTTOM, x, BOTTOM + 8), fill=QUIET, width=1)
        draw.text((x, BOTTOM + 14), f"{value:,.0f}", fill=QUIET, font=font, anchor="mt")
    draw.line((LEFT, BOTTOM, RIGHT, BOTTOM), fill=QUIET, width=2)
    draw.text((RIGHT, SIZE[1] - 12), "step", fill=QUIET, font=font, anchor="rb")
    draw.text((LEFT - 14, TOP - 22), "loss", fill=QUIET, font=font, anchor="rb")


def _legend(draw: ImageDraw.ImageDraw, shown: Sequence[tuple[str, tuple[str, int]]]) -> None:
    font, x = _font(LABEL), float(RIGHT)
    for name, (colour, thick) in reversed(shown):
        draw.text((x, 88), name, fill=INK, font=font, anchor="rm")
        x -= draw.textlength(name, font=font) + 12
        draw.line((x - 36, 88, x, 88), fill=colour, width=thick)
        x -= 36 + 28


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
