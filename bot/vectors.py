"""Vectors as people keep them: JSON, CSV and NumPy's NPY; knows no API."""

import base64
import csv
import io
import math
import operator
import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import orjson

#: 32-bit floats ("f") or 64-bit ones ("d"), as they came.
Vector: TypeAlias = "array[float]"
Format = Literal["json", "csv", "npy"]
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv", "npy": "application/octet-stream"}


def vector(given: object) -> "Vector | None":
    """An embedding as the API sends it, base64 of little-endian 32-bit floats or numbers; None if neither."""
    if isinstance(given, str):
        try:
            made = array("f", base64.b64decode(given, validate=True))
        except ValueError:
            return None
        if sys.byteorder == "big":
            made.byteswap()
        return made
    if isinstance(given, list) and all(isinstance(each, int | float) for each in given):
        return array("d", given)
    return None


def norm(one: Vector) -> float:
    """The length of a vector."""
    return math.hypot(*one)


def cosine(one: Vector, other: Vector) -> float:
    """How alike two vectors are: 1 the same direction, 0 nothing in common; 0 where one has no length."""
    lengths = norm(one) * norm(other)
    return sum(map(operator.mul, one, other)) / lengths if lengths else 0.0


def written(wanted: Format, inputs: Sequence[str], vectors: Sequence[Vector], model: str) -> bytes:
    """A file of all vectors, which are of one length."""
    if wanted == "npy":
        return npy(vectors)
    return b"".join(_json(inputs, vectors, model) if wanted == "json" else _csv(inputs, vectors))


def npy(vectors: Sequence[Vector]) -> bytes:
    """A two-dimensional little-endian array in format version 1.0 of numpy.lib.format."""
    code = "<f4" if vectors[0].typecode == "f" else "<f8"
    head = f"{{'descr': '{code}', 'fortran_order': False, 'shape': ({len(vectors)}, {len(vectors[0])}), }}"
    # What precedes the numbers takes a multiple of 64 bytes: 10 for magic and length, the text, a line break.
    head += " " * (-(10 + len(head) + 1) % 64) + "\n"
    parts = [b"\x93NUMPY\x01\x00", len(head).to_bytes(2, "little"), head.encode("latin-1")]
    for each in vectors:
        if sys.byteorder == "big":
            each = array(each.typecode, each)  # noqa: PLW2901 - a copy, so that the caller's stays
            each.byteswap()
        parts.append(each.tobytes())
    return b"".join(parts)


def _json(inputs: Sequence[str], vectors: Sequence[Vector], model: str) -> Iterator[bytes]:
    yield b'{"model":%b,"dimensions":%d,"data":[\n' % (orjson.dumps(model), len(vectors[0]))
    for index, (text, each) in enumerate(zip(inputs, vectors, strict=True)):
        yield b",\n" if index else b""
        numbers = ",".join(numerals(each)).encode()
        yield b'{"index":%d,"input":%b,"embedding":[%b]}' % (index, orjson.dumps(text), numbers)
    yield b"\n]}\n"


def _csv(inputs: Sequence[str], vectors: Sequence[Vector]) -> Iterator[bytes]:
    line = io.StringIO()
    out = csv.writer(line)
    out.writerow(["index", "input", *range(len(vectors[0]))])
    for index, (text, each) in enumerate(zip(inputs, vectors, strict=True)):
        out.writerow([index, text, *numerals(each)])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def numerals(one: Vector) -> list[str]:
    """Numbers with the digits that give them back exactly: nine for 32 bits, what Python writes for 64."""
    return [f"{each:.9g}" for each in one] if one.typecode == "f" else [repr(each) for each in one]
