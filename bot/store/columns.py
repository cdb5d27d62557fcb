"""How texts and moments stand in both databases, and the database's own clock, which decides about leases."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, Float, Text, TypeDecorator, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

#: Reads the time: seconds since 1970, as time.time does.
Clock = Callable[[], float]


def storable(text: str) -> str:
    """The text as both databases take it: no NUL (PostgreSQL refuses it), no half surrogate pair."""
    if text.isascii():
        return text.replace("\0", "�") if "\0" in text else text
    text = text.replace("\0", "�")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def to_json(value: Any) -> bytes:
    """JSON of a value from outside; half surrogate pairs in its texts become the replacement character."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(_encodable(value))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(each) for each in value]
    return value


class Words(TypeDecorator[str]):
    """A text column that takes whatever a person can type."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The text as it is stored."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """JSON as text, which, unlike PostgreSQL's own type, takes NUL and is the same on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The value as it is stored."""
        return None if value is None else to_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """The value as it was given."""
        return None if value is None else orjson.loads(value)


class Moment(TypeDecorator[datetime]):
    """A moment, always aware and in UTC: timestamptz on PostgreSQL, UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as it is stored."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Now(FunctionElement[datetime]):
    """The database's time, some seconds from now: replicas' clocks differ, this one is shared."""

    name = "now_plus"
    type = Moment()
    inherit_cache = True

    def __init__(self, seconds: ColumnElement[float] | float = 0.0) -> None:
        super().__init__(literal(seconds, Float) if isinstance(seconds, int | float) else seconds)


@compiles(Now, "postgresql")
def _now_postgresql(element: Now, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(now() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(Now, "sqlite")
def _now_sqlite(element: Now, compiler: SQLCompiler, **kw: Any) -> str:
    # The same digits as SQLAlchemy writes for a datetime, so that texts compare as moments do.
    seconds = compiler.process(element.clauses, **kw)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"
