"""A surface in memory for stories: the real outbox, delivered in its order into lists of messages."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal

from bot.errors import Invalid
from bot.services.pacing import Pace
from bot.services.stories import Body, Card, Chapter
from bot.store import Store, Watch


class AtOnce(Pace):
    """Everything is due again at once."""

    def _varied(self, seconds: float) -> float:
        return 0.0


class Surface:
    """Writes stories as texts; `messages` are those that were created, by place, `cards` what they show."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.closed = False
        self.messages: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        self.keys: list[str] = []
        self.cards: dict[str, list[Body]] = defaultdict(list)
        self.edits: Literal["done", "later", "gone"] = "done"

    def card(self, watch: Watch, card: Card) -> Body:
        """The facts, and which job it is."""
        facts = [card.status, f"{card.percent}%", str(card.result_model), *card.problems]
        return {"text": " ".join([f"card of {watch.job}:", *facts, "" if card.followed else "over"]).strip()}

    async def begin(self, watch: Watch, key: str, body: Body) -> None:
        """Into the outbox."""
        if self.closed:
            raise Invalid("This channel takes no messages.")
        async with self.store.begin() as unit:
            await unit.outbox.put(
                watch.workspace, dedupe_key=key, stream=watch.stream, channel=watch.channel,
                thread_ts=watch.thread_ts, body=body,
            )  # fmt: skip

    async def told(self, watch: Watch, card: Card, chapter: Chapter) -> Sequence[Body]:
        """One text of lines, or the end."""
        if chapter.ending:
            told = [chapter.ending.kind, chapter.ending.model, chapter.ending.reason, chapter.ending.advice]
            return [{"text": "end: " + " · ".join(filter(None, told))}]
        more = [f"({chapter.skipped} more)"] if chapter.skipped else []
        return [{"text": "\n".join([*(f"{each.level}: {each.text}" for each in chapter.lines), *more])}]

    async def edit(self, watch: Watch, body: Body) -> Literal["done", "later", "gone"]:
        """What the card shows from now on."""
        if self.edits == "done":
            self.cards[str(watch.card_ts)].append(body)
        return self.edits

    async def deliver(self) -> int:
        """Create what waits in the outbox; how many messages."""
        count = 0
        while True:
            async with self.store.begin() as unit:
                letters = await unit.outbox.claim("surface", 20)
                for letter in letters:
                    count += 1
                    self.messages[letter.channel, letter.thread_ts].append(letter.body["text"])
                    self.keys.append(letter.dedupe_key)
                    await unit.outbox.sent(letter.id, letter.lease_token, f"{len(self.keys)}.0")
            if not letters:
                return count

    def thread(self, channel: str = "C1", root: str = "1.0") -> list[str]:
        """The messages of a thread."""
        return self.messages[channel, root]


def lines_of(messages: Sequence[str]) -> list[str]:
    """Every event that the messages tell, in order."""
    return [line for each in messages for line in each.splitlines()]


def jsonl(count: int = 10) -> Any:
    """A training file."""
    example = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy"}]}\n'
    return example * count
