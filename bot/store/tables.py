"""The tables; migrations/ brings a database to exactly these, a test compares them."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from bot.store.ledgers import audit, grants, notices, ticks, verdicts, watch_events, watches
from bot.store.schema import json, leased, metadata, moment, number, of_workspace, open_rows, sealed, words

__all__ = [
    "audit",
    "connections",
    "conversations",
    "grants",
    "inbox",
    "metadata",
    "notices",
    "outbox",
    "runs",
    "ticks",
    "turns",
    "verdicts",
    "watch_events",
    "watches",
    "workspaces",
]

workspaces = Table(
    "workspaces",
    metadata,
    words("id"),
    words("name"),
    words("bot_user_id", null=True),
    words("bot_id", null=True),
    words("default_connection", null=True),
    json("settings"),
    sealed("token", null=True),
    moment("created_at"),
    moment("uninstalled_at", null=True),
    PrimaryKeyConstraint("id"),
)

connections = Table(
    "connections",
    metadata,
    *of_workspace(
        words("name"),
        words("folded_name"),  # what two names are compared by
        sealed("key"),
        words("key_hint"),
        words("organization", null=True),
        words("project", null=True),
        words("base_url"),
        Column("restricted", Boolean, nullable=False),
        words("created_by", null=True),
        moment("created_at"),
        moment("checked_at", null=True),
        sealed("webhook_secret", null=True),
    ),
    UniqueConstraint("workspace", "folded_name"),
)

conversations = Table(
    "conversations",
    metadata,
    *of_workspace(
        words("channel"),
        words("thread_ts"),
        words("connection", null=True),
        words("model", null=True),
        sealed("system", null=True),
        sealed("summary", null=True),
        number("summary_seq", begins=0),  # the last turn that is told in the summary
        sealed("settings", null=True),
        number("turns"),  # how many there ever were: the next one's seq
        words("created_by", null=True),
        moment("created_at"),
        moment("updated_at"),
    ),
    ForeignKeyConstraint(["workspace", "connection"], ["connections.workspace", "connections.id"]),
    UniqueConstraint("workspace", "channel", "thread_ts"),
    Index(None, "workspace", "connection"),
)

turns = Table(
    "turns",
    metadata,
    *of_workspace(
        words("conversation"),
        number("seq"),
        words("role"),
        words("author", null=True),
        words("channel"),  # the conversation's, because a ts means something only within its channel
        words("ts", null=True),
        sealed("text"),
        sealed("files", null=True),
        words("state"),
        words("model", null=True),
        number("input_tokens", null=True),
        number("output_tokens", null=True),
        words("run", null=True),
        moment("created_at"),
    ),
    ForeignKeyConstraint(
        ["workspace", "conversation"], ["conversations.workspace", "conversations.id"], ondelete="CASCADE"
    ),
    UniqueConstraint("workspace", "conversation", "seq"),
    Index(None, "workspace", "channel", "ts"),
    open_rows("ix_turns_unfinished", "workspace", "state", states=("waiting", "streaming")),
)

runs = Table(
    "runs",
    metadata,
    *of_workspace(
        words("module"),
        words("operation"),
        words("surface"),
        words("user", null=True),
        words("channel", null=True),
        words("thread_ts", null=True),
        words("connection", null=True),  # kept when the connection is removed: a record of what was used
        sealed("values"),
        words("state"),
        sealed("result", null=True),
        sealed("error", null=True),
        words("request_id", null=True),
        words("model", null=True),
        number("input_tokens", null=True),
        number("output_tokens", null=True),
        sealed("response_url", null=True),
        moment("created_at"),
        moment("finished_at", null=True),
    ),
    Index(None, "workspace", "state"),
)

inbox = Table(
    "inbox",
    metadata,
    words("id"),
    words("workspace"),
    words("kind"),
    sealed("body", null=True),  # gone a day after it was done; the keys stay
    words("delivery_key"),
    words("logical_key", null=True),
    *leased(),
    moment("received_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("delivery_key"),
    UniqueConstraint("logical_key"),
    open_rows("ix_inbox_open", "received_at", "id", states=("new", "working")),
    Index(None, "received_at"),
)

outbox = Table(
    "outbox",
    metadata,
    words("id"),
    words("workspace"),
    words("dedupe_key"),
    words("stream"),
    words("channel"),
    words("thread_ts", null=True),
    sealed("body"),
    words("client_msg_id"),
    *leased(),
    moment("first_at", null=True),
    moment("last_at", null=True),
    words("ts", null=True),
    moment("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("workspace", "dedupe_key"),
    open_rows("ix_outbox_open", "created_at", "id", states=("new", "sending")),
    open_rows("ix_outbox_streams", "workspace", "stream", "created_at", "id", states=("new", "sending")),
    Index(None, "created_at"),
)
