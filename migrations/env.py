"""Runs migrations on the connection that bot/store/migrations.py hands over, or on `alembic -x url=…`."""

from alembic import context
from sqlalchemy import Connection, text

from bot.store.addresses import parse
from bot.store.migrations import connected
from bot.store.tables import metadata

_LOCK = 7_220_114  # any number, the same in every process: one migrates, the others wait and find it done


def run(connection: Connection) -> None:
    """Migrate in one transaction: all of it or nothing, one process after the other."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr] # pysqlite's: no BEGIN of its own
        connection.exec_driver_sql("PRAGMA busy_timeout = 30000")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=sqlite, transactional_ddl=True
    )
    context.run_migrations()
    connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise SystemExit(
            "Say which database: alembic -x url=sqlite:///file.db …, or use python -m bot release."
        )
    connected(parse(url), run)
