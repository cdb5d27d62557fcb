"""Jobs that are followed, what is told once, when the timetable ticked, and secrets of webhooks."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread_ts", sa.Text(), nullable=True),
        sa.Column("card_ts", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("last", sa.Text(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("woken_by", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspaces.id"], name="fk_watches_workspace", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_watches"),
        sa.UniqueConstraint(
            "workspace", "connection", "job", "channel", name="uq_watches_workspace_connection_job_channel"
        ),
    )
    op.create_index("ix_watches_workspace_job", "watches", ["workspace", "job"])
    where = sa.text("state IN ('following', 'ending')")
    op.create_index(
        "ix_watches_due", "watches", ["not_before", "id"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "watch_events",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspaces.id"], name="fk_watch_events_workspace", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "watch"],
            ["watches.workspace", "watches.id"],
            name="fk_watch_events_workspace_watch",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_watch_events"),
    )
    op.create_index("ix_watch_events_workspace_watch", "watch_events", ["workspace", "watch"])
    op.create_table(
        "notices",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspaces.id"], name="fk_notices_workspace", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_notices"),
    )
    op.create_table(
        "ticks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ticks"),
    )
    op.add_column("connections", sa.Column("webhook_secret", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("connections", "webhook_secret")
    for table in ("ticks", "notices", "watch_events", "watches"):
        op.drop_table(table)
