"""Chat and completion streams as text: one Delta per network read, and when an answer is whole."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.errors import ApiBroken
from bot.openai.stream import Events
from bot.openai.values import Event


@dataclass(frozen=True, slots=True)
class Delta:
    """What one network read added. `finish_reason` and `usage` come once, near the end."""

    text: str
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    model: str | None = None


async def chat_deltas(events: Events) -> AsyncIterator[Delta]:
    """The first choice of a streamed chat completion (or completion), piece by piece.

    A refusal in the model's own words is text too. The answer is whole only with a finish reason and the end
    marker: else ApiBroken, after all text that came. What `events` raises passes through.
    """
    finished = broken = False
    async for batch in events.batches():
        delta, broken = _delta(batch)
        del batch  # thirty kilobytes that would wait with us for the next one
        finished = finished or delta.finish_reason is not None
        if delta.text or delta.finish_reason or delta.usage:
            yield delta
        if broken:
            raise ApiBroken("OpenAI's answer has a part of an unknown shape.", request_id=events.request_id)
    if not (finished and events.ended):
        raise ApiBroken("OpenAI's answer broke off before its end.", request_id=events.request_id)


def _delta(batch: list[Event]) -> tuple[Delta, bool]:
    """All of a batch in one, up to the first event of an unknown shape; and whether there was one."""
    texts: list[str] = []
    finish = usage = model = None
    broken = False
    try:
        for event in batch:
            data = event.data
            usage = data.get("usage") or usage
            model = data.get("model") or model
            for choice in data.get("choices") or ():
                if choice.get("index"):
                    continue
                delta = choice.get("delta")
                text = (delta.get("content") or delta.get("refusal")) if delta else choice.get("text")
                if text:
                    texts.append(text)
                finish = choice.get("finish_reason") or finish
        joined = "".join(texts)
    except (AttributeError, TypeError):
        joined = "".join(text for text in texts if isinstance(text, str))
        broken = True
    return Delta(joined, finish, usage, model), broken
