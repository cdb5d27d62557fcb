"""Requests before they are sent and answers as they are read, each within its cap."""

import re
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from bot.errors import ApiBroken, Invalid, KeyRefused
from bot.openai.paths import address
from bot.openai.values import MIB, Account, Answer, Upload

JSON = "application/json"
HEADER = re.compile(r"[!-~]+")
LARGEST_REFUSAL = 64 * 1024  # bytes read of an error body: a gateway's page may be any size


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, before it has an account; can be sent again."""

    method: str
    path: str
    query: Mapping[str, object] | None = None
    content: bytes | None = field(default=None, repr=False)
    parts: Sequence[tuple[str, Any]] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def built(self, client: httpx.AsyncClient, account: Account) -> httpx.Request:
        """The request as httpx sends it; what names the account cannot be replaced by `headers`."""
        headers = {"accept": JSON, "accept-encoding": "identity"} | dict(self.headers)
        if self.method != "GET" and self.parts is None:
            headers["content-type"] = JSON
        headers |= _identity(account)
        return client.build_request(
            self.method,
            address(account.base_url, self.path),
            params=list(pairs(self.query)) if self.query else None,
            content=self.content,
            files=self.parts,
            headers=headers,
        )


def _identity(account: Account) -> dict[str, str]:
    if not HEADER.fullmatch(account.key):  # such as a masked key, copied with its dots
        raise KeyRefused("This API key has characters in it that no key has. Copy it again, whole.")
    named = {"openai-organization": account.organization, "openai-project": account.project}
    kept = {name: value for name, value in named.items() if value}
    if not all(HEADER.fullmatch(value) for value in kept.values()):
        raise Invalid("An organization or project ID is made of plain letters, digits and signs.")
    return {"authorization": f"Bearer {account.key}"} | kept


def pairs(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """A query as the API reads it: lists as `name[]`, objects as `name[key]`, None left out."""
    for name, value in query.items():
        if isinstance(value, Mapping):
            yield from pairs({f"{name}[{key}]": inner for key, inner in value.items()})
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from pairs({f"{name}[]": inner})
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif value is not None:
            yield name, _sendable(str(value))


def json_body(value: object, cap: int) -> bytes:
    """A JSON body. Raises Invalid when it is larger than `cap` bytes or is no JSON."""
    try:
        content = orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise Invalid(f"This cannot be sent to OpenAI: {error}.") from None
    _checked(len(content), cap)
    return content


def multipart(fields: Sequence[tuple[str, str]], files: Sequence[Upload], cap: int) -> list[tuple[str, Any]]:
    """The parts of a form: text first, files last, as the API wants it. Raises Invalid above `cap` bytes."""
    _checked(sum(len(file.content) for file in files) + sum(len(value) for _, value in fields), cap)
    text: list[tuple[str, Any]] = [(name, (None, _sendable(value).encode())) for name, value in fields]
    return text + [(file.field, (_sendable(file.name), file.content, file.media_type)) for file in files]


def _sendable(text: str) -> str:
    """Without halves of surrogate pairs, which no body can carry."""
    return text.encode("utf-8", "replace").decode()


def _checked(size: int, cap: int) -> None:
    if size > cap:
        raise Invalid(
            f"This is {size / MIB:.1f} MiB; at most {cap // MIB} MiB can be sent to OpenAI at once."
        )


async def read(response: httpx.Response, cap: int, *, cut: bool = False) -> bytes:
    """The body, inflated where the server compressed it. Above `cap` bytes: ApiBroken, or cut off there."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in {"identity", "gzip", "deflate", "x-gzip", ""}:
        raise ApiBroken(f"OpenAI's answer is in an encoding that was not asked for ({encoding[:20]}).")
    inflater = (
        None if encoding in {"identity", ""} else zlib.decompressobj(wbits=47)
    )  # gzip or zlib, as it comes
    parts: list[bytes] = []
    room = cap
    async for chunk in response.aiter_raw():
        try:
            part = chunk if inflater is None else inflater.decompress(chunk, room + 1)
        except zlib.error:
            raise ApiBroken("OpenAI's answer is compressed in a way that cannot be read.") from None
        parts.append(part)
        room -= len(part)
        if room < 0 and cut:
            return b"".join(parts)[:cap]
        if room < 0:
            raise ApiBroken(
                f"OpenAI's answer is larger than {cap / MIB:g} MiB, so it was not read to its end."
            )
    if inflater is not None and parts and not inflater.eof:
        raise ApiBroken("OpenAI's answer broke off.")
    return b"".join(parts)


def answer(response: httpx.Response, content: bytes, data: Any, started: float) -> Answer:
    """What came back; `started` is of time.perf_counter()."""
    headers = dict(response.headers.items())
    return Answer(
        status=response.status_code,
        headers=headers,
        data=data,
        content=content,
        request_id=headers.get("x-request-id"),
        milliseconds=(time.perf_counter() - started) * 1000,
    )


def decoded(content: bytes) -> Any:
    """The JSON of a body, or None where it is none."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
