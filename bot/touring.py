"""`python -m bot tour`: a person's way through the bot, from the first key to a thread that remembers."""

import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import BotError
from bot.local import bot, free_port, playground
from bot.playground.person import Message, Person, PersonError
from bot.worlds import Worlds

#: A step that takes longer has failed.
PATIENCE = 20.0
#: A job takes about 20 seconds here, and is looked at every 15.
STORY = 90.0
BASE = "gpt-4.1-mini-2025-04-14"
EXAMPLE = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ahoy!"}]}\n'
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
    await walk.ada.command("/openai", "connect")
    walk.show(await seen_form(walk, "API key"))
    answer = await walk.ada.submits({"name": "Playground", "key": "sk-mistyped"})
    expect("key" in (answer.get("errors") or {}), f"the wrong key was not refused on its field: {answer}")
    walk.show(f"✗ {answer['errors']['key']}")
    answer = await walk.ada.submits({"name": "Playground", "key": walk.key})
    expect(answer.get("response_action") == "update", f"the right key was not taken: {answer}")
    walk.show(await seen_form(walk, "connected"))
    await walk.ada.closes()


async def seen_form(walk: Walk, words: str) -> str:
    """What stands in the topmost form, as soon as it holds these words."""
    view = await walk.ada.view(PATIENCE, lambda each: words in each["plain"])
    if view is None:
        raise BotError(f"no form with “{words}” opened")
    return str(view["plain"])


async def chat(walk: Walk) -> None:
    """Ask by command; the answer opens a thread."""
    await walk.ada.command("/openai", "chat Say hello in one line.")
    root = await walk.ada.waits(lambda each: "asked:" in each.plain, "general")
    walk.show(root.plain)
    walk.show((await walk.ada.waits(answer_under(root.ts), "general", root.ts)).plain)


async def mention(walk: Walk) -> None:
    """Mention the bot in a channel; watch the answer come."""
    walk.root = await walk.ada.says("general", "<@bot> I am Ada, I collect clocks. Why are they round?")
    whole = answer_under(walk.root)
    lengths: set[int] = set()

    def grows(each: Message) -> bool:
        if each.ts != walk.root and each.plain:
            lengths.add(len(each.plain))
        return whole(each)

    answer = await walk.ada.waits(grows, "general", walk.root)
    expect(len(lengths) > 1, "the answer came at once, not as a stream")
    walk.show(f"(seen growing {len(lengths)} times)", answer.plain)


async def remember(walk: Walk) -> None:
    """Answer in the thread without a mention: it remembers."""
    question = await walk.ada.says("general", "What is my name, and what do I collect?", thread=walk.root)
    answer = await walk.ada.waits(answer_under(question), "general", walk.root)
    walk.show(answer.plain)
    expect("Ada" in answer.plain, "it forgot the name")


async def directly(walk: Walk) -> None:
    """Write to the bot directly."""
    root = await walk.ada.says("dm", "Hello there!")
    walk.show((await walk.ada.waits(answer_under(root), "dm", root)).plain)


async def train(walk: Walk) -> None:
    """Fine-tune a model on a file; its channel is told how that goes, to the end."""
    ada = walk.ada
    await ada.command("/openai", "finetune create")
    await seen_form(walk, "Training file")
    await ada.clicks("form.advanced")
    await seen_form(walk, "Epochs")
    file = await ada.uploads("greetings.jsonl", EXAMPLE * 24)
    answer = await ada.submits({"model": BASE, "training_data": [file], "split": "10", "n_epochs": "1"})
    expect(not answer.get("errors"), f"the form was not taken: {answer}")
    card = await ada.waits(lambda each: each.plain.find("Fine-tuning:") in range(9), "general")
    end = await ada.waits(lambda each: "The model is made" in each.plain, "general", card.ts, STORY)
    whole = await ada.waits(lambda each: each.ts == card.ts and "succeeded" in each.plain, "general")
    walk.show(whole.plain)
    for each in await ada.sees("general", card.ts):
        if card.ts < each.ts <= end.ts:
            walk.show("", each.plain)
    expect("(image: Loss by step" in end.plain, "the loss curve is missing")


STEPS: Sequence[Step] = (
    ("Ada connects an OpenAI account in the form", connect),
    ("She asks with /openai chat", chat),
    ("She mentions the bot in #general and watches the answer come", mention),
    ("She asks on in the thread: it remembers", remember),
    ("She writes to it directly", directly),
    ("She fine-tunes a model, and #general follows the job to its end", train),
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
    async with Person(worlds.control_url, "ada", worlds.token) as ada:
        walk = Walk(ada, worlds.credentials["api_key"])
        for number, (title, step) in enumerate(STEPS, 1):
            say(f"{number}. {title}")
            began = time.monotonic()
            try:
                await step(walk)
            except (BotError, PersonError, TimeoutError) as wrong:
                say(f"  ✗ {wrong}")
                return 1
            say(f"  ✓ {time.monotonic() - began:.1f} s")
    say(f"All {len(STEPS)} steps went well.")
    return 0


def answer_under(ts: str) -> Callable[[Message], bool]:
    """Whether a message is an answer, come to its end, to what was said at that ts."""
    return lambda each: bool(each.ts > ts and each.author != "ada" and each.plain and not each.streaming)


def expect(truth: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Fail the step."""
    if not truth:
        raise BotError(otherwise)


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - this is what the command is for
