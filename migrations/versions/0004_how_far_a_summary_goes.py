"""How far the summary of a conversation goes, so that what is told in it is not told again."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("summary_seq", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("conversations", "summary_seq")
