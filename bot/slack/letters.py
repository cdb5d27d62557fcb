"""Delivers the outbox: each message once, in its thread's order, through crashes and lost answers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from bot.logs import failure as log_failure
from bot.logs import log
from bot.slack.caller import Json, Slack
from bot.slack.clock import Clock
from bot.slack.failures import SlackFailure
from bot.slack.posting import GRACE, Thread, begins
from bot.slack.returned import FOR, returned
from bot.store import Letter, Store, Turn

POST = "chat.postMessage"
AT_ONCE = 20  # letters a claim; all in one channel they take a third of the lease's 60 seconds
MOST_ATTEMPTS = 125  # with their pauses about four hours
LONGEST_PAUSE = 120.0  # seconds: who waits for the story to go on when Slack is back waits no longer
PATIENCE = 60.0  # seconds that `post` waits for its message
LOOK = 1.0  # seconds between looks at a letter that another process delivers
SKEW = 1.0  # seconds between the database's clock and Slack's
TOO_LONG = 20.0  # seconds in line for the rates; a lease has to outlive it


class Postman:
    """Puts messages into the outbox and takes them to Slack.

    token_of: the bot's token for a workspace (KeyError where it has none). grace: seconds after a lost answer
    until Slack has surely done what it was asked, or not.
    """

    def __init__(
        self, store: Store, slack: Slack, token_of: Callable[[str], str], owner: str, clock: Clock,
        grace: float = GRACE,
    ) -> None:  # fmt: skip
        self._store = store
        self._slack = slack
        self._token_of = token_of
        self._owner = owner
        self._clock = clock
        self._grace = grace
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, SlackFailure | None] = {}  # the last one of letters that somebody waits for

    async def post(
        self, workspace: str, dedupe_key: str, channel: str, thread_ts: str | None, body: Json,
        *, user: str | None = None,
    ) -> str:  # fmt: skip
        """Create a message once for a dedupe key, and wait for its ts.

        SlackFailure: "permanent" when Slack will not take it; else it stays in the outbox and comes later, or
        `user`, for whom it is, is told that it does not.
        """
        body = body | ({FOR: user} if user else {})
        async with self._store.begin() as unit:
            letter = await unit.outbox.put(
                workspace,
                dedupe_key=dedupe_key,
                stream=f"{channel}/{thread_ts or ''}",
                channel=channel,
                thread_ts=thread_ts,
                body=body,
            )
        self._failures.setdefault(letter.id)
        try:
            return await self._wait(letter)
        finally:
            self._failures.pop(letter.id, None)

    async def deliver(self) -> None:
        """Deliver all that is due; for the timetable."""
        while await self.deliver_due() == AT_ONCE:
            pass

    async def deliver_due(self, limit: int = AT_ONCE) -> int:
        """Deliver letters that are due, the first of each thread; how many were tried."""
        started = await self._start(limit)
        if started:
            await asyncio.wait(started)
        return len(started)

    async def find_unknown(
        self, workspace: str, channel: str, thread_ts: str | None, turn: Turn
    ) -> str | None:
        """The message of a turn whose ts was not kept: ours, not older, with its text, no other turn."""
        thread, began = self._thread(workspace, channel, thread_ts), turn.created_at.timestamp()
        for message in await thread.since(began):
            ts = str(message["ts"])
            if float(ts) < began - SKEW or message.get("metadata") or not begins(message, turn.text):
                continue  # what the outbox posted has its mark
            async with self._store.read() as unit:
                if await unit.turns.by_ts(workspace, channel, ts) is None:
                    return ts
        return None

    async def _wait(self, letter: Letter) -> str:
        until = self._clock.now() + PATIENCE
        while letter.state in ("new", "sending"):
            started = [self._running[letter.id]] if letter.id in self._running else await self._start(AT_ONCE)
            if started:  # mine, or one that has to come before it
                await asyncio.wait(started, return_when=asyncio.FIRST_COMPLETED)
            else:
                await self._clock.sleep(LOOK)
            async with self._store.read() as unit:
                letter = await unit.outbox.get(letter.workspace, letter.id) or letter
            if letter.state in ("new", "sending") and self._clock.now() >= until:
                raise self._failures.get(letter.id) or SlackFailure(POST, "not_delivered_yet", "not_sent")
        if letter.state != "sent":
            failure = self._failures.get(letter.id)
            raise SlackFailure(POST, failure.error if failure else letter.state, "permanent")
        return letter.ts or ""

    async def _start(self, limit: int) -> list[asyncio.Task[None]]:
        async with self._store.begin() as unit:
            letters = []
            for letter in await unit.outbox.claim(self._owner, limit):
                line = self._slack.rates.ready(POST, letter.workspace, letter.channel)
                if line > TOO_LONG:
                    looking = letter.state == "sending"
                    await unit.outbox.later(
                        letter.id, letter.lease_token, self._at(line), "rates", ambiguous=looking
                    )
                    continue
                # Kept before the call: a crash within it leaves a letter to look for.
                await unit.outbox.sending(letter.id, letter.lease_token)
                letters.append(letter)
        tasks = []
        for letter in letters:
            task = self._running[letter.id] = asyncio.create_task(self._deliver(letter))
            task.add_done_callback(partial(self._done, letter.id))
            tasks.append(task)
        return tasks

    def _done(self, letter: str, task: asyncio.Task[None]) -> None:
        del self._running[letter]
        if not task.cancelled() and (error := task.exception()):
            log_failure("letters.bug", error)  # its lease runs out, and it is tried again

    async def _deliver(self, letter: Letter) -> None:
        try:
            thread = self._thread(letter.workspace, letter.channel, letter.thread_ts)
            ts = await self._there(thread, letter)
            if ts is None:
                body = {name: value for name, value in letter.body.items() if name != FOR}
                ts = await thread.post(letter.client_msg_id, body)
        except SlackFailure as failure:
            await self._failed(letter, failure)
        else:
            async with self._store.begin() as unit:
                await unit.outbox.sent(letter.id, letter.lease_token, ts)

    async def _there(self, thread: Thread, letter: Letter) -> str | None:
        """The ts of what an earlier attempt created, if one began and did."""
        if letter.state != "sending" or letter.first_at is None:
            return None
        try:
            return await thread.find(letter.client_msg_id, letter.first_at.timestamp())
        except SlackFailure as failure:
            # Where nothing can be read: what somebody waits for is sent again, under the id that Slack knows.
            if failure.kind == "permanent" and letter.id in self._failures:
                return None
            raise

    async def _failed(self, letter: Letter, failure: SlackFailure) -> None:
        log("letters.failed", workspace=letter.workspace, error_code=failure.error, status=failure.kind)
        if letter.id in self._failures:
            self._failures[letter.id] = failure
        id_, token, error = letter.id, letter.lease_token, failure.error
        lost = failure.kind == "ambiguous" or failure.method != POST  # to fail to look is as lost as before
        hopeless = failure.kind == "permanent" or letter.attempts >= MOST_ATTEMPTS
        alone = hopeless and not lost and letter.id not in self._failures  # nobody waits who would tell
        told = await returned(self._slack, self._token_of, letter, error) if alone else None
        async with self._store.begin() as unit:
            if told:
                await unit.outbox.put(letter.workspace, dedupe_key=f"returned:{id_}", **told)
            if not hopeless:
                pause = self._pause(letter, failure)
                await unit.outbox.later(id_, token, self._at(pause), error, ambiguous=lost)
            elif lost:
                await unit.outbox.unknown(id_, token, error)
            else:
                await unit.outbox.dead(id_, token, error)

    def _pause(self, letter: Letter, failure: SlackFailure) -> float:
        if failure.kind == "ambiguous" and failure.method == POST:
            return self._grace
        return failure.retry_after or min(LONGEST_PAUSE, 2.0**letter.attempts)

    def _at(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(self._clock.now() + seconds, UTC)

    def _thread(self, workspace: str, channel: str, thread_ts: str | None) -> Thread:
        try:
            token = self._token_of(workspace)
        except KeyError:  # the workspace has removed the bot
            raise SlackFailure(POST, "account_inactive", "permanent") from None
        return Thread(self._slack, token, workspace, channel, thread_ts)
