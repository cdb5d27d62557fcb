"""Makes the ids of rows: later ones sort after earlier ones, and nobody guesses one."""

import secrets
import time


class Ids:
    """13 hexadecimal digits of microseconds, never the same twice in a process, and 40 random bits."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> str:
        """The next id, 23 characters: known before its row is written, as sealed values are bound to it."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last:013x}{secrets.token_hex(5)}"
