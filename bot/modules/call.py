"""A request of one's own to the connection's API: a path, a method, and whatever comes back."""

import mimetypes
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson

from bot.errors import Invalid
from bot.fields import Choice, Json, Number, Text
from bot.module import Context, Effect, Facts, File, Module, Operation, Part, Result, Role, Values
from bot.module import Text as Said
from bot.notation import fenced, size
from bot.openai import Answer, Api

#: Headers of an answer that tell people something; others are the transport's own, or secrets (cookies).
SHOWN = (
    "content-type",
    "retry-after",
    "openai-organization",
    "openai-version",
    "openai-processing-ms",
    "location",
)
RATES = "x-ratelimit-"
SHORT = 3000  # characters that are read in a message
LARGEST = 32 * 2**20  # bytes of all pages together; they are held in memory
ENDINGS = {
    "application/json": "json",
    "application/octet-stream": "bin",
    "text/plain": "txt",
    "audio/flac": "flac",
    "audio/wav": "wav",
}
#: What each method may do, and who may use it; changes are for admins, as the custom call fences off nothing.
METHODS = {
    "GET": (Effect.READ, Role.MEMBER),
    "POST": (Effect.CHANGE, Role.ADMIN),
    "PUT": (Effect.CHANGE, Role.ADMIN),
    "PATCH": (Effect.CHANGE, Role.ADMIN),
    "DELETE": (Effect.DESTROY, Role.ADMIN),
}


def weighed(values: Values) -> tuple[Effect, Role]:
    """What a call does and who may make it: its method says so."""
    return METHODS[values.get("method", "GET")]


async def send(context: Context, values: Values) -> Result:
    """Make the call and show the answer, whatever its status."""
    method = values.get("method", "GET")
    headers, query = values.get("headers", {}), values.get("query", {})
    if not all(isinstance(each, str) for each in headers.values()):
        raise Invalid(
            'Headers: each value has to be text in quotes, like {"OpenAI-Beta": "x"}.', field="headers"
        )
    if method == "GET" and "body" in values:
        raise Invalid("Body: GET sends none. Choose another method, or use the query.", field="body")
    if method != "GET" and values.get("limit", 1) > 1:
        raise Invalid("Limit: only GET follows pages.", field="limit")
    first = await context.ask.request(
        method, values["url"], headers=headers, query=query, body=values.get("body"), cap=LARGEST
    )
    data, pages, notes = await _followed(context.ask, first, values)
    parts: list[Part] = [_facts(first, pages), *_body(first, data, context.ask.account.key)]
    return Result(parts, notes, request_id=first.request_id)


async def _followed(api: Api, first: Answer, values: Values) -> tuple[Any, int, list[str]]:
    """The JSON with the items of the pages after it, the number of pages, and a note on an early end."""
    data, pages, room = first.data, 1, LARGEST - len(first.content)
    if first.status != HTTPStatus.OK or not isinstance(data, dict) or not isinstance(data.get("data"), list):
        return data, pages, []
    last, items = data, list(data["data"])
    asked: dict[str, str] | None = None
    while pages < values.get("limit", 1) and (cursor := _next(last)) and cursor != asked:
        asked = cursor
        query = {**values.get("query", {}), **cursor}
        answer = await api.request(
            "GET", values["url"], headers=values.get("headers", {}), query=query, cap=max(room, 1)
        )
        last, found = answer.data, answer.data.get("data") if isinstance(answer.data, dict) else None
        if answer.status != HTTPStatus.OK or not isinstance(found, list):
            return {**data, "data": items}, pages, [f"Page {pages + 1} was answered with {_status(answer)}."]
        items += found
        pages += 1
        room -= len(answer.content)
    # As one page: what says where the pages before the last ended would mislead.
    ends = {name: last[name] for name in ("last_id", "has_more", "next_page") if name in last}
    notes = [f"There is more: a limit above {pages} follows the pages further."] if _next(last) else []
    return {**data, **ends, "data": items}, pages, notes


def _next(page: Mapping[str, Any]) -> dict[str, str] | None:
    """What asks for the page after this one: `after` an object, or the `page` that it names."""
    if not page.get("has_more"):
        return None
    if page.get("next_page"):
        return {"page": str(page["next_page"])}
    items = page.get("data") or [None]
    last = page.get("last_id") or (items[-1].get("id") if isinstance(items[-1], dict) else None)
    return {"after": str(last)} if last else None


def _status(answer: Answer) -> str:
    try:
        return f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        return str(answer.status)


def _facts(answer: Answer, pages: int) -> Facts:
    told = [(name, answer.headers[name]) for name in SHOWN if name in answer.headers]
    told += [(name, value) for name, value in answer.headers.items() if name.startswith(RATES)]
    pairs = [("Status", _status(answer)), ("Time", f"{answer.milliseconds:,.0f} ms")]
    if answer.request_id:
        pairs.append(("Request ID", answer.request_id))
    return Facts([*pairs, *([("Pages", str(pages))] if pages > 1 else []), *told])


def _body(answer: Answer, data: Any, key: str) -> list[Part]:
    """The body to read where it is short text, else as a file; the key blotted out if the API repeats it."""
    if not answer.content:
        return [Said("_The answer has no body._")]
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    text: str | None
    if data is not None:
        kind, text = "application/json", orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    else:
        text = _text(answer.content, kind)
    if text is None:
        told = f"{size(len(answer.content))} of {kind or 'an unknown kind'}, as a file."
        return [Said(told), _file(answer.content, kind or "application/octet-stream")]
    text = text.replace(key, "[key]") if len(key) >= 8 else text
    language = "json" if kind == "application/json" else ""
    if len(text) <= SHORT:
        return [Said(fenced(text, language))]
    begin = fenced(text[:SHORT].rpartition("\n")[0] or text[:SHORT], language)
    return [
        Said(f"{begin}\nThis is the beginning; all is in the file."),
        _file(text.encode(), kind or "text/plain"),
    ]


def _file(content: bytes, kind: str) -> File:
    name = f"response.{ENDINGS.get(kind) or (mimetypes.guess_extension(kind) or '.bin').removeprefix('.')}"
    return File(name, content, kind, f"{name}, {size(len(content))}")


def _text(content: bytes, kind: str) -> str | None:
    """The body as text, unless it is something else."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if "\0" not in text and not kind.startswith(("image/", "audio/", "video/")) else None


CALL = Module(
    name="call",
    title="Custom call",
    summary="Make any call to the API that your connection reaches",
    operations=(
        Operation(
            name="send", title="Make a custom API call",
            summary="Sends a request to a path of the API",
            fields=(
                Text(name="url", title="URL", hint="A path such as models/gpt-6-luna.", low=1, high=1000,
                     required=True, words=True),
                Choice(name="method", title="Method", hint="All but GET are for admins.", default="GET",
                       options=tuple(METHODS)),
                Json(name="headers", title="Headers", hint='Such as {"OpenAI-Beta": "responses=v1"}.'),
                Json(name="query", title="Query string", hint='Such as {"limit": 5, "include": ["a", "b"]}.'),
                Json(name="body", title="Body", hint="JSON.", shape="any"),
                Number(name="limit", title="Limit", hint="How many pages of a list to follow.", low=1,
                       high=50, default=1, integer=True),
            ),
            call=send,
            example={"url": "files", "method": "GET", "query": {"limit": 5}, "limit": 2},
            effect=Effect.DESTROY, role=Role.ADMIN, weighed=weighed, spends=True,
        ),
    ),
)  # fmt: skip
