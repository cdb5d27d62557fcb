"""`python -m bot tour`: a person's way through the bot, from the first key to a thread that remembers."""

import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import BotError
from bot.local import Worlds, bot, free_port, playground
from bot.playground.person import Message, Person, Unseen

#: A step that takes longer has failed.
PATIENCE = 20.0
WIDTH = 92


@dataclass(slots=True)
class Walk:
    """The person, and what the next step needs to know of the last."""

    ada: Person
    key: str = field(repr=False)
    root: str = ""

    def show(self, *lines: str) -> None:
        """Print what the person sees."""
        for line in lines:
            for part in line.splitlines() or [""]:
                say("    │ " + (part if len(part) <= WIDTH else part[: WIDTH - 1] + "…"))


Step = tuple[str, Callable[[Walk], Awaitable[None]]]


async def connect(walk: Walk) -> None:
    """Open the form, mistype the key, then type the right one."""
    await walk.ada.command("/openai", "connect", channel="general")
    view = await walk.ada.view()
    expect(view is not None, "the form did not open")
    walk.show(f"[form] {view['title']['text']}" if view else "")
    answer = await walk.ada.submits({"name": "Playground", "key": "sk-mistyped"})
    expect("key" in answer.get("errors", {}), "the wrong key was not refused on its field")
    walk.show(f"API key ✗ {answer['errors']['key']}")
    answer = await walk.ada.submits({"name": "Playground", "key": walk.key})
    expect(answer.get("response_action") == "update", f"the right key was not taken: {answer}")
    walk.show(*texts(answer["view"]))


async def chat(walk: Walk) -> None:
    """Ask by command; the answer opens a thread."""
    await walk.ada.command("/openai", "chat Say hello in one line.", channel="general")
    root = await walk.ada.waits(lambda each: "asked:" in each.plain, "general")
    walk.show(root.plain)
    answer = await walk.ada.waits(whole, "general", root.ts)
    walk.show("  ↳ " + answer.plain)


async def mention(walk: Walk) -> None:
    """Mention the bot in a channel; watch the answer come."""
    walk.root = await walk.ada.says(
        "general", "<@bot> My name is Ada and I collect clocks. Why are they round?"
    )
    seen: list[int] = []

    def grows(each: Message) -> bool:
        if not each.by_bot:
            return False
        if not seen or len(each.plain) > seen[-1]:
            seen.append(len(each.plain))
        return whole(each)

    answer = await walk.ada.waits(grows, "general", walk.root)
    expect(len(seen) > 1, "the answer came at once, not as a stream")
    walk.show(f"(grew in {len(seen)} steps)", answer.plain)


async def remember(walk: Walk) -> None:
    """Answer in the thread without a mention: it remembers."""
    question = await walk.ada.says("general", "What is my name, and what do I collect?", thread=walk.root)
    answer = await walk.ada.waits(lambda each: each.ts > question and whole(each), "general", walk.root)
    walk.show(answer.plain)
    expect("Ada" in answer.plain, "it forgot the name")


async def directly(walk: Walk) -> None:
    """Write to the bot directly."""
    root = await walk.ada.says("dm", "Hello there!")
    answer = await walk.ada.waits(whole, "dm", root)
    walk.show(answer.plain)


STEPS: Sequence[Step] = (
    ("Ada connects an OpenAI account in the form", connect),
    ("She asks with /openai chat", chat),
    ("She mentions the bot in #general and watches the answer come", mention),
    ("She asks on in the thread: it remembers", remember),
    ("She writes to it directly", directly),
)


async def tour() -> int:
    """Walk all steps in a playground of their own; 1 when one fails."""
    with tempfile.TemporaryDirectory(prefix="patchbay-tour-") as folder:
        port = free_port()
        async with playground(f"http://127.0.0.1:{port}/slack/events") as worlds:
            more = {
                **worlds.settings(),
                "OPENAI_API_KEY": "",
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'tour.db'}",
                "BOT_SECRET_KEY": secrets.token_urlsafe(32),
                "PORT": str(port),
                "HOST": "127.0.0.1",
            }
            async with bot(more):
                return await walked(worlds)


async def walked(worlds: Worlds) -> int:
    """Every step in its order; says which one failed and how."""
    async with Person(worlds.control_url, "ada") as ada:
        walk = Walk(ada, worlds.credentials["api_key"])
        for number, (title, step) in enumerate(STEPS, 1):
            say(f"{number}. {title}")
            began = time.monotonic()
            try:
                await step(walk)
            except (BotError, Unseen) as wrong:
                say(f"  ✗ {wrong}")
                return 1
            say(f"  ✓ {time.monotonic() - began:.1f} s")
    say(f"All {len(STEPS)} steps went well.")
    return 0


def whole(message: Message) -> bool:
    """Whether this is an answer of the bot that has come to its end."""
    return message.by_bot and not message.streaming and bool(message.plain)


def texts(view: dict[str, object]) -> list[str]:
    """What stands in a view's sections."""
    found = []
    blocks = view["blocks"]
    for block in blocks if isinstance(blocks, list) else []:
        pieces = [block.get("text"), *(block.get("fields") or [])]
        found += [piece["text"].replace("\n", " ") for piece in pieces if piece]
    return found


def expect(truth: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Fail the step."""
    if not truth:
        raise BotError(otherwise)


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - this is what the command is for
