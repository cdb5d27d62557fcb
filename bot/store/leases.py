"""Statements for rows that one process at a time works on, held by the database's clock."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Table, Update, bindparam, or_, select, update

from bot.store.columns import Now

LEASE = 60.0  # seconds: three heartbeats of 20 s
ATTEMPTS = 5  # then a row is dead: whatever it does, it would do it again
#: The end of a lease that begins now; takes the value `lease`, in seconds.
LEASED_UNTIL = Now(bindparam("lease", type_=Float))
#: Nobody's any more.
FREE = {"lease_owner": None, "lease_until": None}


def claim(table: Table, found: Select[Any], **changes: Any) -> Update:
    """Lease the found rows that are due and nobody's, `limit` at most; takes `owner`, `limit` and `lease`.

    Each claim makes a new token, which later writes have to name: who lost the lease writes nothing.
    """
    due = (
        found.where(
            table.c.not_before <= Now(), or_(table.c.lease_until.is_(None), table.c.lease_until <= Now())
        )
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)  # PostgreSQL's; on SQLite there is one writer at a time
        .cte("due")
        .prefix_with("MATERIALIZED")  # evaluated once, or the update leases more rows than LIMIT says
    )
    return (
        update(table)
        .where(table.c.id.in_(select(due.c.id)))
        .values(
            attempts=table.c.attempts + 1,
            lease_token=table.c.lease_token + 1,
            lease_owner=bindparam("owner"),
            lease_until=LEASED_UNTIL,
            **changes,
        )
    )


def held(table: Table) -> tuple[ColumnElement[bool], ...]:
    """The row `item` while its lease has this `token`: what every write after a claim is bound to."""
    return table.c.id == bindparam("item"), table.c.lease_token == bindparam("token")


def all_held(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Those of the rows `ids` that `owner` holds."""
    return table.c.id.in_(bindparam("ids", expanding=True)), table.c.lease_owner == bindparam("owner")
