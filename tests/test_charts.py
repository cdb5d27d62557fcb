"""Curves are drawn from their figures, whatever these are."""

import io
import math

import pytest
from PIL import Image

from bot.charts import BARS, SIZE, TRAIN, VALID, described, loss_curve, sparkline

FALLING = [(step, 2.0 / step) for step in range(1, 101)]
CHECKED = [(step, 2.2 / step + 0.05) for step in range(10, 101, 10)]


def colours(png: bytes) -> set[str]:
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    assert picture.size == SIZE
    found = picture.convert("RGB").getcolors(1_000_000) or []
    return {"#" + bytes(colour).hex() for _, colour in found if isinstance(colour, tuple)}


def test_a_sparkline_goes_from_the_highest_bar_to_the_lowest() -> None:
    assert sparkline([8, 7, 6, 5, 4, 3, 2, 1]) == BARS[::-1]


def test_a_long_row_of_values_is_a_sparkline_of_its_width() -> None:
    line = sparkline([value for _, value in FALLING], 12)
    assert len(line) == 12
    assert (line[0], line[-1]) == (BARS[-1], BARS[0])


@pytest.mark.parametrize(
    ("values", "line"),
    [([], ""), ([math.nan], ""), ([1.5], "▄"), ([1, 1, 1], "▄▄▄"), ([math.inf, 1, 2], "▁█")],
)
def test_values_that_make_no_curve_make_a_plain_line(values: list[float], line: str) -> None:
    assert sparkline(values) == line


def test_a_curve_shows_training_and_validation_on_a_light_ground() -> None:
    shown = colours(loss_curve("Loss", FALLING, CHECKED))
    assert {TRAIN[0], VALID[0], "#ffffff"} <= shown


def test_without_validation_only_training_is_drawn() -> None:
    shown = colours(loss_curve("Loss", FALLING, []))
    assert TRAIN[0] in shown
    assert VALID[0] not in shown


@pytest.mark.parametrize(
    "points",
    [
        [(1, 0.5)],
        [(1, 0.0), (2, 0.0)],
        [(7, 1e-9), (8, 2e-9)],
        [(1, 1e9), (100_000, 3.0)],
        [(3, -1.0), (3, 2)],
    ],
)
def test_any_figures_can_be_drawn(points: list[tuple[int, float]]) -> None:
    assert TRAIN[0] in colours(loss_curve("Loss", points, []))


def test_what_is_no_number_is_left_out_and_nothing_at_all_is_refused() -> None:
    assert TRAIN[0] in colours(loss_curve("Loss", [(1, math.nan), (2, 1.0)], []))
    with pytest.raises(ValueError, match="nothing to draw"):
        loss_curve("Loss", [(1, math.inf)], [])


def test_words_say_what_the_curve_shows() -> None:
    assert described([(1, 2.0), (50, 0.31), (100, 0.42)], [(100, 0.5)]) == (
        "Loss by step. Training loss: from 2 at step 1 to 0.42 at step 100, lowest 0.31 at step 50. "
        "Validation loss: 0.5 at step 100."
    )
