"""The road under httpx: aiohttp's connections, and what its failures mean for the request.

Why aiohttp: a streamed chunk costs half the CPU of httpx's own transport. Two things that httpx-aiohttp does
not do are done here: cookies are never kept (one pool serves many workspaces), and a connection that broke
*after* the request was sent is told from one that never came about (it reports both as ConnectTimeout).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream, map_aiohttp_exceptions

from bot.errors import ApiBroken, ApiError, ApiUnreachable
from bot.openai.values import Limits

#: Whatever may come out of the road; everything else is a bug.
FAILURES = (httpx.TransportError, httpx.StreamError, aiohttp.ClientError, OSError)

#: Seconds that an unused connection is kept: shorter than servers do, so that it is not lost under a request.
KEEP = 15.0

#: Answers read at once beyond which they gather in the kernel: a fifth less CPU for each, but the end of one
#: is noticed up to two pauses later.
CROWD = 100
#: Of these so many are read in one round of the loop, so that what gathered is not all in memory at once.
ROUND = 16


def road(limits: Limits, *, trust_env: bool) -> httpx.AsyncBaseTransport:
    """The transport of one client; connections belong to the event loop of the first request."""
    context = httpx.create_ssl_context(trust_env=trust_env)

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=limits.connections, ssl=context, keepalive_timeout=KEEP)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    return _Road(context, session)


class Body(httpx.AsyncByteStream):
    """The body of an answer as it comes; who has time can let more of it gather between two reads."""

    def __init__(
        self, response: aiohttp.ClientResponse, others: "set[Body]", turns: asyncio.Semaphore
    ) -> None:
        self._response = response
        self._others = others
        self._turns = turns
        others.add(self)
        self._content = response.content
        self._gathering: asyncio.Future[None] | None = None
        self._content.on_eof(self._wake)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.read():
            yield chunk

    async def read(self) -> bytes:
        """Everything that is there, waiting for the first of it; nothing at the end."""
        with map_aiohttp_exceptions():
            return await self._content.readany()

    async def gather(self, seconds: float) -> None:
        """Wait for so long, or until the end of the body."""
        connection = self._response.connection
        if self._content.is_eof() or connection is None:
            return
        held = connection.transport if len(self._others) > CROWD else None
        if held is not None:
            held.pause_reading()
            seconds *= 2
        loop = asyncio.get_running_loop()
        self._gathering = loop.create_future()
        timer = loop.call_later(seconds, self._wake)
        try:
            await self._gathering
            if held is not None:
                async with self._turns:
                    held.resume_reading()
                    await asyncio.sleep(0)  # the loop reads what is there …
                    await asyncio.sleep(0)  # … and who waits for it takes it
        finally:
            timer.cancel()
            if held is not None:
                held.resume_reading()

    async def aclose(self) -> None:
        """Let go of the connection, which stays open where the body has ended."""
        self._others.discard(self)
        with map_aiohttp_exceptions():
            await self._response.__aexit__(None, None, None)

    def _wake(self) -> None:
        if self._gathering is not None and not self._gathering.done():
            self._gathering.set_result(None)


class _Road(AiohttpTransport):
    """aiohttp's connections; an answer's body stands in its extensions too, as `body`."""

    def __init__(self, context: ssl.SSLContext, session: Callable[[], aiohttp.ClientSession]) -> None:
        super().__init__(verify=context, client=session)
        self._open: set[Body] = set()
        self._turns = asyncio.Semaphore(ROUND)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if not isinstance(answer.stream, AiohttpResponseStream):
            raise TypeError(f"{type(answer.stream)} is no body of aiohttp's.")
        response = answer.stream._aiohttp_response  # noqa: SLF001 - httpx-aiohttp offers it nowhere else
        body = Body(response, self._open, self._turns)
        answer.stream = answer.extensions["body"] = body
        return answer


def no_cookies() -> CookieJar:
    """A jar that takes none."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def untouched(error: BaseException) -> bool:
    """Whether the connection never came about, so that the API did nothing."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientError):
        return isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    kinds = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    return isinstance(error, kinds)


def lost(error: BaseException) -> ApiError:
    """What a failure of the road means to a person."""
    if not untouched(error):
        return ApiBroken("The connection to OpenAI broke before the whole answer was here.")
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        return ApiUnreachable(
            "OpenAI could not be reached: its name was not found. Nothing was sent; try again."
        )
    if isinstance(cause, ssl.SSLError | aiohttp.ClientSSLError):
        return ApiUnreachable("OpenAI could not be reached: the secure connection failed. Nothing was sent.")
    return ApiUnreachable()
