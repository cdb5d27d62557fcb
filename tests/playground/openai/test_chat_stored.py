"""Stored chat completions, as the official client sees them."""

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

PATH = "/chat/completions"


async def say(sdk: AsyncOpenAI, text: str, **more: Any) -> Any:
    asked: Any = [{"role": "user", "content": text}]
    return await sdk.chat.completions.create(model="gpt-4o", messages=asked, **more)


async def test_a_stored_completion_can_be_listed_read_changed_and_deleted(
    api_server: Any, sdk: AsyncOpenAI, schema: Any
) -> None:
    kept = [
        await say(sdk, f"Hello {number}", store=True, metadata={"team": "a" if number else "b"})
        for number in range(3)
    ]
    await say(sdk, "Not kept")
    pages = sdk.chat.completions
    assert [one.id async for one in pages.list(limit=2)] == [one.id for one in kept]
    assert [one.id async for one in pages.list(metadata={"team": "b"})] == [kept[0].id]
    _, body, _ = await api_server.ask("GET", PATH)
    schema.response("GET", PATH, body)
    assert (await pages.retrieve(kept[0].id)).choices == kept[0].choices
    assert (await pages.update(kept[0].id, metadata={"team": "c"})).metadata == {"team": "c"}
    # Both schemas allow the role "assistant" only; the API answers all roles, as the document's example does.
    _, messages, _ = await api_server.ask("GET", f"{PATH}/{kept[1].id}/messages")
    assert [(one["role"], one["content"]) for one in messages["data"]] == [("user", "Hello 1")]
    assert (await pages.delete(kept[0].id)).deleted
    with pytest.raises(openai.NotFoundError) as caught:
        await pages.retrieve(kept[0].id)
    schema.error({"error": caught.value.body})
