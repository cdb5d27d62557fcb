"""Whatever a person can type is stored, on both databases, and comes back the same or readable."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import NewItem, Store
from bot.store.columns import storable, to_json

ODD = [
    "plain",
    "",
    "nul \0 in the middle",
    "half a pair \ud83d here",
    "a pair \ud83d\ude00 apart",
    "👩‍👩‍👧‍👦 שלום \u202e",
    "a" + "\u0301" * 10_000,
    "'; DROP TABLE turns; -- %s {0} \\",
    "<!channel> *bold* `code`",
]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=50))
def test_storable_text_is_utf_8_without_nul(text: str) -> None:
    clean = storable(text)
    assert "\0" not in clean
    assert clean.encode().decode() == clean
    assert storable(clean) == clean


def test_text_that_is_fine_stays_as_it_is_and_pairs_find_together() -> None:
    assert storable("Grüße 😀") == "Grüße 😀"
    assert storable("\ud83d\ude00") == "😀"
    assert to_json({"\ud800": ["\ud83d\ude00", 1, None, True]}) == '{"�":["😀",1,null,true]}'.encode()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
async def test_odd_text_comes_back_the_same_or_cleaned(two: Store, text: str) -> None:
    async with two.begin() as unit:
        await unit.workspaces.ensure("T1", text, None, None)
        await unit.workspaces.update_settings("T1", note=text)
        conversation, _ = await unit.conversations.open(
            "T1", "C1", text, text, system=text, settings={"a": text}
        )
        await unit.turns.add(
            "T1", conversation.id, role="user", text=text, author=text, files=[{"name": text}]
        )
        (item,) = await unit.inbox.keep([NewItem("T1", "event", {"text": text}, text, text)], text)
    assert item
    async with two.read() as unit:
        home = await unit.workspaces.get("T1")
        assert home
        assert home.name == storable(text)
        found = await unit.conversations.find("T1", "C1", text)
        assert found
        assert found.id == conversation.id
        assert found.system == storable(text)
        (turn,) = await unit.turns.history("T1", conversation.id, 5)
        assert turn.text == storable(text)
        kept = await unit.inbox.get("T1", item.id)
        assert kept
        sealed = (home.settings["note"], found.settings, turn.files, kept.body)
        like = text if "\0" in text else storable(text)  # JSON has a spelling for NUL
        assert sealed == (like, {"a": like}, [{"name": like}], {"text": like})


async def test_moments_come_back_in_utc_to_the_microsecond(two: Store) -> None:
    at = datetime(2026, 11, 1, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with two.begin() as unit:
        added = await unit.connections.add("T1", "Main", "sk-1", base_url="https://x/v1")
        checked = await unit.connections.checked("T1", added.id, False, at)
    assert checked.checked_at == at
    assert checked.checked_at.tzinfo is UTC
