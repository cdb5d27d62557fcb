"""Keys, organizations, scopes, quotas, limits, headers and wrong addresses."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

HEADERS = ("x-request-id", "openai-organization", "openai-processing-ms", "openai-version")


async def refused(api_server: Any, **headers: str) -> tuple[int, Any, Any]:
    async with api_server.http.get(api_server.url + "/models", headers=headers) as response:
        return response.status, (await response.json())["error"], response.headers


async def test_a_key_is_asked_for(api_server: Any, schema: Any) -> None:
    status, error, headers = await refused(api_server)
    assert (status, error["code"]) == (401, None)
    assert error["message"].startswith("You didn't provide an API key")
    assert headers["x-request-id"].startswith("req_")
    schema.error({"error": error})


async def test_an_unknown_key_is_shown_masked(api_server: Any) -> None:
    secret = "sk-proj-abcdefghijklmnopqrstuvwxyz"
    status, error, _ = await refused(api_server, authorization=f"Bearer {secret}")
    assert (status, error["code"]) == (401, "invalid_api_key")
    assert "sk-proj-" in error["message"]
    assert "wxyz" in error["message"]
    assert secret not in error["message"]


async def test_a_revoked_key_is_refused(api_server: Any, sdk: AsyncOpenAI) -> None:
    api_server.api.key.revoked = True
    with pytest.raises(openai.AuthenticationError) as caught:
        await sdk.models.list()
    assert caught.value.code == "invalid_api_key"


async def test_the_organization_header_has_to_match_the_key(api_server: Any, sdk: AsyncOpenAI) -> None:
    own = api_server.api.key.organization
    assert (await sdk.with_options(organization=own).models.list()).data
    with pytest.raises(openai.AuthenticationError) as caught:
        await sdk.with_options(organization="org-PlaygroundOther000000000").models.list()
    assert caught.value.code == "mismatched_organization"
    with pytest.raises(openai.BadRequestError) as missing:
        await sdk.with_options(organization="org-nowhere").models.list()
    assert missing.value.code == "invalid_organization"
    with pytest.raises(openai.AuthenticationError) as project:
        await sdk.with_options(project="proj_other").models.list()
    assert project.value.code == "mismatched_project"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_restricted_key_lacks_scopes(api_server: Any, sdk: AsyncOpenAI, status: int) -> None:
    api_server.api.key.scopes = frozenset({"model.request"})
    api_server.api.key.scope_status = status
    with pytest.raises(openai.APIStatusError) as caught:
        await sdk.models.list()
    assert caught.value.status_code == status
    assert "Missing scopes: api.model.read" in caught.value.message


async def test_answers_carry_the_headers_of_the_api(api_server: Any) -> None:
    _, _, headers = await api_server.ask("GET", "/models")
    assert all(headers[name] for name in HEADERS)
    assert headers["openai-version"] == "2020-10-01"


async def test_a_wrong_address_is_an_invalid_url(api_server: Any, schema: Any) -> None:
    status, body, _ = await api_server.ask("POST", "/nothing", json={})
    assert (status, body["error"]["message"]) == (404, "Invalid URL (POST /v1/nothing)")
    schema.error(body)


async def test_a_wrong_method_is_told_so(api_server: Any) -> None:
    status, body, _ = await api_server.ask("PUT", "/models")
    assert (status, body["error"]["code"]) == (405, "method_not_supported")
