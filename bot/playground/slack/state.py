"""What a Slack workspace consists of: plain records without behaviour beyond reading themselves."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["channel", "group", "im", "mpim"]  # the words of an event's channel_type


@dataclass(slots=True)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass(slots=True)
class User:
    """A person or a bot's user; `team_id` is where the account lives, which for a stranger is elsewhere."""

    id: str
    name: str
    real_name: str
    team_id: str
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False


@dataclass(slots=True)
class Stream:
    """The live part of a streamed message: pieces in the order shown, text as str, blocks as dicts."""

    expires: float
    mode: Literal["text", "chunks"] | None = None
    display: str = "timeline"
    pieces: list[str | Json] = field(default_factory=list)
    tasks: dict[str, Json] = field(default_factory=dict)
    stopped: bool = False
    stopped_by_user: bool = False


@dataclass(slots=True)
class Message:
    """A message; `ephemeral_to` names the one person who sees it."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    files: list[str] = field(default_factory=list)
    subtype: str | None = None
    edited: Json | None = None
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str | None = None
    ephemeral_to: str | None = None
    username: str | None = None
    icons: Json | None = None
    stream: Stream | None = None
    values: dict[tuple[str, str], Json] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """A place where messages are: `messages` by ts in order, `replies` the ts of each thread's answers."""

    id: str
    name: str
    team_id: str
    kind: ChannelKind = "channel"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared: bool = False
    created: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class File:
    """A file in the workspace; `ready_at` is when Slack has finished processing it."""

    id: str
    team_id: str
    user: str
    name: str
    title: str
    mimetype: str
    filetype: str
    content: bytes
    created: float
    ready_at: float
    alt_txt: str | None = None
    is_private: bool = True
    given: bool = False  # put into a form of the app, which may read it then
    channels: dict[str, list[str]] = field(
        default_factory=dict
    )  # channel id -> ts of the messages that share it


@dataclass(slots=True)
class Upload:
    """A ticket of files.getUploadURLExternal; `content` is there when the bytes have come."""

    file_id: str
    ticket: str
    team_id: str
    user: str
    filename: str
    length: int
    expires: float
    alt_txt: str | None = None
    snippet_type: str | None = None
    content: bytes | None = None


@dataclass(slots=True)
class View:
    """An open modal or a Home tab, with what was typed into it by (block_id, action_id)."""

    id: str
    team_id: str
    user: str
    hash: str
    body: Json
    root: str
    previous: str | None = None
    values: dict[tuple[str, str], Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    """What an interaction hands out to open a view with, once, within 3 seconds."""

    id: str
    team_id: str
    user: str
    expires: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer an interaction: 5 posts within 30 minutes."""

    key: str
    team_id: str
    channel: str
    user: str
    expires: float
    message_ts: str | None = None
    left: int = 5


@dataclass(slots=True)
class Session:
    """An agent's thread: its state, title, prompts, and the status line under it."""

    state: str = "active"
    title: str = ""
    initiator: str | None = None
    status: str = ""
    loading: list[str] = field(default_factory=list)
    until: float = 0.0
    prompts: list[Json] = field(default_factory=list)
