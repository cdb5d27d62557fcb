"""The tables of rights, records and what is followed; `tables` names them with all the others."""

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from bot.store.schema import leased, metadata, moment, number, of_workspace, open_rows, sealed, words

grants = Table(
    "grants",
    metadata,
    *of_workspace(
        words("person"),
        words("what"),
        words("granted_by"),
        moment("created_at"),
    ),
    UniqueConstraint("workspace", "person", "what"),
)

audit = Table(
    "audit",
    metadata,
    words("workspace"),  # no foreign key: it outlives the workspace
    words("id"),
    moment("at"),
    words("actor"),
    words("action"),
    words("object", null=True),
    words("result"),
    words("fields"),
    words("request_id", null=True),
    words("run", null=True),
    PrimaryKeyConstraint("workspace", "id"),
    Index(None, "workspace", "run"),
    Index(None, "at"),
)

watches = Table(
    "watches",
    metadata,
    *of_workspace(
        words("connection"),  # no foreign key: the story says that the connection was removed
        words("job"),
        words("channel"),
        words("thread_ts", null=True),
        words("card_ts", null=True),
        words("by"),
        words("status", null=True),
        sealed("last", null=True),
        words("shown", null=True),  # which card was shown last, as a digest
        words("woken_by", null=True),  # the webhook's delivery that asked for the next look
        number("failures"),
        moment("created_at"),
        moment("ended_at", null=True),
        *leased(),  # `not_before` is when to look next, `attempts` how often it was looked
    ),
    UniqueConstraint("workspace", "connection", "job", "channel"),
    Index(None, "workspace", "job"),
    open_rows("ix_watches_due", "not_before", "id", states=("following", "ending")),
)

watch_events = Table(
    "watch_events",
    metadata,
    *of_workspace(  # its id: watch/event
        words("watch"),
    ),
    ForeignKeyConstraint(["workspace", "watch"], ["watches.workspace", "watches.id"], ondelete="CASCADE"),
    Index(None, "workspace", "watch"),
)

verdicts = Table(
    "verdicts",
    metadata,
    *of_workspace(
        words("turn"),  # no foreign key: whoever dislikes an answer may have it regenerated
        words("person"),
        words("verdict"),
        words("model", null=True),
        moment("at"),
    ),
    UniqueConstraint("workspace", "turn", "person"),
)

notices = Table(
    "notices",
    metadata,
    *of_workspace(  # its id: what was told, and to whom
        moment("told_at"),
    ),
)

ticks = Table(
    "ticks",
    metadata,
    words("id"),  # the name in the timetable
    number("seconds"),
    moment("succeeded_at", null=True),
    moment("failed_at", null=True),
    PrimaryKeyConstraint("id"),
)
