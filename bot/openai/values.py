"""The values that go into the client and come out of it, and the limits that it keeps."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to speak for one connection; its repr shows no key."""

    key: str = dataclasses.field(repr=False)
    organization: str | None = None
    project: str | None = None
    base_url: str = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body; `field` is the form field's name, such as `file` or `image[]`."""

    field: str
    name: str
    content: bytes = dataclasses.field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: header names are lower case, `data` is the decoded JSON or None, `content` the raw body."""

    status: int
    headers: Mapping[str, str]
    data: Any
    content: bytes = dataclasses.field(repr=False)
    request_id: str | None
    milliseconds: float


class Event(NamedTuple):
    """One server-sent event with its JSON decoded; `name` is None where the server gave none."""

    name: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Model:
    """One model of an account; `created` is in Unix seconds, `shutdown_date` its last day where known."""

    id: str
    owner: str
    created: int
    shutdown_date: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how large and how many; times in seconds, sizes in bytes.

    `first` and `idle` count content only: pings, comments and empty chunks do not move them.
    """

    connect: float = 5.0  # as the official client
    total: float = 300.0
    first: float = 60.0  # until the first content of a stream
    idle: float = 30.0  # between two pieces of content
    repeats: float = 60.0  # no repeat starts later than this after the first attempt
    gather: float = 0.1  # between two reads after the first content: a third of the CPU of reading each token
    request: int = 64 * MIB  # a JSON body: pictures travel in it as base64
    upload: int = 520 * MIB  # the API takes files of 512 MB
    answer: int = 48 * MIB  # a JSON answer: ten pictures of 3 MB in base64, 1,000 large embeddings
    event: int = 32 * MIB  # one event of a stream: a large picture in base64
    stream: int = 256 * MIB  # a whole stream: a final picture and three partial ones
    connections: int = 2048  # 1,000 streams at once, and everything else beside them
