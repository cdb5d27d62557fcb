"""What a streamed message shows: its pieces joined, while it is live and when it has ended."""

from typing import Literal

from bot.playground.slack.state import Json, Message, Stream
from bot.playground.slack.world import World

LIFETIME = 306.0  # seconds after the start, however much is appended; measured by others on live Slack


def state_of(world: World, stream: Stream) -> Literal["streaming", "closed", "expired"]:
    """Whether appends are still taken, and if not, why."""
    if stream.stopped or stream.stopped_by_user:
        return "closed"
    return "expired" if world.clock.now() >= stream.expires else "streaming"


def text_of(message: Message) -> str:
    """The message's text; of a stream, what has been appended so far."""
    if message.stream is None:
        return message.text
    return "".join(piece for piece in message.stream.pieces if isinstance(piece, str)) or message.text


def blocks_of(message: Message) -> list[Json]:
    """The message's blocks; of a stream, runs of text as markdown blocks with cards where they were put."""
    if message.stream is None:
        return message.blocks
    blocks: list[Json] = []
    text: list[str] = []
    for piece in [*message.stream.pieces, {}]:
        if isinstance(piece, str):
            text.append(piece)
            continue
        if text:
            blocks.append({"type": "markdown", "text": "".join(text)})
            text = []
        if piece:
            blocks.append(piece)
    return blocks + message.blocks
