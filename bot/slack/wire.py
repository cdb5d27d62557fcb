"""Single HTTP requests to Slack and nowhere else; says what a broken one means and repeats none."""

import io
from collections.abc import Mapping

import aiohttp
from yarl import URL

from bot.slack.failures import SlackFailure, answered, broken

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=10)  # the outbox reckons with 15 s as an attempt's end
LONG = aiohttp.ClientTimeout(total=300, connect=10)  # a large picture or recording on a slow line

PIECE = 1 << 20  # bytes


class Wire:
    """The kept session, fenced in: Slack's own hosts, or the place that the API's base address names."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self.base = URL(base_url)
        self._session = session

    def at(self, address: str, what: str) -> URL:
        """An address that may be asked; SlackFailure for any other."""
        url = URL(address)
        host = (url.host or "").lower()
        own = (url.scheme, host, url.port) == (self.base.scheme, self.base.host, self.base.port)
        if own or (url.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))):
            return url
        raise SlackFailure(what, "not_an_address_of_slack", "permanent")

    async def post(
        self,
        what: str,
        url: URL,
        body: bytes,
        headers: Mapping[str, str],
        limits: aiohttp.ClientTimeout = TIMEOUT,
    ) -> bytes:
        """The body of a 200; SlackFailure for anything else. Redirects are not followed."""
        # aiohttp writes a large body piece by piece only when it comes as a file.
        data = body if len(body) < PIECE else io.BytesIO(body)
        try:
            async with self._session.post(
                url, data=data, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise answered(what, response.status, response.headers.get("Retry-After"))
                return await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise broken(what, error) from None

    async def download(self, what: str, url: URL, headers: Mapping[str, str], cap: int) -> bytes:
        """The file at an address, at most cap bytes ("file_too_large"); a login page is "not_authorized"."""
        try:
            async with self._session.get(
                url, headers=headers, timeout=LONG, allow_redirects=False
            ) as response:
                _check(what, response)
                if (response.content_length or 0) > cap:
                    raise SlackFailure(what, "file_too_large", "permanent")
                content = bytearray()
                async for piece in response.content.iter_any():
                    content += piece
                    if len(content) > cap:
                        raise SlackFailure(what, "file_too_large", "permanent")
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise broken(what, error) from None


def _check(what: str, response: aiohttp.ClientResponse) -> None:
    """Where a token does not open a file, Slack shows its login page, as a page or by a redirect."""
    if 300 <= response.status < 400:
        raise SlackFailure(what, "not_authorized", "permanent")
    if response.status != 200:
        raise answered(what, response.status, response.headers.get("Retry-After"))
    # A person's own HTML file comes as an attachment.
    attached = response.headers.get("Content-Disposition", "").startswith("attachment")
    if response.content_type == "text/html" and not attached:
        raise SlackFailure(what, "not_authorized", "permanent")
