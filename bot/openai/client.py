"""The process-wide client: one pool of connections, attempts, and their repeats as retry.py rules."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from importlib import metadata
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.errors import ApiError, ApiUnreachable, QuotaExhausted
from bot.openai import bodies, failures, retry, transport
from bot.openai.api import Api
from bot.openai.values import Account, Limits

T = TypeVar("T")
USUAL = Limits()


class Client:
    """Owns the connections; `async with Client() as client`, or `await client.close()` at the end.

    `trust_env` lets HTTPS_PROXY and SSL_CERT_FILE of the environment count, for operators who want that.
    `road` replaces the transport; `sleep` and `rng` are the clock and the dice of the waits between repeats.
    """

    def __init__(
        self,
        limits: Limits = USUAL,
        *,
        trust_env: bool = False,
        road: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: Callable[[], float] = random.random,
    ) -> None:
        self.limits = limits
        self._sleep = sleep
        self._rng = rng
        self._http = httpx.AsyncClient(
            transport=road or transport.road(limits, trust_env=trust_env),
            timeout=httpx.Timeout(None, connect=limits.connect),  # the rest is up to our own deadlines
            follow_redirects=False,
            trust_env=trust_env,
            cookies=transport.no_cookies(),
            headers={"user-agent": f"patchbay/{_version()}"},
        )

    def api(self, account: Account) -> Api:
        """The API as one account sees it."""
        return Api(self, account)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(
        self, account: Account, outgoing: bodies.Outgoing, use: Callable[[httpx.Response], Awaitable[T]]
    ) -> T:
        """Send until `use` has made something of a 2xx answer; repeats what may be repeated.

        Raises an ApiError. The answer stays open when `use` succeeds: closing it is up to `use`.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        attempt = 0
        while True:
            try:
                return await self._attempt(account, outgoing, use)
            except _AttemptFailedError as failed:
                error = failed.error
                failure = retry.Failure(
                    status=error.status,
                    code=error.code,
                    untouched=isinstance(error, ApiUnreachable),
                    quota=isinstance(error, QuotaExhausted),
                    should_retry=failed.should_retry,
                    retry_after=error.retry_after,
                    repeatable=outgoing.method in {"GET", "DELETE"},
                    spent=loop.time() - started,
                )
            wait = retry.delay(attempt, failure, self._rng, within=self.limits.repeats)
            if wait is None:
                raise error
            attempt += 1
            await self._sleep(wait)

    async def open(self, account: Account, outgoing: bodies.Outgoing) -> httpx.Response:
        """One attempt, any status; the caller closes the answer. Raises ApiUnreachable or ApiBroken."""
        try:
            return await self._http.send(outgoing.built(self._http, account), stream=True)
        except transport.FAILURES as error:
            raise transport.lost(error) from None

    async def _attempt(
        self, account: Account, outgoing: bodies.Outgoing, use: Callable[[httpx.Response], Awaitable[T]]
    ) -> T:
        try:
            response = await self.open(account, outgoing)
        except ApiError as error:
            raise _AttemptFailedError(error) from None
        try:
            if response.is_success:
                return await use(response)
            body = await bodies.read(response, bodies.LARGEST_REFUSAL, cut=True)
        except transport.FAILURES as error:
            await response.aclose()
            raise _AttemptFailedError(transport.lost(error)) from None
        except BaseException:
            await response.aclose()
            raise
        await response.aclose()
        refusal = failures.from_answer(response.status_code, response.headers, body, key=account.key)
        raise _AttemptFailedError(refusal, should_retry=retry.should_retry(response.headers))


class _AttemptFailedError(Exception):
    """One attempt failed in a way that another might not; never leaves this file."""

    def __init__(self, error: ApiError, *, should_retry: bool | None = None) -> None:
        super().__init__()
        self.error = error
        self.should_retry = should_retry


def _version() -> str:
    try:
        return metadata.version("patchbay")
    except metadata.PackageNotFoundError:  # run from a checkout
        return "0"
