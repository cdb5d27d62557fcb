"""Server-sent events from raw network reads; knows nothing of connections and clocks.

Any split of the same bytes gives the same events. Lines may end in LF, CRLF or CR; comments, `id` and
`retry` are skipped; several `data` lines are one value; a byte order mark at the start is dropped.
"""

from typing import Any

import orjson

from bot.errors import ApiBroken
from bot.openai.values import MIB, Event

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Decoder:
    """Turns reads into events.

    `done` is true once the end marker `[DONE]` came. `failure` is set when an event is not JSON or too large,
    or the stream too long; what stood before it is given first. Nothing follows either.
    """

    def __init__(self, *, event_cap: int = 32 * MIB, total_cap: int = 256 * MIB) -> None:
        self.done = False
        self.failure: ApiBroken | None = None
        self._event_cap = event_cap
        self._total_cap = total_cap
        self._total = 0
        self._held: list[bytes] = []  # pieces of an event that is not whole yet, joined only once
        self._held_size = 0
        self._after_cr = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[Event]:
        """Take one network read; give the events that it completes."""
        if self.done or self.failure:
            return []
        self._total += len(chunk)
        if self._total > self._total_cap:
            self.failure = ApiBroken(
                f"OpenAI's answer is longer than {self._total_cap / MIB:g} MiB, so it was stopped."
            )
            return []
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_plain_ends(chunk)
        if self._held:
            ends = b"\n\n" in chunk or (chunk[:1] == b"\n" and self._held[-1][-1:] == b"\n")
            if not ends:
                self._hold(chunk)
                return []
            self._held.append(chunk)
            chunk = b"".join(self._held)
            self._held.clear()
            self._held_size = 0
        *blocks, rest = chunk.split(b"\n\n")
        events = self._events(blocks) if blocks else []
        if rest and not self.failure:
            self._hold(rest)
        return events

    def finish(self) -> None:
        """The connection ended: an end marker counts even where its blank line is missing."""
        rest = b"".join(self._held).strip()
        if rest.startswith(b"data:") and rest[5:].strip() == b"[DONE]":
            self.done = True

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._held.append(piece)
        self._held_size += len(piece)
        if self._held_size > self._event_cap:
            self._held.clear()
            self.failure = ApiBroken(
                f"One part of OpenAI's answer is larger than {self._event_cap / MIB:g} MiB."
            )

    def _with_plain_ends(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")  # the other half of a CRLF
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _events(self, blocks: list[bytes]) -> list[Event]:
        if self._at_start:
            self._at_start = False
            blocks[0] = blocks[0].removeprefix(BYTE_ORDER_MARK)
        events: list[Event] = []
        for block in blocks:
            if self.done:
                break
            if block.startswith(b"data: ") and b"\n" not in block:  # nearly all of them
                name, data = None, block[6:]
            else:
                name, data = _fields(block)
            if data.startswith(b"[DONE]"):
                self.done = True
            elif data:
                value = _decoded(data)
                if not isinstance(value, dict):
                    self.failure = ApiBroken("OpenAI's answer has a part that is not a JSON object.")
                    break
                events.append(Event(name, value))
        return events


def _fields(block: bytes) -> tuple[str | None, bytes]:
    """The event's name and its data lines joined; b"" when there is nothing to tell."""
    name: str | None = None
    data: list[bytes] = []
    for line in block.split(b"\n"):
        key, _, value = line.partition(b":")
        if key == b"data":
            data.append(value.removeprefix(b" "))
        elif key == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace") or None
    return name, b"\n".join(data)


def _decoded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
