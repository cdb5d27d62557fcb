"""Makes text of a wanted form about a topic: paragraphs, essays of so many words, code, lists, tables."""

import re
from itertools import count
from zlib import crc32

SENTENCES = (
    "It helps to look at {0} from more than one side.",
    "Most people meet {0} first in small, practical questions.",
    "What matters about {0} is how its parts fit together.",
    "A simple example makes {0} easier to explain to others.",
    "There are good reasons to be careful with {0} at the start.",
    "With a little practice, {0} becomes a matter of routine.",
    "Those who know {0} well often begin with the plain facts.",
    "Each decision about {0} has a cost that shows only later.",
    "In the end, {0} rewards patience more than speed.",
    "Many questions about {0} have been answered before, and the answers are worth reading.",
    "If two views of {0} disagree, measure before you choose.",
    "The history of {0} explains much of its present form.",
)

SAMPLES = {
    "javascript": "function {0}(items) {{\n  return items.filter(Boolean).map((item) => item.trim());\n}}",
    "sql": "SELECT {0}, count(*)\nFROM events\nGROUP BY {0}\nORDER BY 2 DESC;",
    "bash": 'set -eu\nfor {0} in "$@"; do\n  printf "%s\\n" "${0}"\ndone',
    "python": "def {0}(items):\n    # Keep what is not empty.\n    return [item for item in items if item]",
}


def sentence(about: str, number: int) -> str:
    """One sentence about the topic; consecutive numbers give different ones."""
    start = crc32(about.encode())
    text = SENTENCES[(start + number * 5) % len(SENTENCES)].format(about)
    return text[0].upper() + text[1:]


def paragraph(about: str, many: int) -> str:
    """So many sentences."""
    return " ".join(sentence(about, number) for number in range(many))


def essay(about: str, many: int) -> str:
    """Exactly so many words, in paragraphs of about eighty."""
    words: list[str] = []
    for number in count():
        if len(words) >= many:
            break
        words += sentence(about, number).split()
    words = words[:many]
    parts = [" ".join(words[start : start + 80]) for start in range(0, many, 80)]
    return "\n\n".join(parts).rstrip(".,;") + "."


def code(text: str) -> str:
    """A code block in the language that the text names, Python if none."""
    language = next((name for name in SAMPLES if name in text.lower()), "python")
    named = re.findall(r"\b(?:called|named|for|to|of) (?:a |an |the )?([a-z_]{3,20})", text.lower())
    name = named[-1] if named else "tidy"
    sample = SAMPLES[language].format(name)
    fence = f"```{language}\n{sample}\n```"
    return f"Here is a short example in {language.capitalize()}:\n\n{fence}\n\nIt runs as it stands."


def bullets(about: str) -> str:
    """A list of five points."""
    lines = [f"{number}. **Point {number}**: {sentence(about, number)}" for number in range(1, 6)]
    return f"Five points about {about}:\n\n" + "\n".join(lines)


def table(about: str) -> str:
    """A table of three rows."""
    rows = [f"| {number} | {sentence(about, number)} |" for number in range(1, 4)]
    return f"| # | About {about} |\n| --- | --- |\n" + "\n".join(rows)
