"""The API as one account sees it: JSON, forms, bytes, pages, streams, and the custom call."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from bot.errors import ApiBroken, ApiTimeout, Invalid
from bot.openai import bodies, paths, transport
from bot.openai.bodies import Outgoing
from bot.openai.stream import Events, check_type
from bot.openai.values import MIB, Account, Answer, Model, Upload

if TYPE_CHECKING:
    from bot.openai.client import Client

T = TypeVar("T")
COMPRESSED = {"accept-encoding": "gzip"}  # large JSON shrinks to a half; inflated under a cap
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Api:
    """Speaks for one account; cheap to make. Calls raise an ApiError, or Invalid before anything is sent."""

    def __init__(self, client: "Client", account: Account) -> None:
        self.account = account
        self._client = client
        self._limits = client.limits

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Answer:
        """GET; repeated where it failed in passing."""
        return await self._whole(Outgoing("GET", path, query, headers=COMPRESSED))

    async def post(
        self, path: str, body: Mapping[str, object] | None = None, *, deadline: float | None = None
    ) -> Answer:
        """POST with a JSON body; never repeated when it may have been done. `deadline` is in seconds."""
        content = None if body is None else bodies.json_body(body, self._limits.request)
        return await self._whole(Outgoing("POST", path, content=content, headers=COMPRESSED), deadline)

    async def delete(self, path: str) -> Answer:
        """DELETE; repeated where it failed in passing."""
        return await self._whole(Outgoing("DELETE", path))

    async def upload(
        self,
        path: str,
        fields: Sequence[tuple[str, str]],
        files: Sequence[Upload],
        *,
        deadline: float | None = None,
    ) -> Answer:
        """POST of a form. Where the API answers with text (subtitles), `data` is None; see `content`."""
        parts = bodies.multipart(fields, files, self._limits.upload)
        return await self._whole(Outgoing("POST", path, parts=parts), deadline, text=True)

    async def download(
        self, path: str, *, body: Mapping[str, object] | None = None, cap: int = 512 * MIB
    ) -> Answer:
        """The bytes behind a path, at most `cap`; with a body it is a POST (speech)."""
        content = None if body is None else bodies.json_body(body, self._limits.request)
        method = "GET" if body is None else "POST"
        outgoing = Outgoing(method, path, content=content, headers={"accept": "*/*"})
        started = time.perf_counter()

        async def use(response: httpx.Response) -> Answer:
            whole = await bodies.read(response, cap)
            page = "text/html" in response.headers.get("content-type", "")
            if page or (body is not None and not whole):
                raise _broken(response)
            return bodies.answer(response, whole, None, started)

        return await self._within(self._client.send(self.account, outgoing, use))

    async def pages(
        self, path: str, query: Mapping[str, object] | None = None, *, limit: int
    ) -> AsyncIterator[dict[str, Any]]:
        """The items of a list, `limit` at most, over as many pages as it takes."""
        asked = dict(query or {})
        while limit > 0:
            page = (await self.get(path, asked)).data
            items = [item for item in page.get("data") or [] if isinstance(item, dict)]
            for item in items[:limit]:
                yield item
            limit -= len(items)
            last = items[-1].get("id") if items else None
            if not page.get("has_more") or last in {None, asked.get("after")}:
                return
            asked["after"] = last

    def stream(self, path: str, body: Mapping[str, object]) -> AbstractAsyncContextManager[Events]:
        """`async with api.stream(…) as events`: a POST answered in events; adds `"stream": true`."""
        return self._stream(path, body)

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
        body: object | None = None,
        cap: int = MIB,
    ) -> Answer:
        """The custom call to a path that a person typed: any status is an Answer, nothing is repeated."""
        if method.upper() not in METHODS:
            raise Invalid(f"The method must be one of {', '.join(sorted(METHODS))}.", field="method")
        content = None if body is None else bodies.json_body(body, self._limits.request)
        outgoing = Outgoing(
            method.upper(), paths.custom(path), query, content, headers=paths.headers(headers or {})
        )
        started = time.perf_counter()

        async def call() -> Answer:
            response = await self._client.open(self.account, outgoing)
            try:
                whole = await bodies.read(response, cap)
            except transport.FAILURES as error:
                raise transport.lost(error) from None
            finally:
                await response.aclose()
            return bodies.answer(response, whole, bodies.decoded(whole), started)

        return await self._within(call())

    async def models(self) -> list[Model]:
        """The models of this account."""
        listed = (await self.get("models")).data.get("data") or []
        return [_model(item) for item in listed if isinstance(item, dict) and isinstance(item.get("id"), str)]

    async def _whole(
        self, outgoing: Outgoing, deadline: float | None = None, *, text: bool = False
    ) -> Answer:
        """A JSON object, or with `text` also plain text."""
        started = time.perf_counter()

        async def use(response: httpx.Response) -> Answer:
            whole = await bodies.read(response, self._limits.answer)
            data = bodies.decoded(whole)
            kind = response.headers.get("content-type", "")
            if not isinstance(data, dict):
                if not (text and kind.startswith("text/") and "html" not in kind):
                    raise _broken(response)
                data = None
            return bodies.answer(response, whole, data, started)

        return await self._within(self._client.send(self.account, outgoing, use), deadline)

    async def _within(self, call: Awaitable[T], deadline: float | None = None) -> T:
        seconds = deadline or self._limits.total
        try:
            async with asyncio.timeout(seconds):
                return await call
        except TimeoutError:
            raise ApiTimeout(f"OpenAI did not answer within {seconds:g} seconds.") from None

    @asynccontextmanager
    async def _stream(self, path: str, body: Mapping[str, object]) -> AsyncIterator[Events]:
        content = bodies.json_body({**body, "stream": True}, self._limits.request)
        outgoing = Outgoing("POST", path, content=content, headers={"accept": "text/event-stream"})
        started = asyncio.get_running_loop().time()
        limits = self._limits

        async def use(response: httpx.Response) -> httpx.Response:
            check_type(response)
            return response

        first = min(limits.first, limits.total)
        response = await self._within(self._client.send(self.account, outgoing, use), first)
        events = Events(response, limits, started, key=self.account.key)
        try:
            yield events
        finally:
            await events.close()


def _broken(response: httpx.Response) -> ApiBroken:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()[:60]
    return ApiBroken(
        f"OpenAI's answer could not be read ({kind or 'without a type'}).",
        status=response.status_code,
        request_id=response.headers.get("x-request-id"),
    )


def _model(item: Mapping[str, Any]) -> Model:
    try:
        shutdown = date.fromisoformat(str(item.get("shutdown_date"))[:10])
    except ValueError:
        shutdown = None
    created = item.get("created")
    return Model(
        item["id"], str(item.get("owned_by") or ""), created if isinstance(created, int) else 0, shutdown
    )
