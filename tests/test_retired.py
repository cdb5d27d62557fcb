"""Which APIs may still have what OpenAI retired, and which refusals say that they have not."""

import pytest

from bot.errors import (
    ApiDown,
    ApiError,
    KeyRefused,
    MissingAtApi,
    ModelGone,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
)
from bot.openai import Account, Client
from bot.retired import is_gone, may_remain


@pytest.mark.parametrize(
    ("base_url", "remains"),
    [
        ("https://api.openai.com/v1", False),
        ("https://eu.api.openai.com/v1", False),
        ("https://API.OpenAI.com/v1", False),
        ("https://api.openai.com.example.org/v1", True),
        ("https://myapi.openai.com/v1", True),
        ("http://127.0.0.1:8080/v1", True),
        ("http://[::1]:8080/v1", True),
    ],
)
async def test_only_openai_itself_has_surely_retired_it(base_url: str, *, remains: bool) -> None:
    async with Client() as client:
        assert may_remain(client.api(Account("sk-secret", base_url=base_url))) is remains


@pytest.mark.parametrize(
    ("refusal", "gone"),
    [
        (MissingAtApi(status=404), True),
        (ModelGone(status=404, code="model_not_found"), True),
        (RequestRefused(status=405), True),
        (ApiDown(status=501), True),
        (RequestRefused(status=400, param="model"), True),
        (RequestRefused(status=400, param="temperature"), False),
        (RequestRefused(status=400), False),
        (KeyRefused(status=401), False),
        (RateLimited(status=429), False),
        (QuotaExhausted(status=429), False),
        (ApiDown(status=500), False),
    ],
)
def test_a_refusal_is_a_farewell_only_where_it_says_so(refusal: ApiError, *, gone: bool) -> None:
    assert is_gone(refusal) is gone
