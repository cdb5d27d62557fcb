"""What came back when something was delivered to the app."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """`ok` with what was said, or why not: `reason` in the words of x-slack-retry-reason."""

    ok: bool
    status: int | None = None
    body: Any = None  # parsed JSON, or text
    reason: str = ""
    no_retry: bool = False

    @property
    def error(self) -> str | None:
        """The word that Slack shows a person when a command failed."""
        if self.ok:
            return None
        return "operation_timeout" if self.reason == "http_timeout" else "dispatch_failed"


def parsed(body: bytes) -> Any:
    """An answer's body as JSON when it is that, else as text; None when empty."""
    if not body.strip():
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
