"""Where a request came from and where its answer goes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A person at a place in Slack. `key` names the request for good: what it creates is created once."""

    workspace: str
    user: str
    key: str
    channel: str | None = None
    thread_ts: str | None = None
    #: Whether the person was in that thread, and not at the message in the channel from which it hangs.
    inside: bool = False
    response_url: str | None = field(default=None, repr=False)
    trigger: str | None = field(default=None, repr=False)
    #: The modal in which a person pressed something; a form that this opens takes its place.
    view: str | None = None
    #: Whether the request was begun before, by a process that did not end it.
    again: bool = False
