"""GET /models, GET and DELETE /models/{model}, as the official client and the official schemas see them."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI


async def test_models_are_listed_with_their_dates_of_shutdown(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    models = {model.id: model async for model in sdk.models.list()}
    assert models["gpt-6-luna"].shutdown_date is None
    assert models["gpt-4o"].shutdown_date == "2027-01-14"
    assert models["gpt-6-luna"].owned_by == "system"
    _, body, _ = await api_server.ask("GET", "/models")
    schema.response("GET", "/models", body)


async def test_a_model_that_was_shut_down_is_not_there(sdk: AsyncOpenAI) -> None:
    names = {model.id async for model in sdk.models.list()}
    assert not names & {"gpt-3.5-turbo-instruct", "dall-e-3", "gpt-4", "text-moderation-latest"}
    with pytest.raises(openai.NotFoundError) as caught:
        await sdk.models.retrieve("gpt-3.5-turbo-instruct")
    assert caught.value.code == "model_not_found"
    assert "deprecated" in caught.value.message


async def test_a_model_disappears_on_the_day_of_its_shutdown(api_server: Any, sdk: AsyncOpenAI) -> None:
    assert (await sdk.models.retrieve("gpt-image-1.5")).shutdown_date == "2026-12-01"
    api_server.api.clock.advance(400 * 86400)
    with pytest.raises(openai.NotFoundError):
        await sdk.models.retrieve("gpt-image-1.5")
    with pytest.raises(openai.NotFoundError):
        await sdk.models.retrieve("gpt-4o")


async def test_an_own_fine_tuned_model_can_be_read_and_deleted_by_an_owner(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    api = api_server.api
    name = "ft:gpt-4o-mini-2024-07-18:acme:slack/x:Abc123"
    api.models.add_fine_tuned(name, "gpt-4o-mini-2024-07-18", api.stamp(), api.key.organization)
    found = await sdk.models.retrieve(name)
    assert (found.id, found.owned_by, found.shutdown_date) == (name, api.key.organization, "2027-01-14")
    api.key.owner = False
    with pytest.raises(openai.PermissionDeniedError):
        await sdk.models.delete(name)
    api.key.owner = True
    deleted = await sdk.models.delete(name)
    assert (deleted.id, deleted.deleted) == (name, True)
    schema.response("DELETE", "/models/{model}", deleted.to_dict())
    with pytest.raises(openai.NotFoundError):
        await sdk.models.retrieve(name)


async def test_a_model_that_is_not_owned_cannot_be_deleted(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        await sdk.models.delete("gpt-6-luna")
    schema.error({"error": caught.value.body})
    with pytest.raises(openai.NotFoundError):
        await sdk.models.delete("ft:gpt-4o-mini:nobody::none")
    api = api_server.api
    name = "ft:gpt-4o-mini-2024-07-18:other::Abc"
    api.models.add_fine_tuned(name, "gpt-4o-mini-2024-07-18", api.stamp(), "org-PlaygroundOther000000000")
    with pytest.raises(openai.NotFoundError):
        await sdk.models.delete(name)
