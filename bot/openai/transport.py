"""The road under httpx: aiohttp's connections, and what its failures mean for the request.

Why aiohttp: a streamed chunk costs half the CPU of httpx's own transport. Two things that httpx-aiohttp does
not do are done here: cookies are never kept (one pool serves many workspaces), and a connection that broke
*after* the request was sent is told from one that never came about (it reports both as ConnectTimeout).
"""

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.errors import ApiBroken, ApiError, ApiUnreachable
from bot.openai.values import Limits

#: Whatever may come out of the road; everything else is a bug.
FAILURES = (httpx.TransportError, httpx.StreamError, aiohttp.ClientError, OSError)

#: Seconds that an unused connection is kept: shorter than servers do, so that it is not lost under a request.
KEEP = 15.0


def road(limits: Limits, *, trust_env: bool) -> httpx.AsyncBaseTransport:
    """The transport of one client; connections belong to the event loop of the first request."""
    context = httpx.create_ssl_context(trust_env=trust_env)

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=limits.connections, ssl=context, keepalive_timeout=KEEP)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    return AiohttpTransport(verify=context, client=session)


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
