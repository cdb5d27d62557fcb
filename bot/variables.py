"""Reads texts out of named variables, checks their shape, and collects what is wrong with them."""

import re
from collections.abc import Mapping, Sequence

from bot.errors import SettingsError


class Variables:
    """Named texts from the environment; an empty one counts as not set."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._problems: list[str] = []

    def problem(self, name: str, wrong: str, fix: str) -> None:
        """Keep one thing that is wrong: `NAME wrong: fix.`; never with the value, which may be a secret."""
        self._problems.append(f"{name} {wrong}: {fix}.")

    def finish(self) -> None:
        """Raise SettingsError with one line a problem, if there was any."""
        if self._problems:
            raise SettingsError("\n".join(self._problems))

    def get(self, name: str, default: str = "") -> str:
        """The text, without the blanks around it."""
        return self._texts.get(name, "").strip() or default

    def listed(self, name: str) -> tuple[str, ...]:
        """The texts between commas."""
        return tuple(each.strip() for each in self.get(name).split(",") if each.strip())

    def secret(self, name: str, prefix: str = "") -> str | None:
        """A key or token as it can stand in a header; None when not set."""
        return self._sound(name, self.get(name), prefix) or None

    def secrets(self, name: str) -> tuple[str, ...]:
        """Several of them, between commas."""
        return tuple(self._sound(name, each) for each in self.listed(name))

    def _sound(self, name: str, value: str, prefix: str = "") -> str:
        if value and not re.fullmatch(r"[!-~]+", value):
            self.problem(
                name, "holds a space or a character that no key has", "copy it again, without quotes"
            )
        elif value and not value.startswith(prefix):
            self.problem(name, f"does not start with {prefix}", "this looks like another kind of token")
        return value

    def url(self, name: str, value: str, ending: str) -> str:
        """An http(s) address with that ending, without user, query and fragment."""
        value = value.rstrip("/") + ("/" if ending.endswith("/") else "")
        # What urlsplit drops silently (tabs, line ends) or reads differently than a client would is refused.
        shape = re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:([0-9]{1,5}))?(/[!-~]*)?", value)
        port = int(shape[3] or 80) if shape else 0
        if not 1 <= port <= 65535 or {"?", "#", "\\"} & set(value) or not value.endswith(ending):
            self.problem(
                name,
                f"is not an http(s) address that ends in {ending}",
                f"write it like https://host{ending}",
            )
        return value

    def port(self, name: str, default: int) -> int:
        """A TCP port."""
        value = self.get(name, str(default))
        if re.fullmatch(r"[0-9]{1,5}", value) and 1 <= int(value) <= 65535:
            return int(value)
        self.problem(name, "is not a port", "give a number from 1 to 65535")
        return default

    def choice(self, name: str, default: str, options: Sequence[str]) -> str:
        """One of a few words, written large or small."""
        value = self.get(name, default).upper()
        if value not in options:
            self.problem(name, "is none of its values", f"use one of {', '.join(options)}")
        return value

    def least(self, name: str, values: Sequence[str], length: int, fix: str) -> None:
        """Complain about keys that are too short to be random ones."""
        if any(len(value) < length for value in values):
            self.problem(name, f"has a key of fewer than {length} characters", fix)
