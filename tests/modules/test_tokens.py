"""Token counts of texts and files, the same as the official client asks for."""

import pytest
from openai import AsyncOpenAI

from bot.errors import AccessDenied, Invalid, ModelGone
from bot.module import File
from bot.modules.image_edit import EXAMPLE as PICTURE
from bot.modules.tokens import TOKENS
from tests.modules.world import World, facts, said

TEXT = "Clocks are round because their hands go round."


async def test_a_text_has_as_many_tokens_as_the_official_client_is_told(
    world: World, sdk: AsyncOpenAI
) -> None:
    result = await world.run(TOKENS, model="gpt-6-luna", input=TEXT)
    told = await sdk.responses.input_tokens.count(model="gpt-6-luna", input=TEXT)
    assert facts(result) == {"Tokens": str(told.input_tokens), "Characters": str(len(TEXT))}
    assert said(result).startswith(f"**{told.input_tokens} tokens**")
    assert result.model == "gpt-6-luna"
    ours, theirs = world.bodies("/input_tokens")
    assert ours == theirs


async def test_files_are_counted_as_a_model_would_read_them(world: World) -> None:
    files = [
        PICTURE,
        File("notes.md", "Zwölf".encode(), "text/markdown"),
        File("a.pdf", b"%PDF-1.7", "application/pdf"),
    ]
    result = await world.run(TOKENS, model="gpt-6-luna", input=TEXT, files=files, instructions="Be brief.")
    assert facts(result)["Files"] == "3"
    (body,) = world.bodies("/input_tokens")
    assert body["instructions"] == "Be brief."
    (message,) = body["input"]
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["input_text", "input_image", "input_text", "input_file"]
    assert message["content"][2]["text"] == "Zwölf"
    more = await world.run(TOKENS, model="gpt-6-luna", files=files)
    assert int(facts(more)["Tokens"]) < int(facts(result)["Tokens"])
    assert "Characters" not in facts(more)


async def test_what_cannot_be_counted_is_said(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(TOKENS, model="gpt-6-luna")
    assert caught.value.field == "input"
    with pytest.raises(Invalid, match=r"“a\.png” is no picture"):
        await world.run(TOKENS, model="gpt-6-luna", files=[File("a.png", b"GIF?", "image/png")])
    with pytest.raises(ModelGone):
        await world.run(TOKENS, model="gpt-4.5", input=TEXT)
    assert len(world.asked()) == 1
    await world.control("keys", scopes=[])
    with pytest.raises(AccessDenied):
        await world.run(TOKENS, model="gpt-6-luna", input=TEXT)
