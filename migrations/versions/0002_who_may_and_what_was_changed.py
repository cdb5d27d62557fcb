"""Who may do what is for admins, and the record of what was changed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspaces.id"], name="fk_grants_workspace", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_grants"),
        sa.UniqueConstraint("workspace", "person", "what", name="uq_grants_workspace_person_what"),
    )
    op.create_table(
        "audit",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("run", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_workspace_run", "audit", ["workspace", "run"])


def downgrade() -> None:
    for table in ("audit", "grants"):
        op.drop_table(table)
