"""Results as text: columns, files under safe names, and nothing that a terminal would obey."""

from pathlib import Path

import pytest

from bot.errors import BotError
from bot.module import Facts, File, Result, Table, Text
from bot.plain import about, kept, shown


def test_pieces_come_in_their_order(tmp_path: Path) -> None:
    table = Table(("Name", "Size"), [("a", 1), ("日本", 20)], "Files")
    parts = [Text("**Hi**"), Facts([("Status", "200 OK"), ("ID", "x")]), table, File("a.txt", b"abc")]
    assert list(shown(Result(parts), tmp_path)) == [
        "**Hi**",
        "Status  200 OK\nID      x",
        "Files\nName  Size\n──────────\na        1\n日本    20",
        f"→ {tmp_path}/a.txt (3 bytes)",
    ]


def test_an_empty_table_and_no_facts_are_nothing_to_stumble_over(tmp_path: Path) -> None:
    assert list(shown(Result([Table(("A",), []), Facts([])]), tmp_path)) == ["A\n─", ""]


def test_what_is_said_beside_it_names_model_tokens_and_notes() -> None:
    assert about(Result([], ["left out"], "gpt-6-luna", 1200, 3)) == [
        "Note: left out",
        "gpt-6-luna · 1,200 tokens in, 3 out",
    ]
    assert about(Result([])) == []


def test_nothing_that_a_terminal_would_obey_gets_through(tmp_path: Path) -> None:
    evil = "a\x1b[31mb\x07\r\tc\nd\x9b"
    (text, cells, file) = shown(
        Result([Text(evil), Facts([(evil, evil)]), File("\x1b]0;x\x07.txt", b"")]), tmp_path
    )
    assert text == "a[31mb\tc\nd"
    assert "\x1b" not in text + cells + file


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("a\\b.png", "b.png"),
        (".bashrc", "bashrc"),
        ("", "file"),
    ],
)
def test_a_file_stays_in_its_directory(tmp_path: Path, name: str, safe: str) -> None:
    assert kept(File(name, b"x"), tmp_path / "in") == tmp_path / "in" / safe


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    names = [kept(File(name, b"x"), tmp_path).name for name in ("a.tar.gz", "a.tar.gz", "b", "b", "b")]
    assert names == ["a.tar.gz", "a.tar-2.gz", "b", "b-2", "b-3"]


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BotError, match="--out"):
        kept(File("a", b""), tmp_path / "file")
