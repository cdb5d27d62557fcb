"""Tables as Slack shows them: one a message, each small enough, with a note on what is left out."""

from typing import Any

from bot.module import Table
from bot.slack.text import clean, clip, label

Block = dict[str, Any]

# docs.slack.dev: table block. A header row comes on top of the rows.
ROWS, COLUMNS, CHARACTERS = 99, 20, 10_000
HEADING = 75  # characters; with 20 columns the headings take 1,500 of the 10,000
MOST_TABLES = 3  # messages; who needs more rows is served better by a file
NOTHING = "–"  # a cell may not be empty


def tables(table: Table) -> tuple[list[Block], str]:
    """The table as blocks, each for a message of its own, and a note on what is left out ("" for nothing)."""
    columns = [label(name, HEADING) or NOTHING for name in table.columns[:COLUMNS]]
    if not columns:
        return [], ""
    room = CHARACTERS - sum(map(len, columns))
    rows = [_row(row, len(columns), room) for row in table.rows]
    blocks: list[Block] = []
    shown = 0
    while not blocks or (shown < len(rows) and len(blocks) < MOST_TABLES):
        size = _fitting(rows[shown : shown + ROWS], room)
        blocks.append(_block(columns, rows[shown : shown + size], _settings(table, len(columns))))
        shown += size
    return blocks, _note(table, shown, len(columns))


def _row(row: Any, columns: int, room: int) -> list[str]:
    cells = [*map(str, row), *[""] * columns][:columns]
    return [clip(clean(cell), room // columns).strip() or NOTHING for cell in cells]


def _fitting(rows: list[list[str]], room: int) -> int:
    for number, row in enumerate(rows):
        room -= sum(map(len, row))
        if room < 0:
            return number
    return len(rows)


def _block(columns: list[str], rows: list[list[str]], settings: list[Block]) -> Block:
    cells = [[{"type": "raw_text", "text": text} for text in row] for row in [columns, *rows]]
    return {"type": "table", "rows": cells, "column_settings": settings}


def _settings(table: Table, columns: int) -> list[Block]:
    """Numbers stand on the right, text is wrapped."""
    return [
        {"align": "right"}
        if table.rows and all(len(row) > at and isinstance(row[at], int | float) for row in table.rows)
        else {"is_wrapped": True}
        for at in range(columns)
    ]


def _note(table: Table, rows: int, columns: int) -> str:
    left = []
    if rows < len(table.rows):
        left.append(f"the first {rows} of {len(table.rows)} rows")
    if columns < len(table.columns):
        left.append(f"the first {columns} of {len(table.columns)} columns")
    return f"Shown: {' and '.join(left)}." if left else ""
