"""What DATABASE_URL may say, in the words of the two drivers that the store uses."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_SQLITE = {"sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"}
_FIX = "Write sqlite:///path/to/file.db or postgresql://user:password@host/database."


def parse(url: str) -> URL:
    """The address for an asynchronous engine; raises SettingsError with the fix, never with a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(f"DATABASE_URL is not a database's address. {_FIX}") from None
    if parsed.drivername in _POSTGRESQL:
        if not parsed.database:
            raise SettingsError(f"DATABASE_URL names no database after the host. {_FIX}")
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in _SQLITE:
        name = parsed.database
        if not name or ":memory:" in name or name.startswith("file:"):
            raise SettingsError(f"DATABASE_URL names no file: SQLite keeps everything in one. {_FIX}")
        return URL.create("sqlite+aiosqlite", database=name)
    raise SettingsError(f"DATABASE_URL names {parsed.drivername}, which the store does not speak. {_FIX}")


def shown(url: URL) -> str:
    """The address without its password and options, for people to read."""
    name = url.get_backend_name()
    return url.set(drivername=name, query={}).render_as_string(hide_password=True)
