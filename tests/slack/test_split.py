"""Long text becomes messages that each stand alone."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.split import LEAST, MOST, Fences, split_markdown
from bot.slack.text import for_markdown

word = st.text(st.sampled_from("abc<>&`*é😀 "), min_size=1, max_size=60)
prose = st.lists(word, min_size=1, max_size=12).map(lambda words: " ".join(words).replace("```", "``x"))
mark = st.sampled_from(["```", "````", "```python", "~~~"])
code = st.builds(
    lambda mark, lines: "\n".join([mark, *lines, mark.removesuffix("python")]),
    mark,
    st.lists(st.text(st.sampled_from("xyz<=() "), max_size=90), max_size=20),
)
document = st.lists(st.one_of(prose, code, st.just("")), max_size=15).map("\n".join)


def read(text: str) -> tuple[str, str]:
    """Code and prose of a document of these tests, without white space."""
    code, prose, fence = [], [], ""
    for line in text.split("\n"):
        marks = re.match(r"(`{3,}|~{3,})(python)?$", line)
        if marks and not fence:
            fence = marks[1]
        elif marks and marks[1] == fence and not marks[2]:
            fence = ""
        else:
            (code if fence else prose).append(line)
    assert not fence
    return "".join("".join(code).split()), "".join("".join(prose).split())


@settings(max_examples=5000, deadline=None)
@given(document, st.integers(LEAST, 900))
def test_pages_are_short_enough_whole_and_lose_nothing(text: str, most: int) -> None:
    text = for_markdown(text)
    pages = split_markdown(text, most)
    assert all(0 < len(page) <= most for page in pages)
    parts = [read(page) for page in pages]
    assert ("".join(part[0] for part in parts), "".join(part[1] for part in parts)) == read(text)
    assert not any(re.search(r"&(lt?|gt?)$", page) for page in pages)


@settings(max_examples=2000, deadline=None)
@given(document, st.integers(LEAST, 600), st.integers(0, 4000))
def test_a_growing_text_keeps_its_earlier_pages(text: str, most: int, length: int) -> None:
    text = for_markdown(text)
    before, after = split_markdown(text[:length], most), split_markdown(text, most)
    assert before[:-1] == after[: max(0, len(before) - 1)]


@settings(max_examples=2000, deadline=None)
@given(st.text(max_size=3000), st.integers(LEAST, 500))
def test_any_text_can_be_split(text: str, most: int) -> None:
    pages = split_markdown(text, most)
    assert all(0 < len(page) <= most for page in pages)
    assert len(pages) <= 2 + len(text) // 20


def test_a_code_block_moves_to_the_next_page_rather_than_being_cut() -> None:
    block = "```python\n" + "line\n" * 100 + "```"
    pages = split_markdown("word " * 20 + "\n" + block, 520)
    assert pages[1] == block


def test_a_code_block_longer_than_a_page_is_closed_and_opened_again() -> None:
    block = "```python\n" + "\n".join(f"line {n}" for n in range(200)) + "\n```\nafter"
    pages = split_markdown(block, 400)
    assert all(page.startswith("```python\n") for page in pages)
    assert all(page.endswith("\n```") for page in pages[:-1])
    assert pages[-1].endswith("after")
    assert "".join(re.findall(r"line (\d+)", "\n".join(pages))) == "".join(map(str, range(200)))


def test_fifty_thousand_characters_are_five_messages_cut_between_paragraphs() -> None:
    text = ("A sentence of some length. " * 20 + "\n\n") * 100
    pages = split_markdown(text[:50_000])
    assert [len(page) <= MOST for page in pages] == [True] * 5
    assert all(page.startswith("A sentence") for page in pages)


def test_a_line_of_backticks_and_a_huge_opening_line_do_not_hang() -> None:
    for text in ("`" * 30_000, "```" + "x" * 30_000 + "\ny", "~" * 30_000, "\n" * 30_000, " " * 30_000):
        assert all(len(page) <= 400 for page in split_markdown(text, 400))
    assert Fences().text("```py\nx").opener == "```py"
    assert Fences().text("~~~~\nx\n~~~\n```").closer() == "\n~~~~"
