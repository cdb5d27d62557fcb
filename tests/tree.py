"""Makes the README's tree out of the files' first lines; run as a program it writes it there."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- tree: made by `make tree` -->", "<!-- end of tree -->"


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file in these folders of the project, caches left out."""
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def first_sentence(path: Path) -> str:
    """The first paragraph of a file's docstring on one line; empty when it has none."""
    words = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(words.partition("\n\n")[0].split())


def tree() -> str:
    """The folders and files of `bot/`, each with its first sentence."""
    entries = [("bot/", first_sentence(ROOT / "bot" / "__init__.py")), *_inside(ROOT / "bot", 1)]
    width = max(len(name) for name, _ in entries)
    lines = [f"{name:{width}}  {sentence}".rstrip() for name, sentence in entries]
    return "\n".join([BEGIN, "```text", *lines, "```", END])


def _inside(folder: Path, depth: int) -> Iterator[tuple[str, str]]:
    """What is in one folder: files first, then folders, each by name."""
    for path in sorted(folder.glob("*.py")):
        if path.name != "__init__.py":
            yield "  " * depth + path.name, first_sentence(path)
    for path in sorted(each for each in folder.iterdir() if (each / "__init__.py").exists()):
        yield f"{'  ' * depth}{path.name}/", first_sentence(path / "__init__.py")
        yield from _inside(path, depth + 1)


def within(readme: str, made: str) -> str:
    """The README with this tree in place of the one between the markers."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + made + after


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(within(file.read_text(), tree()))
