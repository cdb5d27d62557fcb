"""What can go wrong with a call to Slack, and what may be done about it: the one place that classifies."""

import asyncio
from typing import Literal

import aiohttp

#: not_sent: nothing reached Slack, ask again freely; limited: too many calls, wait `retry_after` seconds;
#: permanent: Slack said no and will again; ambiguous: it may have been done, look before creating again.
Kind = Literal["not_sent", "limited", "permanent", "ambiguous"]

# Slack's own trouble in the middle of a call: the effect may be there.
AMBIGUOUS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
LIMITED = frozenset({"ratelimited", "rate_limited"})
# The workspace is being moved: Slack refuses everything for a while and asks to be called again.
PASSING = frozenset({"team_added_to_org", "accesslimited"})

#: Nothing can be said with a token that Slack refuses; the operator reads the log.
POWERLESS = frozenset({"invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"})

# A connection that never stood. Everything later may have carried the request.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class SlackFailure(Exception):
    """A call that Slack did not do, or may not have done.

    method: the Web API method, or what was done instead ("response_url", "download");
    error: Slack's word or ours; retry_after: seconds, where Slack named them.
    """

    def __init__(self, method: str, error: str, kind: Kind, retry_after: float | None = None) -> None:
        super().__init__(f"{method}: {error} ({kind})")
        self.method = method
        self.error = error
        self.kind = kind
        self.retry_after = retry_after


def refused(method: str, error: str) -> SlackFailure:
    """The failure that an answer with `ok: false` means."""
    if error in LIMITED:
        return SlackFailure(method, error, "limited", 1.0)
    if error in PASSING:
        return SlackFailure(method, error, "not_sent")
    return SlackFailure(method, error, "ambiguous" if error in AMBIGUOUS else "permanent")


def answered(method: str, status: int, retry_after: str | None) -> SlackFailure:
    """The failure that an HTTP status other than 200 means."""
    if status == 429:
        return SlackFailure(method, "ratelimited", "limited", seconds(retry_after))
    return SlackFailure(method, f"http_{status}", "ambiguous" if status >= 500 else "permanent")


def broken(method: str, error: aiohttp.ClientError | TimeoutError | OSError) -> SlackFailure:
    """The failure that a broken connection means; its text stays out, as it may hold a secret address."""
    if isinstance(error, NOT_SENT):
        return SlackFailure(method, "unreachable", "not_sent")
    timeout = isinstance(error, TimeoutError | asyncio.TimeoutError)
    return SlackFailure(method, "timeout" if timeout else "connection_lost", "ambiguous")


def seconds(retry_after: str | None) -> float:
    """A Retry-After header as seconds; Slack sends whole ones, anything else counts as one."""
    try:
        return max(1.0, float(retry_after or 1))
    except ValueError:
        return 1.0
