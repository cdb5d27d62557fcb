"""What a followed job tells its channel, as plain values; knows nothing of Slack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.store import Watch

#: How a story ends: as OpenAI says, or because it cannot be followed any more.
EndKind = Literal["succeeded", "failed", "cancelled", "lost"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One step of the loss curve; a figure is None where OpenAI gives none."""

    step: int
    train: float | None
    valid: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is known of a job now; the one message that is edited in place."""

    job: str
    #: OpenAI's word: validating_files, queued, running, pausing, paused, succeeded, failed, cancelled.
    status: str
    base_model: str
    result_model: str | None = None
    #: Training and validation file: by name where OpenAI tells it, else the ID.
    file: str
    validation_file: str | None = None
    method: str
    #: As OpenAI names and fills them; what it leaves open is missing.
    hyperparameters: Sequence[tuple[str, str]] = ()
    step: int | None = None
    total_steps: int | None = None
    trained_tokens: int | None = None
    #: In the order of their steps, thinned out evenly to some hundred.
    losses: Sequence[Loss] = ()
    started: datetime | None = None
    estimated_finish: datetime | None = None
    finished: datetime | None = None
    #: What is wrong now, in sentences: the job's own error, or that OpenAI does not answer.
    problems: Sequence[str] = ()
    #: Whether somebody follows it: False on the last card.
    followed: bool = True

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100."""
        if not self.total_steps or self.step is None:
            return None
        return min(100, self.step * 100 // self.total_steps)

    @property
    def train_losses(self) -> list[float]:
        """The training losses alone, for a sparkline."""
        return [each.train for each in self.losses if each.train is not None]

    @property
    def valid_losses(self) -> list[float]:
        """The validation losses alone."""
        return [each.valid for each in self.losses if each.valid is not None]

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self.status in {"succeeded", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a job as OpenAI tells it."""

    at: datetime
    level: Literal["info", "warn", "error"]
    text: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model that the job left behind on its way; figures are None where OpenAI gives none."""

    step: int
    model: str
    train_loss: float | None = None
    valid_loss: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the story ends; told once."""

    kind: EndKind
    #: What was made.
    model: str | None = None
    checkpoints: Sequence[Checkpoint] = ()
    #: From the result files, or without them from the events.
    losses: Sequence[Loss] = ()
    #: Why it failed or cannot be followed any more, and what to change.
    reason: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One message of the story: events in their order, or the end.

    `skipped`: how many events of this group are not in `lines`, between the first and the last of them.
    """

    lines: Sequence[Line] = ()
    skipped: int = 0
    ending: Ending | None = None


#: A message as the surface creates or edits it, without its place.
Body = dict[str, Any]


class Teller(Protocol):
    """How a surface tells stories; bot/slack/cards.py does it in Slack."""

    def card(self, watch: Watch, card: Card) -> Body:
        """The card as a message, for creating it and for editing it; the same card gives the same body."""
        ...

    async def begin(self, watch: Watch, key: str, body: Body) -> None:
        """Have the card's message created at once, under the outbox's dedupe key, in the stream of the watch.

        Waits a few seconds at most: what is not there by then comes later. Raises Invalid, in words for the
        person who asked, where the channel does not take messages of the bot.
        """
        ...

    async def told(self, watch: Watch, card: Card, chapter: Chapter) -> Sequence[Body]:
        """The messages of a chapter, in order; usually one. May upload a picture, but creates no message.

        Raises BotError where that cannot be done now.
        """
        ...

    async def edit(self, watch: Watch, body: Body) -> Literal["done", "later", "gone"]:
        """Make the message `watch.card_ts` show this body. Raises nothing, and waits a few seconds at most.

        "later": not now (rates, Slack is down); "gone": the message or the channel is not there any more.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A model that a channel uses goes away: told once for each of 60, 30, 7 and 1 days ahead."""

    workspace: str
    channel: str
    model: str
    days: int
    ends: datetime
    #: For which kinds it is the workspace's choice, and what could take its place.
    kinds: Sequence[str] = ()
    instead: str | None = None
