"""What interactive elements hold, and how people fill them in."""

from typing import Any

import pytest

from bot.playground.slack.elements import HOLDS, filled, initial
from bot.playground.slack.people import new_world


@pytest.mark.parametrize("kind", sorted(set(HOLDS) - {"overflow"}))
def test_every_element_has_an_empty_state(kind: str) -> None:
    state = initial({"type": kind, "action_id": "a"})
    assert state is not None
    assert state["type"] == kind
    assert state[HOLDS[kind]] in (None, [])


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("plain_text_input", "x", "x"),
        ("number_input", 5, "5"),
        ("users_select", "ben", "U0BEN"),
        ("multi_users_select", ["ben", "@ada"], ["U0BEN", "U0ADA"]),
        ("conversations_select", "#general", "C0GENERAL"),
        ("channels_select", "random", "C0RANDOM"),
        ("multi_channels_select", ["random"], ["C0RANDOM"]),
        ("datepicker", "2026-11-23", "2026-11-23"),
        ("timepicker", "10:00", "10:00"),
        ("datetimepicker", 1_790_000_000, 1_790_000_000),
        ("multi_users_select", None, []),
        ("datepicker", "", None),
    ],
)
def test_a_person_fills_elements_in_by_name(kind: str, value: Any, kept: Any) -> None:
    state = filled(new_world(), {"type": kind, "action_id": "a"}, value)
    assert state == {"type": kind, HOLDS[kind]: kept}


def test_rich_text_and_files_are_filled_in_as_objects() -> None:
    world = new_world()
    rich = filled(world, {"type": "rich_text_input"}, "hi <@U0BEN>")["rich_text_value"]
    assert rich["elements"][0]["elements"][1] == {"type": "user", "user_id": "U0BEN"}
    with pytest.raises(ValueError, match="no file F0"):
        filled(world, {"type": "file_input"}, ["F0"])
    with pytest.raises(ValueError, match="nobody called zoe"):
        filled(world, {"type": "users_select"}, "zoe")
    with pytest.raises(ValueError, match="no channel nowhere"):
        filled(world, {"type": "channels_select"}, "nowhere")
