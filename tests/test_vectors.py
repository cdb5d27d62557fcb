"""Vectors in and out: what the API sends becomes numbers, and files give exactly these numbers back."""

import base64
import json
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vectors import cosine, norm, npy, vector, written

FLOATS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20)


@given(FLOATS)
def test_base64_gives_the_numbers_back_and_files_keep_them(numbers: list[float]) -> None:
    made = vector(base64.b64encode(array("f", numbers).tobytes()).decode())
    assert made == array("f", numbers)
    read = json.loads(written("json", ["x"], [made], "m"))
    assert array("f", read["data"][0]["embedding"]) == made
    row = written("csv", ["x"], [made], "m").decode().splitlines()[1]
    assert array("f", map(float, row.split(",")[2:])) == made
    assert npy([made]).endswith(made.tobytes())


def test_numbers_keep_all_their_digits() -> None:
    made = vector([0.1, 1, -2.5e-8])
    assert made == array("d", [0.1, 1, -2.5e-8])
    assert json.loads(written("json", ["x"], [made], "m"))["data"][0]["embedding"] == [0.1, 1, -2.5e-8]


@pytest.mark.parametrize("given", [None, 5, "no base64", "AAA=", ["a"], [1, None], {"a": 1}])
def test_what_is_no_vector_is_none(given: object) -> None:
    assert vector(given) is None


def test_lengths_and_likeness() -> None:
    right, up, far = array("d", [1, 0]), array("d", [0, 1]), array("d", [3, 4])
    assert norm(far) == 5
    assert (cosine(right, up), cosine(right, right), cosine(right, far)) == (0, 1, 0.6)
    assert cosine(right, array("d", [0, 0])) == 0
