"""Web API methods that stream a message piece by piece; the busiest of all, so they do little."""

from typing import Any

from bot.playground.slack import content, events
from bot.playground.slack.api_chat import by_bot, settle_status
from bot.playground.slack.live import LIFETIME, state_of
from bot.playground.slack.messages import as_json
from bot.playground.slack.methods import Call, Refusal, method
from bot.playground.slack.places import seen, thread_root, writable
from bot.playground.slack.slack_files import check_slack_files
from bot.playground.slack.state import Json, Message, Session, Stream
from bot.playground.slack.stream_chunks import take

_STOPPING = "missing_agent_session_stopped_event_subscription"


@method("chat.startStream", "chat:write")
async def start_stream(call: Call) -> Json:
    """Open a streamed reply in a thread; in channels the recipient must be named."""
    channel = writable(call)
    root = thread_root(call, channel, "invalid_thread_ts")
    if root is None:
        raise Refusal("invalid_thread_ts")
    if channel.kind != "im":
        for recipient in ("recipient_user_id", "recipient_team_id"):
            if not call.args.get(recipient):
                raise Refusal(f"missing_{recipient}")
    stream = Stream(call.world.clock.now() + LIFETIME, display=call.text("task_display_mode", "timeline"))
    _take(call, stream)
    message = by_bot(call, channel, content.Content(), root)
    message.stream = stream
    call.world.add(message)
    settle_status(call, channel, root)
    session = call.world.sessions.setdefault((channel.id, root), Session())
    session.state, session.until = "processing", stream.expires
    events.posted(call.world, message)
    answer: Json = {"channel": channel.id, "ts": message.ts}
    if call.world.app.agent and "agent_session_stopped" not in call.world.app.events:
        answer |= {"warning": _STOPPING, "response_metadata": {"warnings": [_STOPPING]}}
    return answer


@method("chat.appendStream", "chat:write")
async def append_stream(call: Call) -> Json:
    """Append to a stream that is live."""
    message, stream = _live(call)
    if not _take(call, stream):
        raise Refusal("no_text")
    call.world.changed()
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", "chat:write")
async def stop_stream(call: Call) -> Json:
    """End a stream, with a last piece and blocks under it."""
    message, stream = _live(call)
    blocks, metadata = call.json("blocks"), call.json("metadata")
    checked = content.checked_blocks(blocks) if blocks else []
    check_slack_files(call.world, checked)
    _take(call, stream)
    before = as_json(call.world, message)
    stream.stopped = True
    message.blocks = checked
    message.metadata = metadata or message.metadata
    session = call.world.sessions.get((message.channel, message.thread_ts or ""))
    if session is not None:
        session.state = call.text("session_status", "active")
    call.world.changed()
    events.changed(call.world, before, message)
    told = as_json(call.world, message)
    return {"channel": message.channel, "ts": message.ts, "message": told}


def _live(call: Call) -> tuple[Message, Stream]:
    message = seen(call).messages.get(call.text("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message.bot_id != call.install.bot_id:
        raise Refusal("message_not_owned_by_app")
    stream = message.stream
    if stream is not None and stream.stopped_by_user:
        raise Refusal("stopped_by_user")
    if stream is None or state_of(call.world, stream) != "streaming":
        raise Refusal("message_not_in_streaming_state")
    return message, stream


def _take(call: Call, stream: Stream) -> bool:
    """Put the call's text or chunks at the end of the stream; whether there were any."""
    text: Any = call.args.get("markdown_text")
    chunks = call.json("chunks") if "chunks" in call.args else None
    if not text and not chunks:
        return False
    mode = stream.mode or ("chunks" if chunks else "text")
    if (text and chunks) or mode != ("chunks" if chunks else "text"):
        raise Refusal("streaming_mode_mismatch")
    if text:
        if len(text) > content.MARKDOWN:
            raise Refusal("msg_too_long")
        stream.pieces.append(str(text))
    else:
        take(stream, chunks)
    stream.mode = "chunks" if chunks else "text"
    return True
