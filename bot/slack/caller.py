"""Calls to Slack: our own thin client on the shared session; the SDK's costs a millisecond of CPU a call."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure, refused
from bot.slack.methods import FORMS, REPEATABLE
from bot.slack.rates import Rates
from bot.slack.wire import LONG, Wire

Json = dict[str, Any]
Upload = tuple[str, bytes, str]  # name, content, description for those who do not see it ("" for none)

AS_JSON = {"Content-Type": "application/json; charset=utf-8"}
AS_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ATTEMPTS = 3
PAUSES = (0.3, 1.0)  # seconds before the second and the third attempt
MOST_PATIENCE = 30.0  # seconds; a longer Retry-After is the caller's to wait, or not


class Slack:
    """Slack's Web API over one kept session; keeps to the rates and says what a failure means.

    base_url ends in /api/. Nothing that creates is repeated, except when nothing had reached Slack.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str, rates: Rates, clock: Clock) -> None:
        self.rates = rates
        self._wire = Wire(session, base_url)
        self._clock = clock
        self._urls: dict[str, URL] = {}

    async def call(
        self,
        method: str,
        token: str,
        *,
        workspace: str,
        channel: str | None = None,
        urgent: bool = False,
        **args: Any,
    ) -> Json:
        """Call a method and return Slack's answer; SlackFailure when it is not `ok`.

        channel is an argument of the method and the place whose rate counts. urgent does not wait in line.
        Arguments that are None are not sent.
        """
        args["channel"] = channel
        body, headers = _body(method, {name: value for name, value in args.items() if value is not None})
        headers = {**headers, "Authorization": f"Bearer {token}"}
        for attempt in range(ATTEMPTS):
            await self.rates.take(method, workspace, channel, urgent=urgent)
            try:
                return await self._once(method, headers, body)
            except SlackFailure as failure:
                if failure.kind == "limited":
                    self.rates.hold(method, workspace, failure.retry_after or 1.0)
                if attempt == ATTEMPTS - 1 or not _again(failure, urgent=urgent):
                    raise
                if failure.kind != "limited":  # that waiting is done by the rates
                    await self._clock.sleep(PAUSES[attempt])
        raise AssertionError("the last attempt returns or raises")

    async def answer(self, response_url: str, body: Json) -> None:
        """Post to a request's own response_url, which needs no token: at most 5 times within 30 minutes."""
        url = self._wire.at(response_url, "response_url")
        await self._wire.post("response_url", url, orjson.dumps(body), AS_JSON)

    async def upload(
        self,
        token: str,
        workspace: str,
        channel: str | None,
        thread_ts: str | None,
        files: Sequence[Upload],
        comment: str = "",
    ) -> list[Json]:
        """Put files into a channel or thread as one message, or nowhere yet; the files as Slack names them.

        The message is made by the last call alone, so a failure before it leaves nothing visible.
        """
        done: list[Json] = []
        for name, content, alt in files:
            place = await self.call(
                "files.getUploadURLExternal",
                token,
                workspace=workspace,
                filename=name,
                length=len(content),
                alt_txt=alt or None,
            )
            url = self._wire.at(str(place["upload_url"]), "upload")
            await self._wire.post("upload", url, content, {"Content-Type": "application/octet-stream"}, LONG)
            done.append({"id": place["file_id"], "title": name})
        answer = await self.call(
            "files.completeUploadExternal",
            token,
            workspace=workspace,
            channel_id=channel,
            files=done,
            thread_ts=thread_ts,
            initial_comment=comment or None,
        )
        return list(answer.get("files") or done)

    async def fetch(self, url: str, token: str, cap: int) -> bytes:
        """Download a file by its url_private, at most cap bytes; the token goes to Slack's hosts only."""
        where = self._wire.at(url, "download")
        return await self._wire.download("download", where, {"Authorization": f"Bearer {token}"}, cap)

    async def _once(self, method: str, headers: Mapping[str, str], body: bytes) -> Json:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = self._wire.base.join(URL(method))
        raw = await self._wire.post(method, url, body, headers)
        try:
            answer = orjson.loads(raw)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise SlackFailure(method, "not_an_answer", "ambiguous")
        if answer.get("ok") is not True:
            raise refused(method, str(answer.get("error") or "unknown_error"))
        return answer


def _again(failure: SlackFailure, *, urgent: bool) -> bool:
    if failure.kind == "not_sent":
        return True
    if failure.kind == "permanent" or failure.method not in REPEATABLE:
        return False
    return failure.kind == "ambiguous" or (not urgent and (failure.retry_after or 1.0) <= MOST_PATIENCE)


def _body(method: str, args: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
    """Arguments as the method takes them: JSON, or a form with structures as JSON within it."""
    if method not in FORMS:
        return orjson.dumps(args), AS_JSON
    pairs = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in args.items()
    }
    return urlencode(pairs).encode(), AS_FORM
