"""Proves that the house is in order: first lines, lengths, locks, and what README and Procfile say."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.tree import ROOT, first_sentence, sources, tree, within

README = ROOT / "README.md"
#: Files that people wrote, by their endings; the locks and pictures are not.
WRITTEN = {".py", ".md", ".toml", ".txt", ".js", ".css", ".html", ".json", ".mako", "", ".example", ".yml"}


class Asked(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]  # dict's is an overload
        self.names.add(name)
        return default


@pytest.fixture
def settings_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.chdir(tmp_path)
    asked = Asked()
    Settings.read(asked)
    return asked.names


def written() -> Iterator[Path]:
    hidden = re.compile(r"/(\.(?!ci/|env\.example$|gitignore$)[^/]+|__pycache__|htmlcov)(/|$)")
    for path in ROOT.rglob("*"):
        name = f"/{path.relative_to(ROOT)}"
        if path.is_file() and not hidden.search(name) and path.suffix in WRITTEN:
            yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_file_opens_with_one_sentence() -> None:
    opened = {named(path): first_sentence(path) for path in sources("bot", "migrations", "tests")}
    # What follows the sentence stands after an empty line.
    assert {
        at: text for at, text in opened.items() if not re.fullmatch(r"(?:(?![.!?] [A-Z]).)+\.", text)
    } == {}


def test_no_file_is_longer_than_200_lines() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources("bot")}
    assert {at: lines for at, lines in lengths.items() if lines > 200} == {}


def test_the_environment_is_read_in_settings_alone() -> None:
    readers = {
        named(path)
        for path in sources("bot", "migrations")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.alias)
        and (node.attr if isinstance(node, ast.Attribute) else node.name) in {"environ", "environb", "getenv"}
    }
    assert readers == {"bot/settings.py"}


def test_the_readme_shows_the_tree_as_it_is() -> None:
    readme = README.read_text()
    assert within(readme, tree()) == readme, "run `make tree`"


def test_the_example_lists_exactly_the_variables_that_are_read(settings_names: set[str]) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(listed) == sorted(settings_names)


def test_the_readme_explains_exactly_the_variables_that_are_read(settings_names: set[str]) -> None:
    explained = re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(settings_names)


def test_what_the_readme_points_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", README.read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("lock", ["requirements.txt", "tests/requirements.txt"])
def test_a_lock_pins_every_package_by_hash_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|@ |^-|file:|/", text.replace("--hash", ""), re.MULTILINE)
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [
        each
        for each in packages
        if not re.match(r"[\w.\-]+(\[\S+\])?==\S+ .*--hash=sha256:", each, re.DOTALL)
    ] == []


def test_the_tests_run_on_exactly_what_the_bot_runs_on() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.txt", "tests/requirements.txt")
    ]
    assert pins[0] - pins[1] == set()


def lines_with(pattern: str) -> list[str]:
    sought = re.compile(pattern)
    return [
        f"{named(path)}: {line.strip()}"
        for path in written()
        for line in path.read_text().splitlines()
        if sought.search(line)
    ]


def test_nothing_is_left_over_to_be_done() -> None:
    # Written in pieces, so that this file is not found itself.
    assert lines_with(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b") == []


def test_nothing_names_a_place_on_one_machine() -> None:
    assert lines_with(r"(?<![\w.}])/(wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers)/") == []


@pytest.mark.parametrize("line", (ROOT / "Procfile").read_text().splitlines())
def test_every_line_of_the_procfile_starts_a_real_command(line: str) -> None:
    found = re.fullmatch(r"(release|web|worker): (?:[A-Z]+=\S+ )?python -m bot (\w+)", line)
    assert found
    told = subprocess.run(
        [sys.executable, "-m", "bot", found[2], "--help"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert f"bot {found[2]}" in told.stdout


@pytest.mark.skipif("CHROMIUM_REQUIRED" not in os.environ, reason="only .ci/run promises a browser")  # noqa: TID251 - a test's own switch
def test_there_is_a_browser_where_one_was_promised() -> None:
    assert shutil.which("chromium")


def test_the_playground_is_kept_from_every_other_file_of_the_bot() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    kept = next(each for each in contracts if each.get("source_modules") == ["bot.playground"])
    others = {
        f"bot.{each.stem}" for each in (ROOT / "bot").iterdir() if each.suffix == ".py" or each.is_dir()
    }
    assert set(kept["forbidden_modules"]) == others - {"bot.__init__", "bot.playground", "bot.__pycache__"}
