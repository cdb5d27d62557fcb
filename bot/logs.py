"""What the bot says about itself: an event a line on stderr, under the same keys always, never a secret."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

#: What belongs to the request being worked on: workspace, user, module, request, …
_IDS: ContextVar[dict[str, str]] = ContextVar("ids", default={})  # noqa: B039 - replaced, never changed
_LOG = logging.getLogger("bot")
#: Keys, tokens and passwords by their shape: whatever a library chooses to log or to put into an exception.
_SECRET = re.compile(
    r"\b(?:sk-|xox[a-z]-|xapp-|xoxe\.|whsec_)[\w.\-]{8,}"
    r"|(?<=\bBearer )[\w.~+/=\-]{8,}"
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: These say at INFO what we say ourselves.
_CHATTY = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "slack_bolt",
    "slack_sdk",
    "uvicorn",
)


def setup(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Log to that stream (stderr): JSON lines for machines, short ones where a person looks at a terminal."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Short() if stream.isatty() else _Json())
    handler.addFilter(_stamp)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
    # It writes the body, the signature and the time of a request that was refused.
    logging.getLogger("slack_bolt.RequestVerification").disabled = True
    logging.captureWarnings(capture=True)


def log(event: str, level: int = logging.INFO, *, error: BaseException | None = None, **keys: object) -> None:
    """Log an event by its dotted name; the keys are ms, tokens, status, reference, …; None is left out."""
    if _LOG.isEnabledFor(level):
        _LOG.log(level, event, exc_info=error, extra={"keys": keys})


def failure(event: str, error: BaseException, **keys: object) -> str:
    """Log a bug once, with its traceback; gives the reference under which a person can ask about it."""
    reference = secrets.token_hex(4)
    log(event, logging.ERROR, error=error, reference=reference, **keys)
    return reference


@contextmanager
def ids(**keys: str | None) -> Iterator[None]:
    """Name what is being worked on in every event within, tasks started there included."""
    token = _IDS.set({**_IDS.get(), **{name: value for name, value in keys.items() if value is not None}})
    try:
        yield
    finally:
        _IDS.reset(token)


def redact(text: str) -> str:
    """The text without anything that looks like a key, token or password."""
    return _SECRET.sub("[secret]", text)


def _stamp(record: logging.LogRecord) -> bool:
    """Keep the ids with the record: it may be written elsewhere."""
    record.ids = _IDS.get()
    return True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """The event under its keys, in reading order."""
    ours = record.name == _LOG.name
    fields: dict[str, Any] = {"event": record.getMessage() if ours else record.name}
    if not ours:
        fields["message"] = record.getMessage()
    fields |= getattr(record, "ids", {})
    fields |= {name: value for name, value in getattr(record, "keys", {}).items() if value is not None}
    if record.exc_info:
        fields["error"] = logging.Formatter().formatException(record.exc_info)
    return {
        name: value if isinstance(value, int | float) else redact(str(value))
        for name, value in fields.items()
    }


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname.lower(), **_fields(record)}
        return json.dumps(line, ensure_ascii=False)


class _Short(logging.Formatter):
    """Time, event and keys, for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        error = fields.pop("error", "")
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        head = [
            time,
            *([record.levelname.lower()] if record.levelno != logging.INFO else []),
            fields.pop("event"),
        ]
        if "message" in fields:
            head.append(fields.pop("message"))
        line = " ".join([*head, *(f"{name}={value}" for name, value in fields.items())])
        # What came from outside may not begin a line of its own, nor steer the terminal.
        line = _CONTROL.sub(lambda found: repr(found[0])[1:-1], line)
        return "\n".join([line, error] if error else [line])
