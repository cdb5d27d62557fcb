"""What the tables are made of: the kinds of column, a workspace's own row, a row of leased work."""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    literal_column,
)
from sqlalchemy import text as sql

from bot.store.columns import Json, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def words(name: str, *, null: bool = False) -> Column[str]:
    """What a person can type, and ids."""
    return Column(name, Words, nullable=null)


def sealed(name: str, *, null: bool = False) -> Column[str]:
    """Encrypted: rotation finds the column by its mark."""
    return Column(name, Words, nullable=null, info={"sealed": True})


def json(name: str) -> Column[Any]:
    """A small JSON value that is no secret."""
    return Column(name, Json, nullable=False)


def moment(name: str, *, null: bool = False) -> Column[Any]:
    """A moment in UTC."""
    return Column(name, Moment, nullable=null)


def number(name: str, *, null: bool = False, begins: int | None = None) -> Column[int]:
    """A whole number; `begins`: what it is in a row that does not say."""
    return Column(name, Integer, nullable=null, server_default=None if begins is None else str(begins))


def of_workspace(*columns: Column[Any]) -> list[Any]:
    """A workspace's own row: nobody finds it without naming the workspace."""
    return [
        words("workspace"),
        words("id"),
        *columns,
        PrimaryKeyConstraint("workspace", "id"),
        ForeignKeyConstraint(["workspace"], ["workspaces.id"], ondelete="CASCADE"),
    ]


def leased() -> list[Column[Any]]:
    """Work that one process does at a time; every later write names the token it was leased with."""
    return [
        words("state"),
        number("attempts"),
        moment("not_before"),
        words("lease_owner", null=True),
        moment("lease_until", null=True),
        number("lease_token"),
        words("last_error", null=True),
    ]


def one_of(column: Column[str], *states: str) -> ColumnElement[bool]:
    """Whether a row is in one of these states, spelled out: a parameter keeps partial indexes from use."""
    return column.in_([literal_column(f"'{state}'") for state in states])


def open_rows(name: str, *columns: str, states: tuple[str, str]) -> Index:
    """An index of the few rows that are not finished, for those who look for work."""
    where = sql(f"state IN ('{states[0]}', '{states[1]}')")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)
