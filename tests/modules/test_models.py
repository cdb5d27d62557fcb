"""The list of models with their last days, one model, and the deletion of one's own."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.errors import AccessDenied, Invalid, KeyRefused, MissingAtApi, ModelGone
from bot.module import Effect, Role
from bot.modules.models import MODELS
from tests.modules.world import World, facts, said, tables

TUNED = "ft:gpt-4o-mini-2024-07-18:acme:my/suffix:abc123"


@pytest.fixture(name="tuned")
async def a_tuned_model(world: World) -> str:
    await world.control("models", id=TUNED, base="gpt-4o-mini-2024-07-18")
    return TUNED


async def test_the_list_tells_what_each_is_good_for_and_how_long_it_lasts(world: World, tuned: str) -> None:
    result = await world.run(MODELS)
    (table,) = tables(result)
    assert table.columns == ("ID", "Good for", "Created", "Shutdown", "Days left", "Owner")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["gpt-6-luna"] == ("chat, edit, conversations", "2026-08-04", "–", "–", "system")
    assert rows["text-embedding-3-small"][0] == "embeddings"
    left = (date(2027, 1, 14) - datetime.now(UTC).date()).days
    assert rows[tuned][2:4] == ("2027-01-14", str(left) if left > 0 else "shut down")
    assert f"**{len(table.rows)} models**" in said(result)
    assert [row[1] for row in table.rows[:5]] == ["chat, edit, conversations"] * 5
    assert table.rows[0][2] == max(row[2] for row in table.rows if row[1] == "chat, edit, conversations")  # type: ignore[type-var]


async def test_the_filter_finds_a_part_of_an_id_an_owner_or_a_purpose(world: World, tuned: str) -> None:
    for words, expected in (
        ("IMAGE", "gpt-image-2"),
        ("gpt image", "gpt-image-2"),
        ("internal", "whisper-1"),
        ("speaking", "tts-1"),
        ("acme", tuned),
    ):
        (table,) = tables(await world.run(MODELS, filter=words))
        assert expected in {row[0] for row in table.rows}, words
        assert "text-embedding-3-small" not in {row[0] for row in table.rows}
    nothing = await world.run(MODELS, filter="no such thing")
    assert said(nothing).endswith("models fits “no such thing”.")
    assert tables(nothing) == []


async def test_one_model_is_shown_with_its_last_day(world: World, tuned: str, sdk: AsyncOpenAI) -> None:
    shown = facts(await world.run(MODELS, "retrieve", id=tuned))
    await sdk.models.retrieve(tuned)
    ours, theirs = world.asked()
    assert (ours["method"], ours["path"], ours["query"]) == (
        theirs["method"],
        theirs["path"],
        theirs["query"],
    )
    assert (shown["ID"], shown["Shutdown"]) == (tuned, "2027-01-14")
    assert "Days left" in shown
    lasting = facts(await world.run(MODELS, "retrieve", id="gpt-6-luna"))
    assert lasting["Shutdown"] == "none announced"
    assert "Days left" not in lasting
    with pytest.raises(ModelGone):
        await world.run(MODELS, "retrieve", id="gpt-4")


async def test_a_model_of_ones_own_is_deleted_when_its_id_is_typed_again(world: World, tuned: str) -> None:
    assert (
        said(await world.run(MODELS, "delete", id=tuned, confirm=f" {tuned}\n")) == f"`{tuned}` is deleted."
    )
    with pytest.raises(ModelGone):
        await world.run(MODELS, "retrieve", id=tuned)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"confirm": TUNED}, "id"),
        ({"id": TUNED}, "confirm"),
        ({"id": TUNED, "confirm": "yes"}, "confirm"),
        ({"id": TUNED, "confirm": TUNED.upper()}, "confirm"),
        ({"id": "gpt-6-luna", "confirm": "gpt-6-luna"}, "id"),
        ({"id": "two words", "confirm": "two words"}, "id"),
    ],
)
async def test_nothing_is_deleted_without_the_right_words(
    world: World, tuned: str, raw: Any, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(MODELS, "delete", **raw)
    assert caught.value.field == field
    assert world.asked() == []


async def test_deleting_is_for_admins_and_destroys() -> None:
    operation = MODELS.operation("delete")
    assert operation
    assert operation.weigh({}) == (Effect.DESTROY, Role.ADMIN)


async def test_failures_pass_through(world: World, tuned: str) -> None:
    await world.control("keys", owner=False)
    with pytest.raises(AccessDenied, match="Owner"):
        await world.run(MODELS, "delete", id=tuned, confirm=tuned)
    await world.control("keys", scopes=[])
    with pytest.raises(AccessDenied):
        await world.run(MODELS)
    await world.control("keys", revoked=True)
    with pytest.raises(KeyRefused):
        await world.run(MODELS)
    with pytest.raises(Invalid):
        await world.run(MODELS, "retrieve", id="..")
    with pytest.raises((MissingAtApi, KeyRefused)):
        await world.run(MODELS, "retrieve", id="a/../b")
