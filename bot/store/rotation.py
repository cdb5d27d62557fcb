"""Seals anew what older secrets sealed, so that they can be taken out of BOT_SECRET_KEY."""

from sqlalchemy import Column, select, update

from bot.store.tables import metadata
from bot.store.work import Work


def sealed_columns() -> list[Column[str]]:
    """Every encrypted column of every table."""
    return [
        column for table in metadata.sorted_tables for column in table.c if column.info.get("sealed", False)
    ]


async def rotate(work: Work, column: Column[str], most: int) -> int:
    """Seal some of a column's older values with the newest secret; how many, 0 when none is left."""
    table = column.table
    workspace = table.c.get("workspace", table.c.id)  # a workspace's own row is its workspace
    old = column.is_not(None), ~column.startswith(work.sealed_prefix, autoescape=True)
    found = select(workspace, table.c.id, column).where(*old).limit(most).with_for_update()
    rows = await work.every(found)
    for of_workspace, row, sealed in rows:
        anew = work.seal(column, of_workspace, row, work.open(column, of_workspace, row, sealed))
        same = workspace == of_workspace, table.c.id == row, column == sealed
        await work.run(update(table).where(*same).values({column: anew}))
    return len(rows)
