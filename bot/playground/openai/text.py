"""Answers a conversation: the same one gets the same answer, which shows what was said and remembered."""

import re
from collections.abc import Callable, Sequence
from zlib import crc32

from bot.playground.openai import prose, rewriting, tokens
from bot.playground.openai.turns import Turn, facts, topic, words

OPENINGS = ("Here is what I can say about", "Let me think about", "A few thoughts on", "In short, about")
DATA = (
    r"<(input|text|source|document)>\s*(.*?)\s*</\1>",
    r"(?:^|\n)(?:input|text)(): *\n?(.+)",
    r"()\"\"\"\n?(.*?)\n?\"\"\"",
    r"()```\w*\n(.*?)\n?```",
)

FORMS = (
    (r"\b(?:code|function|script|program|snippet|python|javascript|sql)\b", prose.code),
    (r"\btable\b", lambda text: prose.table(topic(_without("table", text)))),
    (
        r"\b(?:list|bullets?|steps)\b",
        lambda text: prose.bullets(topic(_without("list|bullets?|steps", text))),
    ),
    (r"\btitle\b", lambda text: topic(text, 5).title()),
)


def _without(form: str, text: str) -> str:
    """A text without the name of the form that it asks for, which it is not about."""
    return re.sub(rf"\b(?:{form})\b", "", text, flags=re.IGNORECASE)


Reply = Callable[[str, Sequence[Turn]], str | None]


def answer(said: Sequence[Turn], choice: int = 0) -> str:
    """The answer to a conversation; `choice` tells apart the several answers of one request."""
    last = next((turn for turn in reversed(said) if turn.role != "assistant"), Turn("user", ""))
    if last.role in {"tool", "function"}:
        return obey_system(f"The tool answered: {last.text.strip()[:400]}", said)
    edited = edit(last.text, said)
    if edited is not None:
        return edited
    for reply in REPLIES:
        reply_text = reply(last.text, said)
        if reply_text is not None:
            return obey_system(reply_text, said)
    return obey_system(chat(last, said, choice), said)


