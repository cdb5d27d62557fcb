"""From error bodies, well formed or not, to what people read; and what that must never contain."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from bot.openai.failures import from_answer, from_data, redacted

INVALID = "invalid_request_error"


def failure(
    status: int,
    code: str | None = None,
    kind: str = INVALID,
    message: str = "Something.",
    param: str | None = None,
) -> ApiError:
    error = {"message": message, "type": kind, "code": code, "param": param}
    return from_answer(
        status, {"x-request-id": "req_9"}, json.dumps({"error": error}).encode(), key="sk-own-key"
    )


TABLE = [
    (401, "invalid_api_key", INVALID, "Incorrect API key provided: sk-proj-ABC***1234.", KeyRefused),
    (401, None, INVALID, "You didn't provide an API key", KeyRefused),
    (401, "mismatched_organization", INVALID, "OpenAI-Organization header should match", KeyRefused),
    (401, "no_organization", INVALID, "You must be a member of an organization", KeyRefused),
    (401, None, INVALID, "Your IP is not authorized", AccessDenied),
    (400, "invalid_organization", INVALID, "No such organization: org-x", KeyRefused),
    (401, None, INVALID, "You have insufficient permissions. Missing scopes: api.model.read.", AccessDenied),
    (403, None, INVALID, "Missing scopes: model.request", AccessDenied),
    (403, "unsupported_country_region_territory", "request_forbidden", "Country not supported", AccessDenied),
    (403, "model_not_found", INVALID, "Project `proj_x` does not have access to model `m`", ModelGone),
    (404, "model_not_found", INVALID, "The model `x` does not exist", ModelGone),
    (404, None, INVALID, "The model `x` has been deprecated, learn more", ModelGone),
    (404, None, INVALID, "No such File object: file-1", MissingAtApi),
    (404, None, INVALID, "Invalid URL (POST /v1/edits)", MissingAtApi),
    (400, "context_length_exceeded", INVALID, "Too long", RequestRefused),
    (400, "unsupported_parameter", INVALID, "Use 'max_completion_tokens' instead.", RequestRefused),
    (400, "moderation_blocked", "image_generation_user_error", "Rejected", RequestRefused),
    (413, None, INVALID, "Maximum content size limit (26214400) exceeded", RequestRefused),
    (409, None, INVALID, "Conflict", RequestRefused),
    (422, None, INVALID, "Unprocessable", RequestRefused),
    (408, None, INVALID, "Timeout", ApiTimeout),
    (429, "rate_limit_exceeded", "requests", "Please try again in 20s", RateLimited),
    (429, "slow_down", "rate_limit_error", "Slow down", RateLimited),
    (429, "credit_balance_exhausted", "insufficient_quota", "No credit", QuotaExhausted),
    (429, "project_spend_limit_exceeded", "insufficient_quota", "Limit", QuotaExhausted),
    (429, "insufficient_quota", "insufficient_quota", "You exceeded your quota", QuotaExhausted),
    (429, "billing_hard_limit_reached", INVALID, "Limit", QuotaExhausted),
    (429, "something_new", "insufficient_quota", "Limit", QuotaExhausted),
    (500, None, "server_error", "The server had an error", ApiDown),
    (503, "server_is_overloaded", "service_unavailable_error", "Overloaded", ApiDown),
    (307, None, "", "", ApiBroken),
]


@pytest.mark.parametrize(("status", "code", "kind", "message", "family"), TABLE)
def test_each_refusal_of_the_reference(
    status: int, code: str | None, kind: str, message: str, family: type[ApiError]
) -> None:
    error = failure(status, code, kind, message)
    assert type(error) is family
    assert (error.status, error.code, error.request_id) == (status, code, "req_9")
    if code:
        assert f"({code})" in error.text


def test_the_text_says_what_is_wrong_what_openai_says_and_the_code() -> None:
    error = failure(400, "unsupported_parameter", message="Use 'b' instead.", param="max_tokens")
    assert error.text == (
        "OpenAI does not take the request as it is. Change what it names here. OpenAI says: Use 'b' instead. "
        "(unsupported_parameter)"
    )
    assert error.param == error.field == "max_tokens"
    assert error.kind == INVALID


def test_missing_scopes_are_named() -> None:
    message = "You have insufficient permissions for this operation. Missing scopes: api.model.read."
    assert failure(401, message=message).text == (
        "The API key of this connection may not do this: it lacks the scope api.model.read. Its owner can "
        "add that where keys are made, at platform.openai.com."
    )


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"<html><h1>502 Bad Gateway</h1></html>",
            b"{",
            b"null",
            b"[]",
            b'"text"',
            b"[" * 5000,
            b"\xff\xfe",
        ),
        *(
            b'{"error": null}',
            b'{"error": "text"}',
            b'{"error": {"message": {"a": [1]}, "code": [1], "type": 5}}',
        ),
        json.dumps({"error": {"message": "x" * 100_000}}).encode(),
    ],
)
def test_bodies_of_any_shape_give_a_readable_failure(body: bytes) -> None:
    error = from_answer(502, {}, body)
    assert type(error) is ApiDown
    assert error.text.startswith("OpenAI has a problem")
    assert "<" not in error.text
    assert len(error.text) < 800


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "param", "x"]), inner, max_size=4
        )
    ),
)


@settings(max_examples=500, deadline=None)
@given(JSON, st.none() | st.integers(300, 599))
def test_no_body_is_a_bug(data: Any, status: int) -> None:
    error = from_data(data, status=status)
    assert isinstance(error, ApiError)
    assert error.text


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-ABCDEF***1234. You can find",
        "Incorrect API key provided: abcd**********wxyz.",
        "key sk-svcacct-Ab_c-D9 and sk-admin-zzzzzz",
        "Authorization: Bearer eyJhbGciOi.payload",
        "own-plain-key was refused",
        "sk-…1234 sess-abcdef123",
    ],
)
def test_no_key_is_left_in_a_text(text: str) -> None:
    kept = redacted(text, key="own-plain-key")
    assert "[key]" in kept
    for part in ("sk-", "ABCDEF", "abcd", "wxyz", "eyJ", "own-plain", "sess-a"):
        assert part not in kept


def test_failures_in_a_stream_are_told_apart_by_their_words() -> None:
    def told(**error: Any) -> type[ApiError]:
        return type(from_data({"error": error}))

    assert told(type="server_error") is ApiDown
    assert told(message="The server had an error") is ApiDown
    assert told(code="rate_limit_exceeded") is RateLimited
    assert told(code="insufficient_quota") is QuotaExhausted
    assert told(code="context_length_exceeded") is RequestRefused
    assert told(code="invalid_api_key") is KeyRefused


def test_how_long_to_wait_is_kept() -> None:
    assert from_answer(429, {"retry-after": "7"}, b"").retry_after == 7
