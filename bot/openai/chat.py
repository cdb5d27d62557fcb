"""Chat and completion streams as text: one Delta per network read, and when an answer is whole."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.errors import ApiBroken
from bot.openai.stream import Events
from bot.openai.values import Event

CUT_OFF = "OpenAI's answer broke off before its end."


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
    finished = False
    async for batch in events.batches():
        delta = _delta(batch, events.request_id)
        finished = finished or delta.finish_reason is not None
        if delta.text or delta.finish_reason or delta.usage:
            yield delta
    if not (finished and events.ended):
        raise ApiBroken(CUT_OFF, request_id=events.request_id)


def _delta(batch: list[Event], request_id: str | None) -> Delta:
    texts: list[str] = []
    finish = usage = model = None
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
        return Delta("".join(texts), finish, usage, model)
    except (AttributeError, TypeError):
        raise ApiBroken("OpenAI's answer has a part of an unknown shape.", request_id=request_id) from None
