"""Web API methods of an agent's threads: the status line, suggested prompts, titles and session states."""

from bot.playground.slack.methods import Call, Refusal, invalid_arguments, method
from bot.playground.slack.places import seen, thread_root
from bot.playground.slack.state import Json, Session

STATUS_SECONDS = 120.0  # a status line goes away by itself when no message follows
PROCESSING_SECONDS = 3600.0  # so does the state "processing"
_STATES = ("active", "processing", "suspended", "closed")


@method("assistant.threads.setStatus", "chat:write")
async def set_status(call: Call) -> Json:
    """Show what the bot is doing under a thread; an empty text takes it away."""
    session = _session(call, "channel_id")
    loading = call.json("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > 10:
        raise invalid_arguments("no more than 10 items allowed [json-pointer:/loading_messages]")
    session.status = call.text("status")
    session.loading = loading if session.status else []
    session.until = call.world.clock.now() + STATUS_SECONDS
    session.state = "processing" if session.status else "active"
    call.world.changed()
    return {}


@method("assistant.threads.setTitle", "chat:write")
async def set_title(call: Call) -> Json:
    """Name a thread."""
    session = _session(call, "channel_id")
    session.title = call.required("title")
    call.world.changed()
    return {}


@method("assistant.threads.setSuggestedPrompts", "chat:write")
async def set_suggested_prompts(call: Call) -> Json:
    """Offer up to four prompts, in a thread or on the direct messages as a whole."""
    prompts = call.json("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= 4:
        raise invalid_arguments("must provide 1 to 4 items [json-pointer:/prompts]")
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts):
        raise invalid_arguments("missing required field: title and message [json-pointer:/prompts]")
    channel = seen(call, "channel_id")
    root = thread_root(call, channel, "thread_not_found") or ""
    call.world.sessions.setdefault((channel.id, root), Session()).prompts = prompts
    call.world.changed()
    return {}


@method("agents.sessions.setStatus", "chat:write")
async def session_status(call: Call) -> Json:
    """Set an agent session's state, beginning the session when there is none."""
    if not call.world.app.agent:
        raise Refusal("app_not_agent")
    state = call.required("status")
    if state not in _STATES:
        raise invalid_arguments(f"must be one of {', '.join(_STATES)} [json-pointer:/status]")
    channel = seen(call, "channel_id")
    root = thread_root(call, channel, "thread_not_found") or ""
    is_new = (channel.id, root) not in call.world.sessions
    session = call.world.sessions.setdefault((channel.id, root), Session())
    if is_new:
        session.title = _title(call.text("title")) if call.text("title") else ""
        session.initiator = call.text("initiator_user_id") or None
    session.state = state
    session.until = call.world.clock.now() + PROCESSING_SECONDS
    if state != "processing":
        session.status = ""
    call.world.changed()
    return {}


@method("agents.sessions.rename", "chat:write")
async def session_rename(call: Call) -> Json:
    """Name an agent session."""
    session = _session(call, "channel_id")
    session.title = _title(call.required("title"))
    call.world.changed()
    return {}


def _session(call: Call, name: str) -> Session:
    channel = seen(call, name)
    root = thread_root(call, channel, "thread_not_found")
    if root is None:
        raise invalid_arguments("missing required field: thread_ts")
    return call.world.sessions.setdefault((channel.id, root), Session())


def _title(title: str) -> str:
    if len(title) > 200:
        raise invalid_arguments("must be no more than 200 characters [json-pointer:/title]")
    return title
