"""What stands in the inbox, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.store.leases import ATTEMPTS


@dataclass(frozen=True, slots=True)
class NewItem:
    """What Slack sent, before it is kept; the keys are unique over all workspaces."""

    workspace: str
    kind: str
    body: dict[str, Any] = field(repr=False)
    delivery_key: str
    logical_key: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What Slack sent; `body` is empty where it was purged."""

    id: str
    workspace: str
    kind: str
    body: dict[str, Any] = field(repr=False)
    delivery_key: str
    logical_key: str | None
    state: Literal["new", "working", "done", "dead"]
    attempts: int
    lease_token: int
    received_at: datetime

    @property
    def spent(self) -> bool:
        """Whether it was tried too often: it may only be answered for, and failed."""
        return self.attempts > ATTEMPTS
