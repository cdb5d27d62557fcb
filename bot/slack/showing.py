"""Shows what a run gave: files and text where they belong, with buttons, and unfinished pieces before."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.errors import BotError, Unavailable
from bot.module import File, Module, Operation, Result, Text, Values
from bot.services import kept
from bot.services.records import Ask, Outcome, Records
from bot.slack.blocks import BLOCKS, result_blocks
from bot.slack.caller import Slack
from bot.slack.clock import Clock
from bot.slack.followups import row
from bot.slack.installations import Installations
from bot.slack.places import Where
from bot.slack.previews import Preview
from bot.slack.replies import Replies
from bot.slack.results import Results
from bot.slack.split import MOST
from bot.slack.text import for_mrkdwn, plain
from bot.slack.uploads import Uploads, placed
from bot.store import Run

Block = dict[str, Any]
#: Nobody reads more on a phone; the whole of it is a file then (messages).
MOST_PAGES = 3
RESULT = "The result is here."
BEGINNING = "_This is the beginning; all of it is in the file {name}._"
DIRECT = "{names}: in your direct messages with me."
OUTSIDE = "{names}: in your direct messages with me, because I cannot put files here. Use `/invite` for that."
LOST = "{names}: lost when I was restarted. Run it again to get it."
STAYS_OUT = "I am not in that channel. Use `/invite` there and press the button again."


class Showing:
    """Shows results."""

    def __init__(
        self,
        modules: Sequence[Module],
        slack: Slack,
        installations: Installations,
        records: Records,
        results: Results,
        replies: Replies,
        uploads: Uploads,
        clock: Clock,
    ) -> None:
        self._modules = modules
        self._slack = slack
        self._installations = installations
        self._records = records
        self._results = results
        self._replies = replies
        self._uploads = uploads
        self._clock = clock

    def preview(self, where: Where, *, private: bool) -> Preview:
        """Where unfinished pieces are shown: as a result's files, in the channel or the direct messages."""

        async def place() -> tuple[str, str | None]:
            if where.channel and (not private or where.channel.startswith("D")):
                return where.channel, where.thread_ts
            return await self._replies.direct(where.workspace, where.user), None

        token = self._installations.token(where.workspace)
        return Preview(self._slack, token, where.workspace, place, self._clock, where.key)

    async def show(self, where: Where, ask: Ask, values: Values, outcome: Outcome) -> None:
        """Show a result: alone to the person, or in the channel."""
        private = ask.alone or where.channel is None
        result = shortened(outcome.result)
        sources, beside = await self._uploads.put(where, result, private=private)
        whole = placed(outcome.result, sources)
        if sources:
            with suppress(Unavailable):  # then they are not found again, but they are shown
                await self._records.shown(where.workspace, outcome.run, whole)
        shown = placed(result, sources)
        shown = replace(shown, notes=(*shown.notes, *_notes(result, shown, private=private, beside=beside)))
        under = self.row(ask, values, replace(outcome, result=whole), private=private)
        head = [] if private else [_asked(where.user, ask.operation)]
        for at, blocks in enumerate(_pages(shown, head, under)):
            await self._results.say(where, _line(shown), blocks, private=private, part=at)

    def row(self, ask: Ask, values: Values, outcome: Outcome, *, private: bool) -> list[Block]:
        """The buttons under a result."""
        effect, _ = ask.operation.weigh(values)
        postable = private and bool(ask.channel) and not (ask.channel or "").startswith("D")
        return row(
            outcome.run, ask.operation, outcome.result, self._modules, effect=effect, postable=postable
        )

    async def publish(self, where: Where, run: Run, operation: Operation) -> None:
        """Show a private result to all in its channel. Raises NotFound for a file that is gone."""
        if run.result is None or run.channel is None:
            raise BotError(RESULT)
        whole = await self._uploads.again(where.workspace, kept.opened(run.result))
        result = shortened(whole)
        there = replace(where, channel=run.channel, thread_ts=run.thread_ts, key=f"{run.id}:public")
        sources, beside = await self._uploads.put(there, result, private=False)
        if not beside:
            raise BotError(STAYS_OUT)
        whole = placed(whole, sources)
        await self._records.shown(where.workspace, run.id, whole, public=True)
        effect, _ = operation.weigh(run.values)
        under = row(run.id, operation, whole, self._modules, effect=effect, postable=False)
        for at, blocks in enumerate(_pages(placed(result, sources), [_asked(where.user, operation)], under)):
            await self._results.say(there, _line(whole), blocks, private=False, part=at)


def shortened(result: Result) -> Result:
    """The result with texts that nobody would scroll through as files, and their beginning to read."""
    parts: list[Any] = []
    there = {each.content for each in result.parts if isinstance(each, File)}
    for each in result.parts:
        if not isinstance(each, Text) or len(each.markdown) <= MOST_PAGES * MOST:
            parts.append(each)
            continue
        content = each.markdown.encode()
        name = f"text-{len(parts) + 1}.md"
        begin = each.markdown[:MOST].rpartition("\n")[0] or each.markdown[:MOST]
        if content in there:
            name = next(one.name for one in result.parts if isinstance(one, File) and one.content == content)
        else:
            parts.append(File(name, content, "text/markdown", "The whole text"))
        parts.append(replace(each, markdown=f"{begin}\n\n{BEGINNING.format(name=name)}"))
    return replace(result, parts=parts)


def _pages(result: Result, head: list[Block], under: list[Block]) -> list[list[Block]]:
    """A result as messages, under who asked for it and over its buttons."""
    pages = result_blocks(result) or [[]]
    if head:
        pages = [[*head, *pages[0]], *pages[1:]] if len(pages[0]) < BLOCKS else [head, *pages]
    if under:
        pages = [*pages[:-1], [*pages[-1], *under]] if len(pages[-1]) < BLOCKS else [*pages, under]
    return [each for each in pages if each]


def _asked(user: str, operation: Operation) -> Block:
    text = f"<@{user}> · {for_mrkdwn(operation.title)}"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _notes(result: Result, placed: Result, *, private: bool, beside: bool) -> list[str]:
    """Where the files are, where that is not to be seen."""
    new = [each.name for each in result.parts if isinstance(each, File) and each.content]
    lost = [each.name for each in placed.parts if isinstance(each, File) and not each.source]
    notes = [LOST.format(names=", ".join(lost))] if lost else []
    if new and not beside:
        notes.append((DIRECT if private else OUTSIDE).format(names=", ".join(new)))
    return notes


def _line(result: Result) -> str:
    """What a notification says."""
    text = next((each.markdown for each in result.parts if isinstance(each, Text)), "")
    return plain(text) or RESULT
