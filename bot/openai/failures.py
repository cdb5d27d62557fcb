"""From an error body of the API to the failure that a person reads; trusts nothing in that body."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from bot.errors import (
    AccessDenied,
    ApiBroken,
    ApiDown,
    ApiError,
    ApiTimeout,
    KeyRefused,
    MissingAtApi,
    ModelGone,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
)
from bot.openai.retry import retry_after

QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
    }
)
LONGEST_MESSAGE = 600  # characters: what a person reads before giving up, and far under Slack's limits
SECRETS = re.compile(
    r"\b(?:sk|sess|rk|pk|ek)-[A-Za-z0-9_\-*.…•]{4,}"  # keys, masked ones too
    r"|(?<=provided: )\S+"  # "Incorrect API key provided: ab***yz"
    r"|(?<=Bearer )\S+"
    r"|\S*\*{3,}\S*",  # anything masked
    re.IGNORECASE,
)
SCOPES = re.compile(r"missing scopes?:\s*([\w.,\s]*\w)", re.IGNORECASE)
DENIED = re.compile(r"missing scopes?|insufficient permissions|not authorized", re.IGNORECASE)
NO_MODEL = re.compile(
    r"the model\b.{0,300}(does not exist|has been (deprecated|shut down|retired))", re.IGNORECASE
)


BY_STATUS: Mapping[int, type[ApiError]] = {
    401: KeyRefused,
    403: AccessDenied,
    404: MissingAtApi,
    408: ApiTimeout,
    429: RateLimited,
}


def from_answer(status: int, headers: Mapping[str, str], body: bytes, *, key: str = "") -> ApiError:
    """The failure in a whole answer; `key` is blotted out wherever the body repeats it."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    return from_data(
        data, status=status, request_id=headers.get("x-request-id"), wait=retry_after(headers), key=key
    )


def from_data(
    data: object,
    *,
    status: int | None = None,
    request_id: str | None = None,
    wait: float | None = None,
    key: str = "",
) -> ApiError:
    """The failure in decoded JSON: `{"error": {…}}`, an error event of a stream, or anything else at all."""
    error = data.get("error") if isinstance(data, Mapping) else None
    if not error and isinstance(data, Mapping):
        error = data
    fields: Mapping[str, Any] = error if isinstance(error, Mapping) else {"message": error}
    message = redacted(_word(fields.get("message"), LONGEST_MESSAGE) or "", key)
    code, kind = _word(fields.get("code")), _word(fields.get("type"))
    family = _family(status, code, kind, message)
    return family(
        _sentence(family, message, code, status),
        status=status,
        kind=kind,
        code=code,
        param=_word(fields.get("param")),
        request_id=request_id,
        retry_after=wait,
    )


def redacted(text: str, key: str = "") -> str:
    """The same text without anything that is, or looks like, a key."""
    if len(key) >= 4:
        text = text.replace(key, "[key]")
    return SECRETS.sub("[key]", text)


def _family(status: int | None, code: str | None, kind: str | None, message: str) -> type[ApiError]:
    if kind == "insufficient_quota" or code in QUOTA_CODES or status == 402:
        return QuotaExhausted
    if code == "model_not_found" or (status == 404 and NO_MODEL.search(message)):
        return ModelGone
    if status is None or code == "invalid_organization":
        return _family_by_words(code, kind)
    if status == 401 and DENIED.search(message):
        return AccessDenied
    fallback = ApiDown if status >= 500 else RequestRefused if status >= 400 else ApiBroken
    return BY_STATUS.get(status, fallback)


def _family_by_words(code: str | None, kind: str | None) -> type[ApiError]:
    words = {code, kind}
    if words & {"rate_limit_exceeded", "rate_limit_error", "slow_down", "requests", "tokens"}:
        return RateLimited
    if words & {"server_error", "service_unavailable_error", "server_is_overloaded"}:
        return ApiDown
    if words & {"invalid_api_key", "invalid_organization"}:
        return KeyRefused
    return RequestRefused if code or kind else ApiDown


def _sentence(family: type[ApiError], message: str, code: str | None, status: int | None) -> str:
    parts = [(family.__doc__ or "").strip()]
    scopes = SCOPES.search(message)
    if family is AccessDenied and scopes:
        lacking = f"The API key of this connection may not do this: it lacks the scope {scopes[1]}."
        parts = [f"{lacking} Its owner can add that where keys are made, at platform.openai.com."]
    elif message:
        parts.append(f"OpenAI says: {message}")
    label = code or (f"HTTP {status}" if status and not message else None)
    if label:
        parts.append(f"({label})")
    return " ".join(parts)


def _word(value: object, longest: int = 100) -> str | None:
    """A short string of whatever stands there; None for nothing, and for structures."""
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        return None
    text = " ".join(str(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