def found(pattern: str, text: str) -> re.Match[str] | None:
    """Where the text has the pattern, whatever its case."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL)


def edit(text: str, said: Sequence[Turn]) -> str | None:
    """The input of an edit prompt, rewritten.

    The instruction stands in the system prompt or before the input in the message.
    """
    system = "\n".join(turn.text for turn in said if turn.role in {"system", "developer"})
    for pattern in DATA:
        match = found(pattern, text)
        if match:
            order = text[: match.start()] + text[match.end() :]
            return rewriting.rewrite(order, match[2]) or rewriting.rewrite(system, match[2])
    if found(r"\b(edit|instruction|rewrite|only the (?:edited|corrected|translated))\b", system):
        changed = rewriting.rewrite(system, text)
        if changed is not None:
            return changed
    order, mark, rest = text.partition(":")
    if mark and rest.strip() and len(order) < 120:
        return rewriting.rewrite(order, rest.strip())
    return None


def remember(text: str, said: Sequence[Turn]) -> str | None:
    """Questions about what was said before."""
    known, asked = facts(said[:-1]), [turn.text for turn in said[:-1] if turn.role == "user"]
    match = found(r"\bwhat(?:'s|’s| is| was| are) my ([a-z][a-z ]*)", text)
    if match or found(r"\bwho am i\b", text):
        thing = match[1].lower().strip() if match else "name"
        if thing in known:
            return f"Your {thing} is {known[thing]}."
        return f"You have not told me your {thing} yet."
    if found(
        r"\bwhat did i (?:just )?(?:say|ask|tell)|\bmy (?:last|previous|first) (?:message|question)", text
    ):
        wanted = asked[0] if asked and "first" in text.lower() else asked[-1] if asked else ""
        return f"You wrote: “{wanted}”" if asked else "This is your first message here."
    if found(r"\bhow many (?:messages|questions)\b", text):
        return f"You have sent {len(asked) + 1} messages in this conversation, this one included."
    if found(r"\bsummar(?:y|i[sz]e)\b", text):
        return summary(text, said)
    return None


def summary(text: str, said: Sequence[Turn]) -> str:
    """What the conversation, or the text after the request, was about; facts are kept whole."""
    before = [turn for turn in said[:-1] if turn.role in {"user", "assistant"} and turn.text]
    _, _, rest = text.partition("\n")
    told = [Turn("user", rest), *before]
    kept = [f"My {thing} is {value}." for thing, value in facts(told).items()]
    about = [topic(turn.text) for turn in before if turn.role == "user"][-5:] or [topic(rest or text)]
    return f"Summary: the conversation was about {'; '.join(about)}. {' '.join(kept)}".strip()


def count(text: str, said: Sequence[Turn]) -> str | None:
    """Counting words, and small sums."""
    if found(r"\b(?:how many|count (?:the )?)\s*words\b", text):
        before = [turn.text for turn in said[:-1] if turn.role == "user"]
        quoted = found(r"[\"“](.+?)[\"”]", text)
        _, _, rest = text.partition(":")
        counted = quoted[1] if quoted else rest or (before[-1] if before else text)
        return f"That is {len(words(counted))} words."
    match = found(r"(-?\d{1,9})\s*([-+*x×])\s*(-?\d{1,9})\s*[?.=]?\s*$", text)
    if match:
        left, right = int(match[1]), int(match[3])
        results = {"+": left + right, "-": left - right}
        return f"{left} {match[2]} {right} = {results.get(match[2], left * right)}"
    return None


def repeat(text: str, _said: Sequence[Turn]) -> str | None:
    """Say exactly what is asked for."""
    verbs = (
        r"\b(?:say|repeat(?: after me)?|reply with|answer with|respond with|echo)\b(?: exactly| only| just)*"
    )
    match = found(verbs + r"\s*(?::\s*(.+)|[\"“](.+)[\"”]\.?\s*$)", text)
    return (match[1] or match[2]).strip() if match else None


def write(text: str, _said: Sequence[Turn]) -> str | None:
    """Texts of a wanted length or form."""
    match = found(r"\b(\d{1,6})[- ](words?|tokens?)\b", text)
    if match and int(match[1]):
        about = topic(text.replace(match[0], ""))
        most = min(int(match[1]), 100_000)
        if match[2].lower().startswith("token"):
            return "".join(tokens.split(prose.essay(about, most))[:most])
        return prose.essay(about, most)
    return next((make(text) for pattern, make in FORMS if found(pattern, text)), None)


def learn(text: str, _said: Sequence[Turn]) -> str | None:
    """What a person tells of themselves, confirmed."""
    told = facts([Turn("user", text)])
    if not told or "?" in text or len(text) > 200:
        return None
    hello = f"Nice to meet you, {told['name']}! " if "name" in told else ""
    return f"{hello}I will remember that {' and '.join(f'your {one} is {told[one]}' for one in told)}."


REPLIES: tuple[Reply, ...] = (repeat, remember, count, write, learn)


def chat(last: Turn, said: Sequence[Turn], choice: int) -> str:
    """An answer to anything else: its topic, what came with the message, what was said before."""
    known = facts(said)
    about = topic(last.text)
    opening = OPENINGS[(crc32(last.text.encode()) + choice) % len(OPENINGS)]
    hello = f"Hello {known['name']}! " if "name" in known else ""
    lines = [f"{hello}{opening} **{about}**."]
    for number, what in ((last.images, "image"), (last.sounds, "recording"), (len(last.files), "file")):
        if number:
            names = f" ({', '.join(last.files)})" if what == "file" else ""
            lines.append(f"I received {number} {what}{'s' if number > 1 else ''}{names} with your message.")
    lines.append(prose.paragraph(about, 3))
    before = [turn.text for turn in said[:-1] if turn.role == "user" and turn.text]
    if before:
        earlier = topic(before[-1])
        lines.append(f"Earlier you wrote about {earlier}; this is your message {len(before) + 1} here.")
    return "\n\n".join(lines)


def obey_system(text: str, said: Sequence[Turn]) -> str:
    """The answer in the form that the system prompt wants, as far as such forms are known here."""
    for turn in said:
        if turn.role not in {"system", "developer"}:
            continue
        match = found(r"\b(?:begin|start) (?:every|each|all)\b.*? with [\"“]?([^\"”\n.]+)", turn.text)
        text = f"{match[1].strip()} {text}" if match else text
        match = found(r"\bend (?:every|each|all)\b.*? with [\"“]?([^\"”\n.]+)", turn.text)
        text = f"{text} {match[1].strip()}" if match else text
        verbs = r"\b(?:answer|reply|respond|write|speak) (?:only |always )?in "
        if found(verbs + "(?:upper ?case|capitals)", turn.text):
            text = text.upper()
        match = found(verbs + "(german|french|spanish)", turn.text)
        text = rewriting.translate(text, match[1]) if match else text
    return text
