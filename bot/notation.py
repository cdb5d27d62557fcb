"""How results write days, sizes and code, so that they read the same in every module."""

import re
from datetime import UTC, datetime
from typing import Any

UNKNOWN = "–"


def day(stamp: Any) -> str:
    """Unix seconds as an ISO day in UTC."""
    if not isinstance(stamp, int | float) or not 0 < stamp < 253_402_300_800:  # the year 10000
        return UNKNOWN
    return datetime.fromtimestamp(stamp, UTC).date().isoformat()


def moment(at: datetime) -> str:
    """A moment to the minute, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def size(count: Any) -> str:
    """A number of bytes in the unit that suits it, thousands as people count them."""
    if not isinstance(count, int | float):
        return UNKNOWN
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 1000)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count:g} bytes"


def fenced(text: str, language: str = "") -> str:
    """A Markdown code block that nothing in the text can end."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
