"""Keeps the secret key of a bot on one machine: made once, in a file that only its owner can read."""

import os
import secrets
from pathlib import Path

from bot.errors import SettingsError


def keys_in(file: Path) -> tuple[tuple[str, ...], bool]:
    """The keys in that file, newest first, and whether this call made it.

    Raises SettingsError when the file cannot be made or read, is empty, or is open to other people.
    """
    made = False
    try:
        if not file.exists():
            made = _make(file)
        keys = tuple(each.strip() for each in file.read_text("ascii").split(",") if each.strip())
        open_to_others = file.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise SettingsError(
            f"BOT_SECRET_KEY is not set, and {file} cannot be made or read ({reason}): "
            "set the variable, or let the bot write there."
        ) from None
    if open_to_others:
        raise SettingsError(f"{file} can be read by other people: run chmod 600 '{file}'.")
    if not keys:
        raise SettingsError(
            f"{file} is empty: put back the key that the database beside it was written with."
        )
    return keys, made


def _make(file: Path) -> bool:
    """Make the file whole or not at all; False when another process was first."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        # A link appears at once with its content, and never replaces a key that is there.
        os.link(draft, file)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
