"""Splits what was typed into words, whatever clients make of quotes, and quotes what has to stay together."""

import re
from dataclasses import dataclass

from bot.openai import redacted

#: Characters of a wrong word that are repeated.
LONGEST = 40
#: Which signs close a quote that this one opens: clients make quotes curly, on one side or both.
CLOSING = {'"': '"”“', "“": '”"“', "”": '”"', "„": '“”"', "«": "»", "'": "'’", "‘": "’'"}
#: A quote closes at the end of a word.
CLOSES = {opening: re.compile(f"[{signs}](?!\\S)") for opening, signs in CLOSING.items()}
#: A quote opens at the start of a word or of a flag's value, nowhere else: "don't" has an apostrophe.
OPENS = re.compile(r"([-—–][\w—–-]*=)?([" + "".join(CLOSING) + "])")
WORD = re.compile(r"\S+")
PAIRS = (('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"))


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as it is meant, as it was typed, and the space before it; `quoted` ones are no flags."""

    text: str
    typed: str
    space: str = " "
    quoted: bool = False


def split(text: str) -> list[Word]:
    """The words of a text; quoted ones are kept together, and a quote that nobody closes is a sign."""
    words: list[Word] = []
    before = 0
    while found := WORD.search(text, before):
        at, word, end = found.start(), found[0], found.end()
        opened = OPENS.match(text, at)
        if opened and (closed := CLOSES[opened[2]].search(text, opened.end())):
            word, end = (opened[1] or "") + text[opened.end() : closed.start()], closed.end()
        words.append(Word(word, text[at:end], text[before:at], text[at] in CLOSING and word != text[at:end]))
        before = end
    return words


def joined(words: list[Word]) -> str:
    """Words as they were typed; a single quoted one without its quotes."""
    if len(words) == 1:
        return words[0].text
    return "".join(each.space + each.typed for each in words).strip()


def is_plain(word: Word) -> bool:
    """Whether a word means what it says wherever it stands: it is no flag and opens no quote."""
    return word.text == word.typed and word.text[0] not in {*"-—–", *CLOSING}


def quoted(text: str, *, always: bool = False) -> str:
    """A text so that `split` gives it back as one word that is no flag; `always` in quotes, needed or not."""
    words = split(text)
    if not always and len(words) == 1 and words[0].text == text and is_plain(words[0]):
        return text
    made = text
    for opening, closing in PAIRS:
        made = opening + text + closing
        if [each.text for each in split(made)] == [text]:
            break
    return made


def shown(word: str) -> str:
    """What was typed, as far as it may be repeated to the one who typed it: in short, and no keys."""
    return redacted(word if len(word) <= LONGEST else word[:LONGEST] + "…")
